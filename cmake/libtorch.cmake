# Finds LibTorch and makes the target `torch`. LIBTORCH (an unpacked LibTorch, or the torch folder of a Python
# environment) is final, then Torch_DIR; else an importable Python torch, .libtorch.
# Not through TorchConfig.cmake: with a CUDA build it stops where no CUDA toolkit is installed, which
# neither compiling nor running rdm needs.

if(NOT "$ENV{LIBTORCH}" STREQUAL "")
  set(torch_candidates "$ENV{LIBTORCH}" "$ENV{LIBTORCH}/torch")
  set(torch_missing
    "LIBTORCH=$ENV{LIBTORCH} holds no LibTorch to build with.\n"
    "Name the folder of include/ and lib/ (of Python: torch), or unset it: npm run setup installs one.\n")
elseif(NOT "$ENV{Torch_DIR}" STREQUAL "")
  set(torch_candidates "$ENV{Torch_DIR}/../../..")
  set(torch_missing
    "Torch_DIR=$ENV{Torch_DIR} belongs to no LibTorch.\n"
    "Name LibTorch's share/cmake/Torch, or unset it: npm run setup installs one.\n")
else()
  execute_process(
    COMMAND python3 -c "import importlib.util as u; print(*u.find_spec('torch').submodule_search_locations)"
    OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(torch_candidates ${python_torch} "${CMAKE_SOURCE_DIR}/.libtorch/torch")
  set(torch_missing "LibTorch was not found. Either\n"
    "  npm run setup            (installs it into .libtorch), or\n"
    "  export LIBTORCH=/path/to/libtorch   (an unpacked LibTorch, or a Python torch folder)\n")
endif()

find_path(TORCH_INCLUDE torch/csrc/api/include/torch/torch.h
  PATHS ${torch_candidates} PATH_SUFFIXES include NO_DEFAULT_PATH)
if(NOT TORCH_INCLUDE)
  message(FATAL_ERROR ${torch_missing})
endif()
get_filename_component(TORCH_PREFIX "${TORCH_INCLUDE}" DIRECTORY)
set(TORCH_LIBRARY_DIR "${TORCH_PREFIX}/lib")

# The last argument of this function is a string, whose layout GCC changed in 2015.
file(GLOB torch_core "${TORCH_LIBRARY_DIR}/libc10.so")
if(torch_core)
  file(STRINGS "${torch_core}" torch_old_abi LIMIT_COUNT 1 REGEX "torchCheckFailEPKcS2_jRKSs")
  if(torch_old_abi)
    message(FATAL_ERROR
      "The LibTorch in ${TORCH_PREFIX} has GCC's C++ ABI of before 2015 (_GLIBCXX_USE_CXX11_ABI=0).\n"
      "Take its build for the C++11 ABI, cxx11-abi, or unset LIBTORCH: npm run setup installs one.\n")
  endif()
endif()

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
