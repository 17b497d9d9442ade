#include "data/datasets/shards.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/printable.h"
#include "data/datasets/labels.h"
#include "data/lists/walk.h"
#include "data/shards/open_shard.h"
#include "data/shards/shard_range.h"

namespace rdm {
namespace {

// Shards of one kind, for a note.
struct Counted {
  int64_t count = 0;
  std::string first;

  void add(const std::string& shard) {
    if (count++ == 0) first = printable(shard);
  }
  std::string with(const char* what) const {
    return count == 1 ? message(first, " ", what)
                      : message(count, " shards, the first ", first, ", ", what);
  }
};

// Collects shard after shard.
class ShardList {
 public:
  void add(const std::string& path, OpenedShard shard) {
    auto& index = shard.index;
    if (shard.changed) changed_.add(path);
    if (!shard.kept) unkept_.add(path);
    for (const auto& [extension, count] : index.ignored) dataset.ignored[extension] += count;
    checksum = checksum * 0x100000001B3 ^ index.checksum;
    if (index.images.empty()) {
      const auto others = to_text(index.ignored);
      throw Error(Code::bad_data,
                  message("no images in the shard ", printable(path),
                          others.empty() ? "" : message("; there are other members: ", others)),
                  "an image's extension is what follows the first dot of its name: KEY.jpg");
    }
    const bool has_labels = !index.labels.empty();
    if (labelled.value_or(has_labels) != has_labels) {
      throw Error(Code::bad_data,
                  message(printable(path),
                          " is unlike the shards before it: of some the images have labels, of "
                          "others none"),
                  "label every image, or none");
    }
    labelled = has_labels;
    std::vector<int64_t> numbers;
    for (const auto& label : index.labels) numbers.push_back(names.number(label));
    const auto shard_number = dataset.shards->add(path, index.stamp);
    for (auto& image : index.images) {
      dataset.samples.push_back({path + "/" + image.name,
                                 image.label < 0 ? kNoLabel : numbers[image.label], image.offset,
                                 image.bytes, shard_number});
    }
  }

  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    if (changed_.count > 0) {
      notes.push_back(changed_.with("changed since it was indexed, and was indexed again"));
    }
    if (unkept_.count > 0) {
      notes.push_back(unkept_.with(
          "is indexed anew each time, as neither its folder nor the cache can be written"));
    }
    return notes;
  }

  Dataset dataset;
  ClassNames names;
  std::optional<bool> labelled;
  uint64_t checksum = 0;

 private:
  Counted changed_, unkept_;
};

}  // namespace

Dataset open_shards(const std::string& place, const DatasetOptions& options, Source& source) {
  ShardList list;
  auto& dataset = list.dataset;
  const auto files = shards_of(place);
  // The folder above all of them: a range may be of folders.
  const auto above = files.size() == 1 ? place : place.substr(0, place.find('{'));
  dataset.root = std::filesystem::path(above).parent_path().string();
  dataset.shards = std::make_shared<ShardFiles>();
  for (const auto& path : files) list.add(path, open_shard(path));
  source.checksum = list.checksum;
  source.notes = list.notes();
  if (*list.labelled)
    set_classes(dataset, list.names, options, place);
  else
    refuse_choice_of_classes(options, place);
  return std::move(dataset);
}

}  // namespace rdm
