#include "data/codec.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "base/error.h"
#include "data/jpeg.h"

namespace rdm {

struct Decoder::Impl {
  explicit Impl(int64_t max_pixels) : jpeg(max_pixels) {}

  std::vector<uint8_t> file;
  JpegDecoder jpeg;
};

namespace {

void read_file(const std::string& path, std::vector<uint8_t>& out) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw std::runtime_error(std::strerror(errno));
  std::fseek(file.get(), 0, SEEK_END);
  const long size = std::ftell(file.get());
  std::fseek(file.get(), 0, SEEK_SET);
  out.resize(size > 0 ? static_cast<size_t>(size) : 0);
  if (std::fread(out.data(), 1, out.size(), file.get()) != out.size()) {
    throw std::runtime_error("it could not be read to its end");
  }
  if (out.empty()) throw std::runtime_error("it is empty");
}

bool begins_with(const std::vector<uint8_t>& file, std::string_view magic) {
  return file.size() >= magic.size() && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

Decoder::Decoder(int64_t max_image_pixels) : impl_(std::make_unique<Impl>(max_image_pixels)) {}
Decoder::~Decoder() = default;

void Decoder::decode_file(const std::string& path, Image& out) {
  try {
    read_file(path, impl_->file);
    if (begins_with(impl_->file, "\xFF\xD8\xFF")) return impl_->jpeg.decode(impl_->file, out);
    throw std::runtime_error("it is not an image of a known format");
  } catch (const std::runtime_error& error) {
    throw Error(Code::bad_data, message("cannot decode ", path, ": ", error.what()),
                "remove the file or replace it by a good copy");
  }
}

}  // namespace rdm
