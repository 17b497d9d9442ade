// Mean and deviation of the channels of a dataset's training images: what --mean and --std take.
#pragma once
#include <cstdint>
#include <functional>
#include <stop_token>

#include "base/dictionary_reader.h"
#include "base/plain.h"
#include "data/datasets/places.h"
#include "data/subsets/subset.h"

namespace rdm {

struct StatisticsOptions {
  Places data;
  Subset subset;
  int64_t workers = 1;
  int64_t max_image_pixels = 0;

  void read(DictionaryReader& reader);
};

// {places, images, of, bad, stopped, mean, std}: over `images` of the `of` there are, without the
// `bad` ones that cannot be decoded. Every image counts the same, whatever its size: with the mean
// m and the mean square q of its values from 0 to 1, the mean is that of all m, the deviation
// √(mean of all q − mean²), each in float64 and the same for any number of workers. Null where it
// was stopped before the first image. `progress` is called now and then. Throws bad_data where no
// image can be decoded.
Plain data_statistics(const StatisticsOptions& options,
                      const std::function<void(int64_t done, int64_t total)>& progress,
                      const std::stop_token& stop);

}  // namespace rdm
