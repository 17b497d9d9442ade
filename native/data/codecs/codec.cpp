#include "data/codecs/codec.h"

#include <span>
#include <stdexcept>

#include "base/file.h"
#include "data/codecs/formats.h"
#include "data/codecs/png.h"
#include "data/jpeg/jpeg.h"

namespace rdm {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 30;  // Pillow's most pixels without compression

}  // namespace

ImageError::ImageError(const std::string& path, const std::string& reason)
    : Error(Code::bad_data, message("cannot decode ", path, ": ", reason),
            "replace it by a good copy, or leave it out"),
      path(path),
      reason(reason) {}

struct Decoder::Impl {
  explicit Impl(int64_t max_pixels) : max_pixels(max_pixels) {}

  int64_t max_pixels;
  std::string path;
  std::string bytes;
  std::span<const uint8_t> file;
  Extent extent;
  Image image;
  JpegDecoder jpeg;
  PngDecoder png;
  enum class Kind { jpeg, png, other } kind = Kind::jpeg;
  const Format* other = nullptr;

  void read(const std::function<void(std::string&)>& read_bytes) {
    read_bytes(bytes);
    if (bytes.empty()) throw std::runtime_error("the file is empty");
    file = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  }

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

  Decoded decode(const Box& needed, int64_t reduction) {
    Decoded out{.extent = extent};
    switch (kind) {
      case Kind::jpeg: out.reduction = jpeg.decode(needed, reduction, image); break;
      case Kind::png: png.decode(image); break;
      case Kind::other: other->decode(file, image); break;
    }
    out.pixels = image.pixels();
    return out;
  }
};

Decoder::Decoder(int64_t max_image_pixels) : impl_(std::make_unique<Impl>(max_image_pixels)) {}
Decoder::~Decoder() = default;

Extent Decoder::open(const std::string& path) {
  return open(path, [&](std::string& out) { read_file(path, kMaxFileBytes, out); });
}

Extent Decoder::open(const std::string& name, const std::function<void(std::string&)>& read) {
  impl_->path = name;
  return naming_the_file(impl_->path, [&] {
    impl_->read(read);
    const Extent extent = impl_->extent = impl_->read_header();
    // Divided, as the product may not fit into 64 bits. No format gives an extent of 0.
    if (extent.width > impl_->max_pixels / extent.height) {
      throw std::runtime_error(message(extent.width, " x ", extent.height,
                                       " pixels are over the limit of ", impl_->max_pixels));
    }
    return extent;
  });
}

Decoded Decoder::decode(const Box& needed) {
  return naming_the_file(impl_->path, [&] { return impl_->decode(needed, /*reduction=*/1); });
}

Decoded Decoder::decode_fast(const Box& needed, int64_t reduction) {
  return naming_the_file(impl_->path, [&] {
    if (impl_->kind == Impl::Kind::jpeg) {
      const auto channels = impl_->jpeg.decode_channels(needed, reduction);
      if (!channels.empty()) return Decoded{.extent = impl_->extent, .channels = channels};
    }
    return impl_->decode(needed, reduction);
  });
}

}  // namespace rdm
