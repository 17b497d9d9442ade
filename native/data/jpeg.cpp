#include "data/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

namespace rdm {
namespace {

// libjpeg reports through callbacks; a longjmp brings us back from a fatal one. The functions that
// set the jump own nothing that needs destroying.
struct Errors : jpeg_error_mgr {
  jmp_buf jump;
  char text[JMSG_LENGTH_MAX];
  bool truncated = false;

  std::string reason() const {
    return truncated ? "the file is truncated" : std::string("the file is damaged (") + text + ")";
  }
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = static_cast<Errors*>(info->err);
  errors->format_message(info, errors->text);
  errors->truncated = errors->msg_code == JWRN_JPEG_EOF || errors->msg_code == JERR_INPUT_EOF;
  longjmp(errors->jump, 1);
}

// Warnings that mean lost pixels end the decode; the rest (bytes between segments, odd versions)
// are harmless.
void warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_ARITH_BAD_CODE:
      leave(info);
    default: info->err->num_warnings++;
  }
}

void ignore(j_common_ptr) {}

jpeg_error_mgr* prepare(Errors& errors) {
  jpeg_std_error(&errors);
  errors.error_exit = leave;
  errors.emit_message = warn;
  errors.output_message = ignore;
  return &errors;
}

// Pillow inverts every CMYK JPEG (Adobe's convention), then multiplies with black.
void cmyk_to_rgb(const uint8_t* from, int64_t width, uint8_t* to) {
  for (int64_t x = 0; x < width; ++x, from += 4, to += 3) {
    const int black = from[3];
    for (int ch = 0; ch < 3; ++ch) {
      const int product = (255 - from[ch]) * black + 128;
      const int value = black - (((product >> 8) + product) >> 8);
      to[ch] = static_cast<uint8_t>(value < 0 ? 0 : value);
    }
  }
}

}  // namespace

struct JpegDecoder::Impl {
  jpeg_decompress_struct info{};
  Errors errors{};
  std::vector<uint8_t> line;  // one CMYK row

  // Runs a step that may leave by longjmp.
  template <typename Step>
  void guarded(Step step) {
    if (setjmp(errors.jump)) throw std::runtime_error(errors.reason());
    step();
  }

  void read_pixels(Image& out) {
    const bool cmyk = info.num_components == 4;
    info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info.dct_method = JDCT_ISLOW;
    info.do_fancy_upsampling = TRUE;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      uint8_t* row = out.row(info.output_scanline);
      uint8_t* target = cmyk ? line.data() : row;
      jpeg_read_scanlines(&info, &target, 1);
      if (cmyk) cmyk_to_rgb(line.data(), out.width(), row);
    }
    jpeg_finish_decompress(&info);
  }
};

JpegDecoder::JpegDecoder() : impl_(std::make_unique<Impl>()) {
  impl_->info.err = prepare(impl_->errors);
  impl_->guarded([this] { jpeg_create_decompress(&impl_->info); });
}

JpegDecoder::~JpegDecoder() { jpeg_destroy_decompress(&impl_->info); }

Extent JpegDecoder::open(std::span<const uint8_t> file) {
  auto& info = impl_->info;
  impl_->guarded([&] {
    jpeg_abort_decompress(&info);
    jpeg_mem_src(&info, file.data(), file.size());
    jpeg_read_header(&info, TRUE);
  });
  if (info.num_components == 2) throw std::runtime_error("a JPEG with two channels");
  return {info.image_width, info.image_height};
}

void JpegDecoder::decode(const Box& needed, Image& out) {
  auto& info = impl_->info;
  out.resize(info.image_width, info.image_height);
  if (info.num_components == 4) impl_->line.resize(out.width() * 4);
  impl_->guarded([&] { impl_->read_pixels(out); });
}

std::vector<uint8_t> encode_jpeg(const Image& image, int quality) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(image.width());
  info.image_height = static_cast<JDIMENSION>(image.height());
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<uint8_t*>(image.row(info.next_scanline));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::vector<uint8_t> out(bytes, bytes + size);
  std::free(bytes);
  return out;
}

}  // namespace rdm
