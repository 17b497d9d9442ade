#include "data/datasets/labels.h"

#include <algorithm>

namespace rdm {

int64_t ClassNames::number(const std::string& name) {
  const auto [at, added] = numbers_.try_emplace(name, static_cast<int64_t>(names_.size()));
  if (added) names_.push_back(name);
  return at->second;
}

void set_classes(Dataset& dataset, const ClassNames& names, const DatasetOptions& options,
                 const std::string& place) {
  dataset.classes = choose_classes(names.names(), options.classes, place);
  std::vector<int64_t> label_of;  // of each number; none of a class that was not chosen
  for (const auto& name : names.names()) {
    const auto at = std::ranges::lower_bound(dataset.classes, name);
    const bool chosen = at != dataset.classes.end() && *at == name;
    label_of.push_back(chosen ? at - dataset.classes.begin() : kNoLabel);
  }
  std::vector<int64_t> count(dataset.classes.size(), 0);
  std::erase_if(dataset.samples, [&](Sample& sample) {
    sample.label = label_of[sample.label];
    if (sample.label == kNoLabel) return true;
    const int64_t before = count[sample.label]++;
    return options.images_per_class > 0 && before >= options.images_per_class;
  });
}

}  // namespace rdm
