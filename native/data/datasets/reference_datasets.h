// The datasets that the reference trains on: the statistics of their pixels, and how many classes
// they have.
#pragma once
#include <string>

#include "base/plain.h"
#include "data/datasets/dataset.h"

namespace rdm {

// The values of --dataset; custom is any other dataset.
enum class DatasetName { custom, cifar10, cifar100, imagenet100, imagenet };

inline constexpr Statistics kImageNetStatistics{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
inline constexpr Statistics kCifar10Statistics{{0.4914f, 0.4822f, 0.4465f},
                                               {0.2470f, 0.2435f, 0.2616f}};
inline constexpr Statistics kCifar100Statistics{{0.5071f, 0.4865f, 0.4409f},
                                                {0.2673f, 0.2564f, 0.2762f}};

// The statistics of the named dataset, in whatever layout it lies; for `custom` those that
// `dataset` was opened with. Throws bad_data if there are more classes than the named dataset has.
Statistics statistics_of(DatasetName name, const Dataset& dataset);

// {mean, std}, three numbers each, as they are written: 0.485, not the nearest float's digits.
Plain::Dict to_plain(const Statistics& statistics);

// A warning that there are fewer classes than the named dataset has; empty if there are as many, or
// no labels.
std::string warn_of_missing_classes(DatasetName name, const Dataset& dataset);

}  // namespace rdm
