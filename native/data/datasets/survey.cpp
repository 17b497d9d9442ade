#include "data/datasets/survey.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/printable.h"
#include "data/codecs/codec.h"
#include "data/datasets/place.h"

namespace rdm {
namespace {

constexpr int64_t kMostHeaders = 1000;

using Splits = std::vector<std::pair<std::string, Dataset>>;  // name, images

Splits open_splits(const Places& places, const DatasetOptions& options = {}) {
  Splits splits;
  splits.emplace_back("train", open_places(places, "train", options));
  if (has_split(places, "val")) splits.emplace_back("val", open_places(places, "val", options));
  return splits;
}

struct Range {
  int64_t least = 0, most = 0, count = 0;
  double sum = 0;

  void add(int64_t value) {
    least = count == 0 ? value : std::min(least, value);
    most = std::max(most, value);
    sum += static_cast<double>(value);
    ++count;
  }
  Plain plain() const {
    return Plain::Dict{
        {"least", least}, {"mean", count ? sum / static_cast<double>(count) : 0.0}, {"most", most}};
  }
};

Plain::List names(const std::vector<std::string>& classes) {
  return Plain::List(classes.begin(), classes.end());
}

// The classes that another split does not have.
Plain::List only_in(const Dataset& dataset, const Splits& splits) {
  std::vector<std::string> missing;
  for (const auto& [name, other] : splits) {
    std::set_difference(dataset.classes.begin(), dataset.classes.end(), other.classes.begin(),
                        other.classes.end(), std::back_inserter(missing));
  }
  return names(missing);
}

Plain describe(const Dataset& dataset, const Splits& splits) {
  std::vector<int64_t> counts(dataset.classes.size(), 0);
  for (const auto& sample : dataset.samples) {
    if (dataset.labelled()) ++counts[sample.label];
  }
  const auto named = [&](auto place) {
    if (counts.empty()) return Plain();
    const auto index = static_cast<size_t>(place - counts.begin());
    return Plain(Plain::Dict{{"name", dataset.classes[index]}, {"images", *place}});
  };
  Range widths, heights;
  Decoder decoder(INT64_MAX);
  const int64_t stride = std::max<int64_t>(dataset.size() / kMostHeaders, 1);
  for (int64_t i = 0; i < dataset.size(); i += stride) {
    Extent extent{dataset.width, dataset.height};
    try {
      if (!dataset.in_memory()) extent = open_image(decoder, dataset, dataset.samples[i]);
    } catch (const ImageError&) {
      continue;  // `rdm data check` lists what is broken
    }
    widths.add(extent.width);
    heights.add(extent.height);
  }
  std::vector<std::string> empty;
  for (size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] == 0) empty.push_back(dataset.classes[label]);
  }
  Plain::Dict ignored;
  for (const auto& [extension, count] : dataset.ignored) {
    ignored.emplace_back(printable(extension), count);
  }
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx",
                static_cast<unsigned long long>(listing_hash(dataset)));
  return Plain::Dict{{"places", sources_of(dataset)},
                     {"images", dataset.size()},
                     {"classes", static_cast<int64_t>(dataset.classes.size())},
                     {"smallestClass", named(std::min_element(counts.begin(), counts.end()))},
                     {"largestClass", named(std::max_element(counts.begin(), counts.end()))},
                     {"emptyClasses", names(empty)},
                     {"onlyHere", only_in(dataset, splits)},
                     {"ignoredFiles", std::move(ignored)},
                     {"notes", names(notes_of(dataset))},
                     {"listing", std::string(hash)},
                     {"widths", widths.plain()},
                     {"heights", heights.plain()}};
}

}  // namespace

Plain dataset_info(const Places& places) {
  const Splits splits = open_splits(places, {.empty_classes = true});
  Plain::Dict described;
  for (const auto& [name, dataset] : splits) {
    described.emplace_back(name, describe(dataset, splits));
  }
  const auto& sources = splits[0].second.sources;
  return Plain::Dict{{"root", name_of(splits[0].second)},
                     {"layout", sources.size() == 1 ? sources[0].layout : "several"},
                     {"splits", std::move(described)}};
}

Plain check_dataset(const Places& places, const CheckOptions& options) {
  struct Image {
    const Dataset& dataset;
    const Sample& sample;
  };
  const Splits splits = open_splits(places, {.missing_files = true});
  std::vector<Image> images;  // but for those in memory, which were checked as they were read
  int64_t in_memory = 0;
  for (const auto& [name, dataset] : splits) {
    if (dataset.in_memory())
      in_memory += dataset.size();
    else
      for (const auto& sample : dataset.samples) images.push_back({dataset, sample});
  }
  const auto total = static_cast<int64_t>(images.size());
  std::atomic<int64_t> next{0}, done{0};
  std::mutex mutex;
  std::map<int64_t, std::string> reasons;
  const auto work = [&](Decoder& decoder) {
    for (int64_t i = next++; i < total && !options.stop.stop_requested(); i = next++) {
      const auto& [dataset, sample] = images[i];
      try {
        naming_the_image(sample, [&] {
          const Extent extent = open_image(decoder, dataset, sample);
          decoder.decode({0, 0, extent.width, extent.height});
        });
      } catch (const ImageError& error) {
        std::lock_guard lock(mutex);
        reasons.emplace(i, error.reason);
      }
      ++done;
    }
  };
  // Threads beyond the processors only wait, and thousands of them cannot be started.
  const auto processors = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
  std::vector<std::jthread> workers;
  for (int i = 0; i < std::clamp(options.workers, 1, processors); ++i) {
    auto decoder = std::make_unique<Decoder>(options.max_image_pixels);
    workers.emplace_back([&work, decoder = std::move(decoder)] { work(*decoder); });
  }
  if (options.progress) {
    do {  // at least once, however fast the workers are
      options.progress(done, total);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    } while (done < total && !options.stop.stop_requested());
  }
  workers.clear();  // joins
  Plain::List bad;
  for (const auto& [index, reason] : reasons) {
    bad.push_back(Plain::Dict{{"path", images[index].sample.path}, {"reason", reason}});
  }
  return Plain::Dict{{"root", name_of(splits[0].second)},
                     {"images", done + in_memory},
                     {"stopped", done < total},
                     {"bad", std::move(bad)}};
}

}  // namespace rdm
