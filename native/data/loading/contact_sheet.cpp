#include "data/loading/contact_sheet.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <thread>

#include "data/codecs/codec.h"
#include "data/jpeg/jpeg.h"
#include "data/loading/loader.h"
#include "data/pixels/view.h"

namespace rdm {
namespace {

constexpr uint8_t kGrey = 200;
constexpr int kQuality = 85;

// The views of one thread.
class SquareMaker {
 public:
  explicit SquareMaker(int64_t side)
      : view_{side, side}, decoder_(LoaderOptions().max_image_pixels) {}

  void make(const std::string& path, std::vector<uint8_t>& tile) {
    try {
      const Extent extent = decoder_.open(path);
      const auto plan = plan_centre(extent.width, extent.height, view_.resize, view_.size);
      const int64_t reduction = std::min(extent.width, extent.height) / view_.resize;
      apply(view_, decoder_.decode_fast(needed_box(plan), reduction), workspace_, tile.data());
    } catch (const std::exception&) {
      std::ranges::fill(tile, kGrey);
    }
  }

 private:
  CentreView view_;
  Decoder decoder_;
  Workspace workspace_;
};

}  // namespace

std::vector<uint8_t> contact_sheet(const std::vector<std::string>& paths, int64_t side) {
  const auto count = static_cast<int64_t>(paths.size());
  const auto columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const int64_t rows = (count + columns - 1) / std::max<int64_t>(columns, 1);
  Image sheet(columns * side, rows * side);
  std::fill_n(sheet.data(), sheet.bytes(), kGrey);
  std::atomic<int64_t> next = 0;
  const auto work = [&] {
    SquareMaker maker(side);
    std::vector<uint8_t> tile(static_cast<size_t>(side * side * 3));
    for (int64_t at = next++; at < count; at = next++) {
      maker.make(paths[at], tile);
      for (int64_t y = 0; y < side; ++y) {
        std::copy_n(tile.data() + y * side * 3, side * 3,
                    sheet.row(at / columns * side + y) + at % columns * side * 3);
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    const auto processors = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < processors; ++i) threads.emplace_back(work);
  }
  return encode_jpeg(sheet, kQuality);
}

}  // namespace rdm
