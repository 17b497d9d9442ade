# Finds LibTorch and the image codecs, or stops with two ways to provide them.

find_package(Threads REQUIRED)
include(cmake/libtorch.cmake)

# Several processes on CPUs talk through the Gloo inside LibTorch, whose headers come from elsewhere.
find_path(GLOO_INCLUDE_DIR gloo/context.h)
mark_as_advanced(GLOO_INCLUDE_DIR)
# On GPUs they talk through NCCL, where LibTorch is a CUDA build.
if(library_torch_cuda)
  include(cmake/cuda-headers.cmake)
  find_cuda_headers()
  tell_of_cuda_headers()
endif()

find_package(JPEG QUIET)
find_package(PNG QUIET) # and ZLIB with it
if(NOT JPEG_FOUND OR NOT PNG_FOUND)
  message(FATAL_ERROR
    "The image codecs were not found. Either\n"
    "  npm run setup            (installs them where it may), or\n"
    "  apt-get install libjpeg-turbo8-dev libpng-dev   (Debian: libjpeg62-turbo-dev)\n")
endif()

# WebP and TIFF images are read where these are there.
option(RDM_TIFF "Read TIFF images, where libtiff is there" ON)
if(RDM_TIFF)
  find_package(TIFF QUIET)
endif()
find_path(WEBP_INCLUDE_DIR webp/decode.h)
find_library(WEBP_LIBRARY webp)
mark_as_advanced(WEBP_INCLUDE_DIR WEBP_LIBRARY)

# Headers of safetensors files are JSON.
find_package(nlohmann_json QUIET)
if(NOT nlohmann_json_FOUND)
  message(FATAL_ERROR
    "nlohmann-json was not found. Either\n"
    "  npm run setup            (installs it where it may), or\n"
    "  apt-get install nlohmann-json3-dev\n")
endif()
