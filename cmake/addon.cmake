# The Node addon, build/Release/rdm.node. Included only under cmake-js, which knows Node's headers.
file(GLOB addon_sources CONFIGURE_DEPENDS native/addon/*.cpp)
add_library(rdm SHARED ${addon_sources} ${CMAKE_JS_SRC})
set_target_properties(rdm PROPERTIES PREFIX "" SUFFIX ".node")
execute_process(
  COMMAND node -p "require('node-addon-api').include_dir"
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE node_addon_api OUTPUT_STRIP_TRAILING_WHITESPACE)
target_include_directories(rdm PRIVATE ${CMAKE_JS_INC} ${CMAKE_SOURCE_DIR}/${node_addon_api})
# A worker that is being terminated has exceptions that cannot become JavaScript's; without the last
# one they end the process.
target_compile_definitions(rdm PRIVATE NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_link_libraries(rdm PRIVATE rdm_core ${CMAKE_JS_LIB})

# open.node, which has LibTorch's libraries there before a prebuilt addon.
add_library(opener SHARED native/opener/opener.cpp ${CMAKE_JS_SRC})
set_target_properties(opener PROPERTIES PREFIX "" OUTPUT_NAME open SUFFIX ".node")
target_include_directories(opener PRIVATE ${CMAKE_JS_INC})
target_compile_definitions(opener PRIVATE NAPI_VERSION=8)
target_link_libraries(opener PRIVATE ${CMAKE_JS_LIB} ${CMAKE_DL_LIBS})

# A prebuilt addon knows no place of this machine's: the codecs lie in its own folder lib, and find each
# other there, as DT_RPATH holds for what a library needs too, and DT_RUNPATH does not.
option(RDM_PREBUILT "Make the addon for a package of this platform: scripts/prebuilt" OFF)
if(RDM_PREBUILT AND APPLE)
  set_target_properties(rdm PROPERTIES INSTALL_RPATH "@loader_path/lib")
elseif(RDM_PREBUILT)
  set_target_properties(rdm PROPERTIES INSTALL_RPATH "$ORIGIN/lib")
  target_link_options(rdm PRIVATE -Wl,--disable-new-dtags)
endif()
