// Decodes a JPEG's luma and chroma separately, at the sizes at which they are stored or smaller. No
// chroma is enlarged to the luma's size and nothing becomes RGB, because views shrink both anyway.
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
  // Takes the scan whose header libjpeg has just read, if it is of the common kind: sequential, in
  // one scan, grey or YCbCr. Otherwise false, and libjpeg can go on.
  bool take(jpeg_decompress_struct& info);

  // Decodes the box at 1/r of its size, where r is the greatest of 1, 2, 4, 8 that is at most
  // `reduction`; chroma that is stored smaller is reduced less. A damaged block before the box's
  // end leaves through libjpeg's error manager. The channels are good until the next call.
  std::span<const Channel> read(jpeg_decompress_struct& info, const Box& needed, int64_t reduction);

 private:
  struct Component {
    int across = 1, down = 1;  // blocks in an MCU
    int size = 8;              // pixels on a side of a decoded block
    Idct idct;
    std::vector<int16_t> coefficients;  // of 16 MCUs: (down, across, 64, 16 blocks)
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
  int across_ = 1, down_ = 1;       // blocks in an MCU, of the component with the most
  int64_t width_ = 0, height_ = 0;  // in MCUs
  std::array<Component, 3> components_;
  std::vector<int16_t*> places_;  // of the blocks of 16 MCUs, in the order of the stream
  std::array<Channel, 3> channels_;
};

}  // namespace rdm
