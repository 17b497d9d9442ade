// Encodes JPEGs of every sampling.
#pragma once
#include <jpeglib.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "data/pixels/image.h"

namespace rdm::test {

// One value of chroma stands for across × down pixels. Without colour there is luma alone.
struct Sampling {
  int across = 1, down = 1;
  bool colour = true;
};

inline std::string encode(const Image& image, const Sampling& sampling, int quality) {
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
  if (sampling.colour) {
    info.comp_info[0].h_samp_factor = sampling.across;
    info.comp_info[0].v_samp_factor = sampling.down;
  } else {
    jpeg_set_colorspace(&info, JCS_GRAYSCALE);
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<uint8_t*>(image.row(info.next_scanline));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return out;
}

// An image that compresses as a photograph does: waves a few pixels long over slopes, in all three
// colours.
inline Image waves(int64_t width, int64_t height) {
  Image image(width, height);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const auto u = static_cast<double>(x), v = static_cast<double>(y);
      const double slope = (u / static_cast<double>(width) + v / static_cast<double>(height)) / 2;
      const double wave = std::sin(u / 3.1 + v / 7.7) + std::sin(v / 4.3 - u / 11);
      uint8_t* pixel = image.row(y) + x * 3;
      pixel[0] = static_cast<uint8_t>(60 + 110 * slope + 25 * wave);
      pixel[1] = static_cast<uint8_t>(190 - 100 * slope + 20 * wave);
      pixel[2] = static_cast<uint8_t>(90 + 50 * std::cos(u / 40) * std::sin(v / 30) + 15 * wave);
    }
  }
  return image;
}

}  // namespace rdm::test
