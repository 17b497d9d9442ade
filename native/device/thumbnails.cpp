#include "device/thumbnails.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "data/jpeg/jpeg.h"

namespace rdm {

torch::Tensor shrink(const torch::Tensor& view, const Statistics& statistics, int64_t side) {
  const auto colour = [&](const std::array<float, 3>& values) {
    return torch::tensor(torch::ArrayRef<float>(values.data(), 3)).view({1, 3, 1, 1});
  };
  const auto pixels = view.cpu() * colour(statistics.std) + colour(statistics.mean);
  const auto small = torch::adaptive_avg_pool2d(pixels, {side, side});
  return (small * 255).round().clamp(0, 255).permute({0, 2, 3, 1}).flatten(1);
}

std::vector<uint8_t> jpeg_of_tiles(const torch::Tensor& tiles, int64_t side) {
  const int64_t count = tiles.size(0);
  const auto columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const int64_t rows = (count + columns - 1) / columns;
  auto all = torch::zeros({rows * columns, side, side, 3}, torch::kByte);
  all.slice(0, 0, count).copy_(tiles.view({count, side, side, 3}));
  const auto grid =
      all.view({rows, columns, side, side, 3}).transpose(1, 2).contiguous();  // row of pixels last
  Image image(columns * side, rows * side);
  std::copy_n(grid.const_data_ptr<uint8_t>(), grid.numel(), image.row(0));
  return encode_jpeg(image, /*quality=*/85);
}

}  // namespace rdm
