// Decodes image files to what Pillow's Image.open(path).convert('RGB') gives. The format is told by
// a file's content, not by its name. EXIF orientation is ignored, as Pillow does.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>

#include "base/error.h"
#include "data/pixels/augmentation.h"
#include "data/pixels/image.h"

namespace rdm {

// What is wrong with one image: its file cannot be read, is not an image of a known format, is
// truncated or damaged, or has more pixels than allowed.
class ImageError : public Error {
 public:
  ImageError(const std::string& path, const std::string& reason);

  std::string path, reason;
};

// Does the work on an image; whatever it throws becomes an ImageError.
template <typename Work>
auto naming_the_file(const std::string& path, Work work) {
  try {
    return work();
  } catch (const ImageError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw ImageError(path, "there is not enough memory for its pixels");
  } catch (const std::exception& error) {
    throw ImageError(path, error.what());
  }
}

// Decodes one image after the other in one thread, and reuses memory and the libraries' state.
// Throws ImageError.
class Decoder {
 public:
  explicit Decoder(int64_t max_image_pixels);
  ~Decoder();

  Extent open(const std::string& path);  // reads the file and its header
  // The same of bytes that lie elsewhere: `read` puts them into a text whose memory is reused, and
  // throws a std::runtime_error saying why not. `name` is what errors call the image.
  Extent open(const std::string& name, const std::function<void(std::string&)>& read);

  // Decodes the opened image; only the pixels in the box are defined. Good until the next open.
  Decoded decode(const Box& needed);
  // The same by the fastest way to about these pixels: as channels, or at 1, 1/2, 1/4 or 1/8 of the
  // size, the least that `reduction` allows and the format offers.
  Decoded decode_fast(const Box& needed, int64_t reduction);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
