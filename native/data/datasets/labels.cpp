#include "data/datasets/labels.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/printable.h"
#include "data/lists/path_table.h"

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
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    auto& label = dataset.samples[i].label;
    label = label_of[label];
    if (label != kNoLabel) chosen.push_back(i);
  }
  keep(dataset, chosen);
}

namespace {

// Finds images by their paths.
class Finder {
 public:
  explicit Finder(const Dataset& dataset) : dataset_(dataset) {
    for (int64_t i = 0; i < dataset.size(); ++i) indices_.emplace(dataset.samples[i].path, i);
  }

  std::optional<int64_t> find(const std::string& path, const std::string& folder) const {
    if (const auto found = at(path.starts_with('/') ? path : folder + "/" + path)) return found;
    for (const auto& source : dataset_.sources) {
      if (const auto found = at(source.root + "/" + path)) return found;
    }
    return std::nullopt;
  }

 private:
  std::optional<int64_t> at(const std::string& path) const {
    const auto found = indices_.find(path);
    return found == indices_.end() ? std::nullopt : std::optional(found->second);
  }

  const Dataset& dataset_;
  std::unordered_map<std::string_view, int64_t> indices_;
};

}  // namespace

void label_from(Dataset& dataset, const std::string& file, const DatasetOptions& options) {
  const Finder images(dataset);
  const auto folder = std::filesystem::path(file).parent_path().string();
  for (auto& sample : dataset.samples) sample.label = kNoLabel;
  PathTable table(file);
  const auto& lines = table.lines();
  ClassNames names;
  for (std::string path, label; table.next(path, label);) {
    if (!table.labelled()) throw lines.error("no label", "a table of labels has path and label");
    const auto image = images.find(path, folder);
    if (!image) {
      throw lines.error(
          message("no such image in ", printable(name_of(dataset)), ": ", shortened(path)),
          "a path is relative to the table's folder or to the place of the image");
    }
    auto& sample = dataset.samples[*image];
    if (sample.label != kNoLabel) {
      throw lines.error(message("a second label for ", shortened(path)), "label each image once");
    }
    sample.label = names.number(label);
  }
  const auto none = std::ranges::find(dataset.samples, kNoLabel, &Sample::label);
  if (none != dataset.samples.end()) {
    throw Error(Code::bad_data,
                message("no label in ", printable(file), " for ",
                        std::ranges::count(dataset.samples, kNoLabel, &Sample::label),
                        " images, the first ", printable(none->path)),
                "label every image, or pass the table itself as the place: its images alone");
  }
  set_classes(dataset, names, options, file);
}

}  // namespace rdm
