# Compiles the files of each folder of a target as one, at most eight at a time.
function(compile_rooms_as_one target)
  get_target_property(sources ${target} SOURCES)
  set(previous "")
  foreach(source IN LISTS sources) # sorted, so a room's files follow each other
    get_filename_component(folder "${source}" DIRECTORY)
    get_filename_component(room "${folder}" NAME)
    if(NOT room STREQUAL previous)
      set(count 0)
      set(previous "${room}")
    endif()
    math(EXPR part "${count} / 8")
    math(EXPR count "${count} + 1")
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP ${room}_${part})
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
