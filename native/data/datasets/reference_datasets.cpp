#include "data/datasets/reference_datasets.h"

#include <charconv>
#include <cstdlib>

#include "base/error.h"

namespace rdm {
namespace {

struct Known {
  const char* name;
  size_t classes;
  const Statistics& statistics;
};

const Known& known(DatasetName name) {
  static const Known cifar10{"cifar10", 10, kCifar10Statistics};
  static const Known cifar100{"cifar100", 100, kCifar100Statistics};
  static const Known imagenet100{"imagenet100", 100, kImageNetStatistics};
  static const Known imagenet{"imagenet", 1000, kImageNetStatistics};
  switch (name) {
    case DatasetName::cifar10: return cifar10;
    case DatasetName::cifar100: return cifar100;
    case DatasetName::imagenet100: return imagenet100;
    default: return imagenet;
  }
}

}  // namespace

Statistics statistics_of(DatasetName name, const Dataset& dataset) {
  if (name == DatasetName::custom) return dataset.statistics;
  const auto& expected = known(name);
  if (dataset.classes.size() > expected.classes) {
    throw Error(Code::bad_data,
                message(dataset.root, " has ", dataset.classes.size(), " classes, ", expected.name,
                        " has ", expected.classes),
                "name the classes to take with --classes FILE, or give another --dataset");
  }
  return expected.statistics;
}

Plain::Dict to_plain(const Statistics& statistics) {
  const auto list = [](const std::array<float, 3>& channels) {
    Plain::List out;
    for (const float value : channels) {
      char digits[32] = {};
      std::to_chars(digits, digits + sizeof digits - 1, value);
      out.push_back(std::strtod(digits, nullptr));
    }
    return out;
  };
  return {{"mean", list(statistics.mean)}, {"std", list(statistics.std)}};
}

std::string warn_of_missing_classes(DatasetName name, const Dataset& dataset) {
  if (name == DatasetName::custom || !dataset.labelled()) return "";
  const auto& expected = known(name);
  if (dataset.classes.size() == expected.classes) return "";
  return message(dataset.root, " has ", dataset.classes.size(), " classes, ", expected.name,
                 " has ", expected.classes);
}

}  // namespace rdm
