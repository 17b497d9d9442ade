#include "data/jpeg/jpeg.h"

#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
// After jpeglib.h, which it needs.
#include <jerror.h>

#include "base/error.h"
#include "data/jpeg/huffman.h"
#include "data/jpeg/jpeg_channels.h"

namespace rdm {
namespace {

constexpr int64_t kMargin = 4;  // pixels around a box that the smoothing of chroma reads
constexpr int kMaxScans = 100;  // a scan of few bytes may pass over the whole image

// libjpeg reports through callbacks, which leave by longjmp where it must not go on. The functions
// that the jump leaves own nothing that needs destroying.
struct Errors : jpeg_error_mgr {
  jmp_buf jump;
  char text[JMSG_LENGTH_MAX];
  bool truncated = false, too_many_scans = false;

  std::string reason() const {
    if (too_many_scans) return message("a JPEG of over ", kMaxScans, " scans");
    return truncated ? "the file is truncated" : std::string("the file is damaged (") + text + ")";
  }
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = static_cast<Errors*>(info->err);
  errors->format_message(info, errors->text);
  errors->truncated = errors->msg_code == JWRN_JPEG_EOF || errors->msg_code == JERR_INPUT_EOF;
  longjmp(errors->jump, 1);
}

// Warnings that mean lost pixels end the decode; others (bytes between segments, odd versions) are
// harmless.
void warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_ARITH_BAD_CODE: leave(info);
    default: info->err->num_warnings++;
  }
}

void ignore(j_common_ptr) {}

// libjpeg calls this between rows of blocks.
void count_scans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
  auto* errors = static_cast<Errors*>(info->err);
  errors->too_many_scans = true;
  longjmp(errors->jump, 1);
}

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
  jpeg_progress_mgr progress{};
  HuffmanScan scan;
  JpegChannels channels;
  bool complete = false;      // whether the file ends with the end mark
  std::vector<uint8_t> line;  // one CMYK row

  // Runs a step that may leave by longjmp.
  template <typename Step>
  void guarded(Step step) {
    errors.too_many_scans = false;
    if (setjmp(errors.jump)) throw std::runtime_error(errors.reason());
    step();
  }

  // Decodes the box with a margin of kMargin pixels: libjpeg smooths chroma over its neighbours,
  // and with the margin the box's own pixels are exact.
  void read_pixels(const Box& needed, int64_t reduction, Image& out) {
    const bool cmyk = info.num_components == 4;
    info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info.dct_method = JDCT_ISLOW;
    info.do_fancy_upsampling = TRUE;
    info.scale_num = 1;
    info.scale_denom = static_cast<unsigned>(reduction);
    jpeg_start_decompress(&info);
    scan.attach(info);
    JDIMENSION left = 0, width = info.output_width;
    if (needed.width < out.width()) {
      left = static_cast<JDIMENSION>(std::max<int64_t>(needed.left - kMargin, 0));
      const int64_t right = std::min(needed.left + needed.width + kMargin, out.width());
      width = static_cast<JDIMENSION>(right) - left;
      jpeg_crop_scanline(&info, &left, &width);
    }
    if (needed.top > kMargin) {
      jpeg_skip_scanlines(&info, static_cast<JDIMENSION>(needed.top - kMargin));
    }
    // A file without its end mark may be truncated, which only the last row shows.
    const auto end = static_cast<JDIMENSION>(complete ? needed.top + needed.height : out.height());
    while (info.output_scanline < end) {
      uint8_t* row = out.row(info.output_scanline) + left * 3;
      uint8_t* target = cmyk ? line.data() : row;
      jpeg_read_scanlines(&info, &target, 1);
      if (cmyk) cmyk_to_rgb(line.data(), width, row);
    }
    if (complete)
      jpeg_abort_decompress(&info);
    else
      jpeg_finish_decompress(&info);
  }
};

JpegDecoder::JpegDecoder() : impl_(std::make_unique<Impl>()) {
  impl_->info.err = prepare(impl_->errors);
  impl_->guarded([this] { jpeg_create_decompress(&impl_->info); });
  impl_->progress.progress_monitor = count_scans;
  impl_->info.progress = &impl_->progress;
}

JpegDecoder::~JpegDecoder() {
  jpeg_destroy_decompress(&impl_->info);
}

Extent JpegDecoder::open(std::span<const uint8_t> file) {
  auto& info = impl_->info;
  impl_->complete = file.size() > 2 && file[file.size() - 2] == 0xFF && file.back() == 0xD9;
  impl_->guarded([&] {
    jpeg_abort_decompress(&info);
    jpeg_mem_src(&info, file.data(), file.size());
    jpeg_read_header(&info, TRUE);
  });
  if (info.num_components == 2) throw std::runtime_error("a JPEG with two channels");
  return {info.image_width, info.image_height};
}

int64_t JpegDecoder::decode(const Box& needed, int64_t reduction, Image& out) {
  auto& info = impl_->info;
  const int64_t r = reduction >= 8 ? 8 : reduction >= 4 ? 4 : reduction >= 2 ? 2 : 1;
  const auto reduced = [r](int64_t extent) { return (extent + r - 1) / r; };
  out.resize(reduced(info.image_width), reduced(info.image_height));
  if (info.num_components == 4) impl_->line.resize(out.width() * 4);
  const int64_t left = needed.left / r, top = needed.top / r;
  const Box box{left, top, reduced(needed.left + needed.width) - left,
                reduced(needed.top + needed.height) - top};
  impl_->guarded([&] { impl_->read_pixels(box, r, out); });
  return r;
}

std::span<const Channel> JpegDecoder::decode_channels(const Box& needed, int64_t reduction) {
  // A file without its end mark may be truncated; only libjpeg finds that out.
  if (!impl_->complete || !impl_->channels.take(impl_->info)) return {};
  std::span<const Channel> channels;
  impl_->guarded([&] { channels = impl_->channels.read(impl_->info, needed, reduction); });
  return channels;
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
