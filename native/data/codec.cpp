#include "data/codec.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "data/formats.h"
#include "data/jpeg.h"
#include "data/png.h"

namespace rdm {
namespace {

class File {
 public:
  explicit File(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void read_into(std::vector<uint8_t>& out) {
    struct stat status;
    if (::fstat(descriptor_, &status) != 0) fail();
    if (S_ISDIR(status.st_mode)) throw std::runtime_error("a folder, not a file");
    out.resize(static_cast<size_t>(status.st_size));
    size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = ::read(descriptor_, out.data() + done, out.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail();
      if (count == 0) break;  // shortened meanwhile; the decoder will say so
      done += static_cast<size_t>(count);
    }
    out.resize(done);
    if (out.empty()) throw std::runtime_error("the file is empty");
  }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error(std::strerror(errno)); }

  int descriptor_;
};

}  // namespace

ImageError::ImageError(const std::string& path, const std::string& reason)
    : Error(Code::bad_data, message("cannot decode ", path, ": ", reason),
            "replace the file by a good copy, or remove it"),
      path(path),
      reason(reason) {}

struct Decoder::Impl {
  explicit Impl(int64_t max_pixels) : max_pixels(max_pixels) {}

  int64_t max_pixels;
  std::string path;
  std::vector<uint8_t> file;
  Extent extent;
  Image image;
  JpegDecoder jpeg;
  PngDecoder png;
  enum class Kind { jpeg, png, other } kind = Kind::jpeg;
  const Format* other = nullptr;

  Extent read_header() {
    if (begins_with(file, "\xFF\xD8\xFF")) {
      kind = Kind::jpeg;
      return jpeg.open(file);
    }
    if (begins_with(file, "\x89PNG\r\n\x1A\n")) {
      kind = Kind::png;
      return png.open(file);
    }
    kind = Kind::other;
    other = find_format(file);
    if (!other) throw std::runtime_error(unknown_format(file));
    return other->open(file);
  }

  template <typename Work>
  auto naming_the_file(Work work) {
    try {
      return work();
    } catch (const std::runtime_error& error) {
      throw ImageError(path, error.what());
    }
  }
};

Decoder::Decoder(int64_t max_image_pixels) : impl_(std::make_unique<Impl>(max_image_pixels)) {}
Decoder::~Decoder() = default;

Extent Decoder::open(const std::string& path) {
  impl_->path = path;
  return impl_->naming_the_file([&] {
    File(path).read_into(impl_->file);
    const Extent extent = impl_->extent = impl_->read_header();
    if (extent.width * extent.height > impl_->max_pixels) {
      throw std::runtime_error(message(extent.width, " x ", extent.height,
                                       " pixels are over the limit of ", impl_->max_pixels));
    }
    return extent;
  });
}

Decoded Decoder::decode(const Box& needed, int64_t reduction) {
  return impl_->naming_the_file([&] {
    Decoded out;
    out.extent = impl_->extent;
    switch (impl_->kind) {
      case Impl::Kind::jpeg:
        out.reduction = impl_->jpeg.decode(needed, reduction, impl_->image);
        break;
      case Impl::Kind::png: impl_->png.decode(impl_->image); break;
      case Impl::Kind::other: impl_->other->decode(impl_->file, impl_->image); break;
    }
    out.pixels = impl_->image.pixels();
    return out;
  });
}

}  // namespace rdm
