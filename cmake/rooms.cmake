# Compiles the files of each folder of a target as one: what takes the time is the headers' templates, which each
# compilation does anew. So names in anonymous namespaces are a room's own; but those of the rooms that are
# named behind the target are a file's own.
function(compile_rooms_as_one target)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(path "${source}" ABSOLUTE)
    get_filename_component(folder "${path}" DIRECTORY)
    get_filename_component(room "${folder}" NAME)
    if(NOT room IN_LIST ARGN)
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "of_${room}")
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# Compiles a program behind rdm_core's precompiled header, which is made for position-independent code: of a
# library (-fPIC), where CMake takes -fPIE for a program.
function(reuse_core_header target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM rdm_core)
endfunction()
