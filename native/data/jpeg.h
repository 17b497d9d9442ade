// JPEG through libjpeg-turbo.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/image.h"
#include "data/recipe.h"

namespace rdm {

// Errors are std::runtime_error saying what is wrong; the caller knows the file.
class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();

  // Reads the header. The file's bytes have to stay until the decode.
  Extent open(std::span<const uint8_t> file);
  // The opened image, of which only the pixels in the box are defined.
  void decode(const Box& needed, Image& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Baseline JPEG with 4:2:0 subsampling, as Pillow writes by default.
std::vector<uint8_t> encode_jpeg(const Image& image, int quality);

}  // namespace rdm
