// Decodes image files to RGB, by their content and not by their names, to what Pillow's
// Image.open(path).convert('RGB') gives.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "data/image.h"

namespace rdm {

// One per thread: holds the file's bytes and the libraries' state from image to image.
class Decoder {
 public:
  explicit Decoder(int64_t max_image_pixels = 178'956'970);
  ~Decoder();

  // Reads and decodes the file. Throws bad_data naming it and what is wrong: it cannot be read, is
  // not an image of a known format, is truncated or damaged, or is too large.
  void decode_file(const std::string& path, Image& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
