#include "data/codecs/png.h"

#include <png.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace rdm {
namespace {

constexpr const char* kTruncated = "the file is truncated";

struct Source {
  std::span<const uint8_t> left;
  std::string error;
};

void read(png_structp png, png_bytep to, size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left.size()) png_error(png, kTruncated);
  std::memcpy(to, source->left.data(), count);
  source->left = source->left.subspan(count);
}

[[noreturn]] void leave(png_structp png, png_const_charp text) {
  auto& error = static_cast<Source*>(png_get_error_ptr(png))->error;
  error = text == kTruncated ? text : std::string("the file is damaged (") + text + ")";
  longjmp(png_jmpbuf(png), 1);
}

void ignore(png_structp, png_const_charp) {}

}  // namespace

struct PngDecoder::Impl {
  Source source;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::vector<uint8_t> raw;  // rows as libpng gives them
  std::array<uint8_t, 256 * 3> palette;

  ~Impl() { close(); }

  void close() { png_destroy_read_struct(&png, &info, nullptr); }

  template <typename Step>
  void guarded(Step step) {
    if (setjmp(png_jmpbuf(png))) throw std::runtime_error(source.error);
    step();
  }

  // Asks libpng for one byte a channel, but two for 16-bit grey.
  void prepare() {
    const auto colour = png_get_color_type(png, info);
    const auto depth = png_get_bit_depth(png, info);
    if (depth < 8 && colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
    if (depth < 8 && colour == PNG_COLOR_TYPE_PALETTE) png_set_packing(png);
    if (depth == 16 && colour != PNG_COLOR_TYPE_GRAY) png_set_strip_16(png);
    palette.fill(0);  // an index past the palette's end is black
    png_colorp colours = nullptr;
    int count = 0;
    if (png_get_PLTE(png, info, &colours, &count)) {
      for (int i = 0; i < count && i < 256; ++i) {
        palette[i * 3] = colours[i].red;
        palette[i * 3 + 1] = colours[i].green;
        palette[i * 3 + 2] = colours[i].blue;
      }
    }
  }

  void convert(const uint8_t* from, int64_t width, uint8_t* to) const {
    const auto colour = png_get_color_type(png, info);
    const auto depth = png_get_bit_depth(png, info);
    for (int64_t x = 0; x < width; ++x, to += 3) {
      switch (colour) {
        case PNG_COLOR_TYPE_PALETTE: std::memcpy(to, &palette[from[x] * 3], 3); break;
        case PNG_COLOR_TYPE_RGB: std::memcpy(to, from + x * 3, 3); break;
        case PNG_COLOR_TYPE_RGB_ALPHA: std::memcpy(to, from + x * 4, 3); break;
        case PNG_COLOR_TYPE_GRAY_ALPHA: std::memset(to, from[x * 2], 3); break;
        default:
          if (depth == 16)
            std::memset(to, from[x * 2] ? 255 : from[x * 2 + 1], 3);
          else
            std::memset(to, from[x], 3);
      }
    }
  }
};

PngDecoder::PngDecoder() : impl_(std::make_unique<Impl>()) {}
PngDecoder::~PngDecoder() = default;

Extent PngDecoder::open(std::span<const uint8_t> file) {
  auto& self = *impl_;
  self.close();
  self.source.left = file;
  self.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &self.source, leave, ignore);
  self.info = self.png ? png_create_info_struct(self.png) : nullptr;
  if (!self.info) throw std::bad_alloc();
  self.guarded([&] {
    png_set_read_fn(self.png, &self.source, read);
    // Texts and profiles are skipped: a few bytes of them may unpack to gigabytes.
    png_set_keep_unknown_chunks(self.png, PNG_HANDLE_CHUNK_NEVER, nullptr, /*all*/ -1);
    png_read_info(self.png, self.info);
  });
  return {png_get_image_width(self.png, self.info), png_get_image_height(self.png, self.info)};
}

void PngDecoder::decode(Image& out) {
  auto& self = *impl_;
  const int64_t width = png_get_image_width(self.png, self.info);
  const int64_t height = png_get_image_height(self.png, self.info);
  out.resize(width, height);
  int64_t stride = 0;
  int passes = 1;
  self.guarded([&] {
    self.prepare();
    passes = png_set_interlace_handling(self.png);
    png_read_update_info(self.png, self.info);
    stride = static_cast<int64_t>(png_get_rowbytes(self.png, self.info));
  });
  // An interlaced image comes in several passes over all of its rows.
  const int64_t rows = passes > 1 ? height : 1;
  self.raw.resize(std::max(self.raw.size(), static_cast<size_t>(product(stride, rows))));
  self.guarded([&] {
    for (int pass = 0; pass < passes; ++pass) {
      for (int64_t y = 0; y < height; ++y) {
        uint8_t* row = self.raw.data() + (passes > 1 ? y * stride : 0);
        png_read_row(self.png, row, nullptr);
        if (pass == passes - 1) self.convert(row, width, out.row(y));
      }
    }
  });
}

}  // namespace rdm
