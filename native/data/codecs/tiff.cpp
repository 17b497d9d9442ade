// TIFF through libtiff, if it was there at build time: the first page, in the RGB that libtiff
// makes of it.
#ifdef RDM_WITH_TIFF
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "data/codecs/formats.h"

namespace rdm {
namespace {

constexpr int64_t kMaxHeaderBytes = 16 << 20;

struct Source {
  std::span<const uint8_t> file;
  uint64_t at = 0;
};

tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
  auto* source = static_cast<Source*>(handle);
  const uint64_t left = source->file.size() - std::min<uint64_t>(source->at, source->file.size());
  const uint64_t taken = std::min<uint64_t>(left, static_cast<uint64_t>(count));
  if (taken > 0) std::memcpy(to, source->file.data() + source->at, taken);
  source->at += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto* source = static_cast<Source*>(handle);
  source->at = from == SEEK_SET   ? offset
               : from == SEEK_CUR ? source->at + offset
                                  : source->file.size() + offset;
  return source->at;
}

int close(thandle_t) {
  return 0;
}
toff_t size(thandle_t handle) {
  return static_cast<Source*>(handle)->file.size();
}

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

// From version 4.5 on, libtiff can be told that no buffer of its own may have over `most` bytes.
TIFF* open_within(Source& source, int64_t most) {
#if TIFFLIB_VERSION >= 20221213
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), most);
  return TIFFClientOpenExt("", "rm", &source, read, write, seek, close, size, nullptr, nullptr,
                           options.get());
#else
  return TIFFClientOpen("", "rm", &source, read, write, seek, close, size, nullptr, nullptr);
#endif
}

Tiff open_tiff(Source& source, int64_t most) {
  static const bool quiet = [] {  // libtiff would print to stderr
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
    return true;
  }();
  (void)quiet;
  Tiff tiff(open_within(source, most), TIFFClose);
  if (!tiff) throw std::runtime_error("the file is damaged (its header)");
  return tiff;
}

bool matches(std::span<const uint8_t> file) {
  using namespace std::string_view_literals;
  return begins_with(file, "II*\0"sv) || begins_with(file, "MM\0*"sv);
}

Extent extent_of(TIFF* tiff) {
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  if (width == 0 || height == 0) throw std::runtime_error("the file is damaged (its header)");
  return {width, height};
}

Extent open(std::span<const uint8_t> file) {
  Source source{file};
  return extent_of(open_tiff(source, kMaxHeaderBytes).get());
}

void decode(std::span<const uint8_t> file, Image& out) {
  Source source{file};
  const Extent extent = open(file);
  // One strip or tile may hold the whole image, up to 16 bytes a pixel, and be a little wider.
  const int64_t count = product(extent.width, extent.height);
  const Tiff tiff = open_tiff(source, kMaxHeaderBytes + product(int64_t{16}, count));
  const auto width = static_cast<uint32_t>(extent.width),
             height = static_cast<uint32_t>(extent.height);
  std::vector<uint32_t> pixels(static_cast<size_t>(count));
  if (!TIFFReadRGBAImageOriented(tiff.get(), width, height, pixels.data(), ORIENTATION_TOPLEFT,
                                 /*stopOnError=*/1)) {
    throw std::runtime_error(
        "the file is truncated, damaged or of a kind of TIFF that is not supported");
  }
  out.resize(width, height);
  for (size_t i = 0; i < pixels.size(); ++i) {
    out.data()[i * 3] = static_cast<uint8_t>(TIFFGetR(pixels[i]));
    out.data()[i * 3 + 1] = static_cast<uint8_t>(TIFFGetG(pixels[i]));
    out.data()[i * 3 + 2] = static_cast<uint8_t>(TIFFGetB(pixels[i]));
  }
}

}  // namespace

const Format kTiff{"TIFF", matches, open, decode};

}  // namespace rdm
#endif
