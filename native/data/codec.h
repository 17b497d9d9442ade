// Decodes image files to RGB, by their content and not by their names, to what Pillow's
// Image.open(path).convert('RGB') gives. EXIF orientation is ignored, as there.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "data/image.h"
#include "data/recipe.h"

namespace rdm {

// One per thread: holds the file's bytes, the pixels and the libraries' state from image to image.
// Errors are bad_data, naming the file and what is wrong: it cannot be read, is not an image of a
// known format, is truncated or damaged, or has more pixels than allowed.
class Decoder {
 public:
  explicit Decoder(int64_t max_image_pixels);
  ~Decoder();

  Extent open(const std::string& path);  // reads the file and its header

  // The opened image's pixels, of which only those in the box are defined. Good until the next open.
  Pixels decode(const Box& needed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
