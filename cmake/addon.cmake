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
