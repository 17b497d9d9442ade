// From images to features.
#include "evaluate/features.h"

#include <limits>

#include "base/error.h"
#include "check.h"

using namespace rdm;

namespace {

Loader four_images() {
  Dataset dataset;
  dataset.root = "memory";
  dataset.classes = {"a"};
  dataset.width = dataset.height = 8;
  dataset.samples.resize(4);
  dataset.pixels.resize(4 * 8 * 8 * 3);
  LoaderOptions options;
  options.batch_size = 3;
  options.shuffle = options.drop_last = false;
  options.augmentation = CentreView{.resize = 8, .size = 8};
  return {std::move(dataset), options};
}

}  // namespace

TEST_CASE(
    "features that are no numbers are refused, as whatever is made of them would be nothing") {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e38f}) {
    auto loader = four_images();
    const auto network = [&](const torch::Tensor& images) {
      auto features = torch::ones({images.size(0), 5});
      features[0][3] = value;  // of the first image of each batch: two of four
      return std::vector{torch::ones({images.size(0), 2}), features};
    };
    const auto collect = [&] {
      return collect_features(loader, torch::kCPU, Precision::fp32, network, [](int64_t) {}, {});
    };
    if (std::isfinite(value)) {
      CHECK(collect()->matrices[1].size(0) == 4);
    } else {
      CHECK_THROWS_WITH_AS(collect(), "the features of 2 of 4 images are not finite", Error);
    }
  }
}
