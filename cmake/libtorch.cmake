# Finds LibTorch and makes the target `torch`. Looked for in LIBTORCH (an unpacked LibTorch, or the
# torch folder of a Python environment), Torch_DIR, an importable Python torch, .libtorch.
# Not through TorchConfig.cmake: with a CUDA build it stops where no CUDA toolkit is installed, which
# neither compiling nor running rdm needs.

set(torch_candidates "")
if(DEFINED ENV{LIBTORCH})
  list(APPEND torch_candidates "$ENV{LIBTORCH}" "$ENV{LIBTORCH}/torch")
endif()
if(DEFINED ENV{Torch_DIR})
  list(APPEND torch_candidates "$ENV{Torch_DIR}/../../..")
endif()
execute_process(
  COMMAND python3 -c "import importlib.util as u; print(*u.find_spec('torch').submodule_search_locations)"
  OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
list(APPEND torch_candidates ${python_torch} "${CMAKE_SOURCE_DIR}/.libtorch/torch")

find_path(TORCH_INCLUDE torch/csrc/api/include/torch/torch.h
  PATHS ${torch_candidates} PATH_SUFFIXES include NO_DEFAULT_PATH)
if(NOT TORCH_INCLUDE)
  message(FATAL_ERROR
    "LibTorch was not found. Either\n"
    "  npm run setup            (installs it into .libtorch), or\n"
    "  export LIBTORCH=/path/to/libtorch   (an unpacked LibTorch, or a Python torch folder)\n")
endif()
get_filename_component(TORCH_PREFIX "${TORCH_INCLUDE}" DIRECTORY)
set(TORCH_LIBRARY_DIR "${TORCH_PREFIX}/lib")

set(torch_libraries "")
foreach(name torch torch_cpu torch_cuda c10 c10_cuda)
  find_library(library_${name} ${name} PATHS "${TORCH_LIBRARY_DIR}" NO_DEFAULT_PATH)
  if(library_${name})
    list(APPEND torch_libraries "${library_${name}}")
  endif()
endforeach()
message(STATUS "LibTorch: ${TORCH_PREFIX}")

add_library(torch INTERFACE)
target_include_directories(torch SYSTEM INTERFACE
  "${TORCH_INCLUDE}" "${TORCH_INCLUDE}/torch/csrc/api/include")
if(APPLE)
  target_link_libraries(torch INTERFACE ${torch_libraries})
else() # CUDA's kernels register themselves: no symbol of theirs is named here
  target_link_libraries(torch INTERFACE
    -Wl,--no-as-needed ${torch_libraries} -Wl,--as-needed -Wl,--allow-shlib-undefined)
endif()
