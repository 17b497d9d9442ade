# Finds LibTorch and the image codecs, or stops with two ways to provide them.

find_package(Threads REQUIRED)
include(cmake/libtorch.cmake)

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
