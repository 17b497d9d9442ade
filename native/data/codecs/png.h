// PNG through libpng.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "data/pixels/image.h"

namespace rdm {

// Alpha is dropped, 16 bits a channel become the upper 8, but 16-bit grey is clipped to 0 … 255:
// what Pillow's convert('RGB') does. Errors are std::runtime_error saying what is wrong.
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
