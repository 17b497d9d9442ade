// PNG through libpng.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "data/pixels/image.h"

namespace rdm {

// Drops alpha, and takes the upper 8 of 16 bits a channel, but clips 16-bit grey to 0 … 255: that
// is what Pillow's convert('RGB') does. Errors are std::runtime_error and say what is wrong.
class PngDecoder {
 public:
  PngDecoder();
  ~PngDecoder();

  // Reads the header. The file's bytes have to stay until the decode.
  Extent open(std::span<const uint8_t> file);
  void decode(Image& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
