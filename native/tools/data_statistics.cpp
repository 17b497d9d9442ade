#include "tools/data_statistics.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/printable.h"
#include "data/codecs/codec.h"

namespace rdm {
namespace {

// Of one image, channel by channel, of values from 0 to 1.
struct Moments {
  std::array<double, 3> mean{}, square{};
};

// The sums are whole numbers: 64 bits hold those of 2^48 pixels.
Moments moments_of(const Pixels& pixels) {
  std::array<uint64_t, 3> sum{}, square{};
  for (int64_t y = 0; y < pixels.height; ++y) {
    const uint8_t* row = pixels.row(y);
    for (int64_t x = 0; x < pixels.width * 3; ++x) {
      const uint64_t value = row[x];
      sum[x % 3] += value;
      square[x % 3] += value * value;
    }
  }
  const auto count = static_cast<double>(pixels.width * pixels.height);
  Moments moments;
  for (size_t c = 0; c < 3; ++c) {
    moments.mean[c] = static_cast<double>(sum[c]) / count / 255;
    moments.square[c] = static_cast<double>(square[c]) / count / (255 * 255);
  }
  return moments;
}

// The mean of those that are there.
Moments mean_of(const std::vector<std::optional<Moments>>& all, int64_t count) {
  Moments mean;
  for (const auto& one : all) {
    for (size_t c = 0; one && c < 3; ++c) {
      mean.mean[c] += one->mean[c] / static_cast<double>(count);
      mean.square[c] += one->square[c] / static_cast<double>(count);
    }
  }
  return mean;
}

// One of the dataset's images; nothing where it cannot be decoded.
std::optional<Moments> measure(const Dataset& dataset, int64_t image, Decoder& decoder) {
  if (dataset.in_memory()) {
    const int64_t stride = dataset.width * 3;
    const auto* pixels = dataset.pixels.data() + image * dataset.height * stride;
    return moments_of({pixels, dataset.width, dataset.height, stride});
  }
  try {
    const auto [width, height] = open_image(decoder, dataset, dataset.samples[image]);
    return moments_of(decoder.decode({0, 0, width, height}).pixels);
  } catch (const ImageError&) {
    return std::nullopt;  // `rdm data check` says why
  }
}

}  // namespace

void StatisticsOptions::read(DictionaryReader& reader) {
  data = places_in(reader.dictionary("data")).value_or(Places());
  reader.read("exclude", subset.exclude);
  reader.read("images", subset.images);
  reader.positive("workers", workers);
  reader.read("maxImagePixels", max_image_pixels);
}

Plain data_statistics(const StatisticsOptions& options,
                      const std::function<void(int64_t done, int64_t total)>& progress,
                      const std::stop_token& stop) {
  auto listed = open_places(options.data, "train");
  const int64_t all = listed.size();
  const auto dataset = take_subset(std::move(listed), options.subset);
  const int64_t total = dataset.size();
  std::vector<std::optional<Moments>> found(total);
  std::atomic<int64_t> next{0}, done{0};
  const auto work = [&](Decoder& decoder) {
    for (int64_t i = next++; i < total && !stop.stop_requested(); i = next++) {
      found[i] = measure(dataset, i, decoder);
      ++done;
    }
  };
  const auto processors = static_cast<int64_t>(std::max(std::thread::hardware_concurrency(), 1U));
  std::vector<std::jthread> workers;
  for (int64_t i = 0; i < std::min(options.workers, processors); ++i) {
    auto decoder = std::make_unique<Decoder>(options.max_image_pixels);
    workers.emplace_back([&work, decoder = std::move(decoder)] { work(*decoder); });
  }
  do {  // at least once, however fast the workers are
    progress(done, total);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (done < total && !stop.stop_requested());
  workers.clear();  // joins
  const int64_t good =
      std::ranges::count_if(found, [](const auto& one) { return one.has_value(); });
  if (good == 0 && done == total) {
    throw Error(Code::bad_data,
                message("none of the images of ", printable(name_of(dataset)), " can be decoded"),
                "rdm data check says why");
  }
  Plain::List mean, deviation;
  const auto [first, second] = mean_of(found, good);
  for (size_t c = 0; good > 0 && c < 3; ++c) {
    mean.push_back(first[c]);
    deviation.push_back(std::sqrt(std::max(second[c] - first[c] * first[c], 0.0)));
  }
  return Plain::Dict{{"places", sources_of(dataset)},
                     {"images", good},
                     {"of", all},
                     {"bad", done - good},
                     {"stopped", done < total},
                     {"mean", good > 0 ? Plain(std::move(mean)) : Plain()},
                     {"std", good > 0 ? Plain(std::move(deviation)) : Plain()}};
}

}  // namespace rdm
