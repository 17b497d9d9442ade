// Decodes image files to RGB, by their content and not by their names, to what Pillow's
// Image.open(path).convert('RGB') gives. EXIF orientation is ignored, as there.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "data/pixels/augmentation.h"
#include "data/pixels/image.h"

namespace rdm {

// What is wrong with one image file: it cannot be read, is not an image of a known format, is
// truncated or damaged, or has more pixels than allowed.
class ImageError : public Error {
 public:
  ImageError(const std::string& path, const std::string& reason);

  std::string path, reason;
};

// One per thread: holds the file's bytes, the pixels and the libraries' state from image to image.
// Throws ImageError.
class Decoder {
 public:
  explicit Decoder(int64_t max_image_pixels);
  ~Decoder();

  Extent open(const std::string& path);  // reads the file and its header

  // The opened image's pixels, of which only those in the box are defined. Good until the next
  // open.
  Decoded decode(const Box& needed);
  // The same by the fastest way there is to about these pixels: as channels, or at 1, 1/2, 1/4 or
  // 1/8 of the size, the least that `reduction` allows and the format offers.
  Decoded decode_fast(const Box& needed, int64_t reduction);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
