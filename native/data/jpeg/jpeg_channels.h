// A JPEG's luma and chroma as they are stored, each by itself: no chroma is enlarged to the luma's
// size and nothing becomes RGB, as the views shrink both in any case.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/jpeg/huffman.h"
#include "data/jpeg/idct.h"
#include "data/pixels/augmentation.h"
#include "data/pixels/image.h"

struct jpeg_decompress_struct;

namespace rdm {

class JpegChannels {
 public:
  // Takes the scan whose header libjpeg has just read, where it is of the common kind: sequential,
  // in one scan, grey or YCbCr. Otherwise false, and libjpeg can go on.
  bool take(jpeg_decompress_struct& info);

  // Decodes the box at 1/r of its size, r being the greatest of 1, 2, 4, 8 that is at most
  // `reduction`; chroma that is stored smaller is reduced less. Every block up to the box's end has
  // to be good: where one is not, it leaves through libjpeg's error manager. What it gives is good
  // until the next call.
  std::span<const Channel> read(jpeg_decompress_struct& info, const Box& needed, int64_t reduction);

 private:
  struct Component {
    int across = 1, down = 1;  // blocks of an MCU
    int size = 8;              // of a block's pixels
    Idct idct;
    std::vector<int16_t> coefficients;  // of sixteen MCUs
    std::vector<uint8_t> pixels;
    int64_t stride = 0;
  };

  void prepare(const jpeg_decompress_struct& info, int64_t reduction);
  void place_blocks();
  void skip(jpeg_decompress_struct& info, int64_t mcus);
  void read_mcus(jpeg_decompress_struct& info, int64_t mcus);
  void transform(int64_t row, int64_t column);

  HuffmanScan scan_;
  int count_ = 0;                   // of components
  int across_ = 1, down_ = 1;       // the most blocks of an MCU that a component has
  int64_t width_ = 0, height_ = 0;  // in MCUs
  std::array<Component, 3> components_;
  std::vector<int16_t*> places_;  // of sixteen MCUs' blocks
  std::array<Channel, 3> channels_;
};

}  // namespace rdm
