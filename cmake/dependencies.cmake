# Finds LibTorch and the image codecs, or stops with two ways to provide them.
# LibTorch is looked for in: -DTorch_DIR / Torch_DIR, LIBTORCH, an importable Python torch, .libtorch.

find_package(Threads REQUIRED)

set(torch_prefixes "")
if(DEFINED ENV{Torch_DIR})
  set(Torch_DIR "$ENV{Torch_DIR}" CACHE PATH "folder with TorchConfig.cmake")
endif()
if(DEFINED ENV{LIBTORCH})
  list(APPEND torch_prefixes "$ENV{LIBTORCH}")
endif()
execute_process(
  COMMAND python3 -c "import torch; print(torch.utils.cmake_prefix_path)"
  OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(python_torch)
  list(APPEND torch_prefixes "${python_torch}")
endif()
list(APPEND torch_prefixes "${CMAKE_SOURCE_DIR}/.libtorch/torch")
find_package(Torch QUIET PATHS ${torch_prefixes} PATH_SUFFIXES share/cmake/Torch Torch NO_DEFAULT_PATH)
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "LibTorch was not found. Either\n"
    "  npm run setup            (installs it into .libtorch), or\n"
    "  export LIBTORCH=/path/to/libtorch   (an unpacked LibTorch, or a Python torch folder)\n")
endif()

find_package(JPEG QUIET)
find_package(PNG QUIET)
if(NOT JPEG_FOUND OR NOT PNG_FOUND)
  message(FATAL_ERROR
    "The image codecs were not found. Either\n"
    "  npm run setup            (installs them where it may), or\n"
    "  apt-get install libjpeg-turbo8-dev libpng-dev   (Debian: libjpeg62-turbo-dev)\n")
endif()

# WebP and TIFF images are read where these are there.
find_package(TIFF QUIET)
find_path(WEBP_INCLUDE_DIR webp/decode.h)
find_library(WEBP_LIBRARY webp)
mark_as_advanced(WEBP_INCLUDE_DIR WEBP_LIBRARY)
