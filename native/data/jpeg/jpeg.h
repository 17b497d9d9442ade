// JPEG through libjpeg-turbo.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/pixels/augmentation.h"
#include "data/pixels/image.h"

namespace rdm {

// Errors are std::runtime_error saying what is wrong; the caller knows the file.
class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();

  // Reads the header. The file's bytes have to stay until the decode.
  Extent open(std::span<const uint8_t> file);
  // Decodes the opened image at 1/r of its size (rounded up); only the pixels in the box are
  // defined. Gives r, the greatest of 1, 2, 4, 8 that is at most `reduction`. With r = 1 the pixels
  // are exact.
  int64_t decode(const Box& needed, int64_t reduction, Image& out);
  // Decodes the opened image's channels, if it is of the kind that JpegChannels reads; otherwise
  // gives none, and `decode` can be called. Good until the next call.
  std::span<const Channel> decode_channels(const Box& needed, int64_t reduction);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Baseline JPEG with 4:2:0 subsampling, as Pillow writes by default.
std::vector<uint8_t> encode_jpeg(const Image& image, int quality);

}  // namespace rdm
