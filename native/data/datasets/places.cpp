#include "data/datasets/places.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/printable.h"
#include "data/datasets/labels.h"
#include "data/datasets/place.h"

namespace rdm {
namespace {

// Of one place.
struct Part {
  std::string place, split;
};

// The index of the place that an image is from.
size_t source_of(const Dataset& dataset, int64_t image) {
  size_t source = 0;
  for (int64_t end = dataset.sources[0].images; image >= end;)
    end += dataset.sources[++source].images;
  return source;
}

void refuse_doubles(const Dataset& dataset) {
  const auto found = find_double(dataset);
  if (!found) return;
  const auto place = [&](int64_t image) {
    return printable(dataset.sources[source_of(dataset, image)].place);
  };
  throw Error(Code::bad_data,
              message("the image ", printable(dataset.samples[found->second].path), " is in ",
                      place(found->first), " and again in ", place(found->second)),
              "an image would count twice; leave one of the places out");
}

void append(Dataset part, ClassNames& names, Dataset& joined) {
  if (part.in_memory()) {
    throw Error(
        Code::bad_data,
        message("images of CIFAR and STL-10 stay in memory, and cannot be joined with others: ",
                printable(name_of(part))),
        "pass it alone");
  }
  for (auto& sample : part.samples) {
    if (part.labelled()) sample.label = names.number(part.classes[sample.label]);
  }
  if (part.shards) {
    if (!joined.shards) joined.shards = std::make_shared<ShardFiles>();
    for (auto& sample : part.samples) sample.shard += joined.shards->size();
    joined.shards->add(*part.shards);
  }
  joined.samples.insert(joined.samples.end(), std::make_move_iterator(part.samples.begin()),
                        std::make_move_iterator(part.samples.end()));
  joined.sources.push_back(part.sources[0]);
  for (const auto& [extension, count] : part.ignored) joined.ignored[extension] += count;
}

// Every image of the places, of which classes are chosen afterwards.
DatasetOptions unchosen(DatasetOptions options) {
  options.classes.clear();
  return options;
}

Dataset join(const std::vector<Part>& parts, const DatasetOptions& options) {
  if (parts.size() == 1) return open_dataset(parts[0].place, parts[0].split, options);
  const auto all = unchosen(options);
  Dataset joined;
  ClassNames names;
  bool labelled = true;
  for (const auto& [place, split] : parts) {
    auto part = open_dataset(place, split, all);
    labelled = labelled && part.labelled();
    append(std::move(part), names, joined);
  }
  joined.root = name_of(joined);
  refuse_doubles(joined);
  if (labelled) {
    set_classes(joined, names, options, joined.root);
  } else {
    refuse_choice_of_classes(options, joined.root);
    for (auto& sample : joined.samples) sample.label = kNoLabel;
  }
  return joined;
}

}  // namespace

std::optional<Places> places_in(const Plain& value) {
  if (const auto* one = value.get_if<std::string>()) return Places{*one};
  const auto* list = value.get_if<Plain::List>();
  if (!list || list->empty()) return std::nullopt;
  Places places;
  for (const auto& item : *list) {
    const auto* place = item.get_if<std::string>();
    if (!place) return std::nullopt;
    places.push_back(*place);
  }
  return places;
}

bool has_split(const Places& places, const std::string& split) {
  return std::ranges::any_of(places, [&](const auto& place) { return has_split(place, split); });
}

namespace {

Dataset open(const std::vector<Part>& parts, const DatasetOptions& options) {
  if (options.labels.empty()) return join(parts, options);
  auto dataset = join(parts, unchosen(options));
  label_from(dataset, options.labels, options);
  return dataset;
}

}  // namespace

Dataset open_places(const Places& places, const std::string& split, const DatasetOptions& options) {
  const bool chosen = split != "train" && has_split(places, split);
  std::vector<Part> parts;
  for (const auto& place : places) {
    if (!chosen || has_split(place, split)) parts.push_back({place, split});
  }
  return open(parts, options);
}

Dataset open_shown(const Places& places, const DatasetOptions& options) {
  std::vector<Part> parts;
  for (const auto& place : places) parts.push_back({place, has_splits(place) ? "val" : "train"});
  return open(parts, options);
}

std::vector<std::string> notes_of(const Dataset& dataset) {
  std::vector<std::string> all;
  for (const auto& source : dataset.sources) {
    all.insert(all.end(), source.notes.begin(), source.notes.end());
  }
  return all;
}

Plain::List sources_of(const Dataset& dataset) {
  Plain::List sources;
  for (const auto& source : dataset.sources) {
    sources.push_back(
        Plain::Dict{{"place", source.place}, {"layout", source.layout}, {"images", source.images}});
  }
  return sources;
}

}  // namespace rdm
