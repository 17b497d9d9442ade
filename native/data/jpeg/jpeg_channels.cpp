#include "data/jpeg/jpeg_channels.h"

#include <jpeglib.h>

#include <algorithm>
#include <cstdio>

#include "data/jpeg/idct.h"

namespace rdm {
namespace {

constexpr int64_t kBlock = DCTSIZE2;             // coefficients
constexpr int64_t kGroup = kBlock * kIdctLanes;  // coefficients of the blocks of one transform
constexpr int64_t kTogether = kIdctLanes;        // MCUs that are read at once
constexpr int64_t kPadding = 64;                 // bytes past the last pixel that readers may read
static_assert(HuffmanScan::kStep == kIdctLanes && HuffmanScan::kTogether == kIdctLanes);

}  // namespace

bool JpegChannels::take(jpeg_decompress_struct& info) {
  const bool grey = info.jpeg_color_space == JCS_GRAYSCALE && info.num_components == 1;
  const bool colour = info.jpeg_color_space == JCS_YCbCr && info.num_components == 3;
  if ((!grey && !colour) || info.data_precision != 8) return false;
  count_ = info.num_components;
  across_ = grey ? 1 : info.max_h_samp_factor;
  down_ = grey ? 1 : info.max_v_samp_factor;
  for (int i = 0; i < count_; ++i) {
    const jpeg_component_info& from = info.comp_info[i];
    Component& component = components_[i];
    component.across = grey ? 1 : from.h_samp_factor;
    component.down = grey ? 1 : from.v_samp_factor;
    const bool whole = across_ % component.across == 0 && down_ % component.down == 0;
    const bool in_order = info.comps_in_scan == count_ && info.cur_comp_info[i] == &from;
    if (!whole || !in_order || from.quant_tbl_no < 0 || from.quant_tbl_no >= NUM_QUANT_TBLS ||
        !info.quant_tbl_ptrs[from.quant_tbl_no]) {
      return false;
    }
  }
  const auto mcus = [](int64_t pixels, int blocks) {
    return (pixels + blocks * DCTSIZE - 1) / (blocks * DCTSIZE);
  };
  width_ = mcus(info.image_width, across_);
  height_ = mcus(info.image_height, down_);
  return scan_.take(info);
}

void JpegChannels::prepare(const jpeg_decompress_struct& info, int64_t reduction) {
  for (int i = 0; i < count_; ++i) {
    Component& component = components_[i];
    const int across = across_ / component.across, down = down_ / component.down;
    // Blocks are halved as long as a value then stands for no more than `reduction` pixels across
    // and down. Chroma may always stand for two, because most files store it like that.
    const int64_t pixels = i == 0 ? reduction : std::max<int64_t>(reduction, 2);
    component.size = DCTSIZE;
    while (component.size > 1 && std::max(across, down) * 2 * DCTSIZE <= pixels * component.size) {
      component.size /= 2;
    }
    component.idct.set(info.quant_tbl_ptrs[info.comp_info[i].quant_tbl_no]->quantval,
                       component.size);
    const auto grow = [](auto& values, int64_t count) {
      values.resize(std::max(values.size(), static_cast<size_t>(count)));
    };
    grow(component.coefficients, component.across * component.down * kGroup);
    // The last 16 MCUs of a row may lie partly outside the image.
    component.stride = (width_ + kTogether) * component.across * component.size;
    const int64_t rows = height_ * component.down * component.size;
    grow(component.pixels, product(component.stride, rows) + kPadding);
    channels_[i] = {component.pixels.data(), component.stride,
                    static_cast<double>(across * DCTSIZE) / component.size,
                    static_cast<double>(down * DCTSIZE) / component.size};
  }
  place_blocks();
}

// Assigns a place to each block of 16 MCUs. Then every row of blocks of a component fills whole
// groups of 16 blocks. Two blocks across and two down, as luma mostly has:
//
//   stream    MCU 0: Y00 Y01 Y10 Y11 Cb Cr   MCU 1: …
//   row 0     group 0: MCUs 0 … 7, Y00 Y01 Y00 Y01 …   group 1: MCUs 8 … 15
//   row 1     group 0: MCUs 0 … 7, Y10 Y11 Y10 Y11 …   group 1: MCUs 8 … 15
void JpegChannels::place_blocks() {
  places_.clear();
  for (int64_t mcu = 0; mcu < kTogether; ++mcu) {
    for (int i = 0; i < count_; ++i) {
      const int across = components_[i].across, down = components_[i].down;
      for (int y = 0; y < down; ++y) {
        for (int x = 0; x < across; ++x) {
          const int64_t block = mcu * across + x;
          places_.push_back(components_[i].coefficients.data() +
                            (y * across + block / kIdctLanes) * kGroup + block % kIdctLanes);
        }
      }
    }
  }
  scan_.place(places_);
}

void JpegChannels::skip(jpeg_decompress_struct& info, int64_t mcus) {
  if (!scan_.skip(mcus)) scan_.fail(info);
}

void JpegChannels::read_mcus(jpeg_decompress_struct& info, int64_t mcus) {
  for (int i = 0; i < count_; ++i) {
    Component& component = components_[i];
    std::fill_n(component.coefficients.data(), component.across * component.down * kGroup, 0);
  }
  if (!scan_.read(mcus)) scan_.fail(info);
}

// Transforms the MCUs that were read to pixels at their row and column, which count MCUs.
void JpegChannels::transform(int64_t row, int64_t column) {
  for (int i = 0; i < count_; ++i) {
    Component& component = components_[i];
    const int64_t size = component.size;
    const int16_t* from = component.coefficients.data();
    for (int y = 0; y < component.down; ++y) {
      uint8_t* to = component.pixels.data() + (row * component.down + y) * size * component.stride +
                    column * component.across * size;
      for (int group = 0; group < component.across; ++group, from += kGroup) {
        component.idct.apply(from, to + group * kIdctLanes * size, component.stride);
      }
    }
  }
}

std::span<const Channel> JpegChannels::read(jpeg_decompress_struct& info, const Box& needed,
                                            int64_t reduction) {
  prepare(info, reduction);
  const int64_t pixels_across = across_ * DCTSIZE, pixels_down = down_ * DCTSIZE;
  const int64_t left = needed.left / pixels_across, top = needed.top / pixels_down;
  const int64_t right = (needed.left + needed.width - 1) / pixels_across + 1;
  const int64_t bottom = (needed.top + needed.height - 1) / pixels_down + 1;
  skip(info, top * width_);
  for (int64_t row = top; row < bottom; ++row) {
    skip(info, left);
    for (int64_t column = left; column < right; column += kTogether) {
      read_mcus(info, std::min(kTogether, right - column));
      transform(row, column);
    }
    if (row < bottom - 1) skip(info, width_ - right);
  }
  return {channels_.data(), static_cast<size_t>(count_)};
}

}  // namespace rdm
