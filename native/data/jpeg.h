// JPEG through libjpeg-turbo.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/image.h"

namespace rdm {

// Errors are std::runtime_error saying what is wrong; the caller knows the file.
class JpegDecoder {
 public:
  explicit JpegDecoder(int64_t max_pixels);
  ~JpegDecoder();

  void decode(std::span<const uint8_t> file, Image& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Baseline JPEG with 4:2:0 subsampling, as Pillow writes by default.
std::vector<uint8_t> encode_jpeg(const Image& image, int quality);

}  // namespace rdm
