#include "tools/listing.h"

#include <string>
#include <utility>

#include "base/dictionary_reader.h"
#include "data/datasets/places.h"
#include "data/lists/extensions.h"
#include "data/shards/shard_range.h"

namespace rdm {
namespace {

// The path below the place that it is from, or whole where it lies elsewhere.
std::string name_below(const std::string& root, const Sample& sample) {
  const auto& path = sample.path;
  std::string name = path.starts_with(root + "/") ? path.substr(root.size() + 1) : path;
  return sample.shard == kNoShard ? name : name.substr(lower_case(name).find(".tar/") + 5);
}

}  // namespace

Plain list_images(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  const auto places = places_in(reader.dictionary("data")).value_or(Places());
  std::string split;
  reader.read("split", split);
  reader.finish();
  if (split != "train" && !has_split(places, split)) return {};
  const auto dataset = open_places(places, split, {.empty_classes = true});
  Plain::List paths, names, labels, offsets, bytes;
  auto source = dataset.sources.begin();
  int64_t left = source->images;
  for (const auto& sample : dataset.samples) {
    while (left == 0 && source + 1 != dataset.sources.end()) left = (++source)->images;
    --left;
    paths.push_back(sample.path);
    names.push_back(name_below(source->root, sample));
    if (dataset.labelled()) labels.push_back(sample.label);
    if (!dataset.shards) continue;
    offsets.push_back(sample.offset);
    bytes.push_back(static_cast<int64_t>(sample.bytes));
  }
  return Plain::Dict{{"classes", Plain::List(dataset.classes.begin(), dataset.classes.end())},
                     {"paths", std::move(paths)},
                     {"names", std::move(names)},
                     {"labels", std::move(labels)},
                     {"offsets", std::move(offsets)},
                     {"bytes", std::move(bytes)},
                     {"width", dataset.width},
                     {"height", dataset.height},
                     {"pixels", dataset.pixels}};
}

Plain shard_files(const Plain& place) {
  const auto files = shards_of(*place.get_if<std::string>());
  return Plain::List(files.begin(), files.end());
}

}  // namespace rdm
