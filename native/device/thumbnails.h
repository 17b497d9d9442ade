// Small pictures of what a network sees.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "data/pixels/augmentation.h"

namespace rdm {

// (N, 3, S, S), normalised, to (N, side · side · 3), 0 … 255.
torch::Tensor shrink(const torch::Tensor& view, const Statistics& statistics, int64_t side);

// (N, side · side · 3) as tiles, row by row, in one JPEG of ⌈√N⌉ columns.
std::vector<uint8_t> jpeg_of_tiles(const torch::Tensor& tiles, int64_t side);

}  // namespace rdm
