// A set of images, with labels or without: files, or pixels in memory.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/codecs/codec.h"
#include "data/lists/extensions.h"
#include "data/pixels/augmentation.h"
#include "data/shards/shard_files.h"

namespace rdm {

inline constexpr int64_t kNoLabel = -1;
inline constexpr int32_t kNoShard = -1;

struct Sample {
  std::string path;   // of the image's file; in a shard or in memory, its file and name or number
  int64_t label = 0;  // index into Dataset::classes; kNoLabel where there are none

  // Of an image in a shard: where its bytes lie.
  int64_t offset = 0;
  uint32_t bytes = 0;
  int32_t shard = kNoShard;  // index into Dataset::shards
};

// Where images came from.
struct Source {
  std::string place;      // as it was given
  std::string layout;     // folder, images, list, table, shards, or the authors': layout_of
  std::string root;       // the folder that its paths lie in
  int64_t images = 0;     // that were found there, also where a run takes only some of them
  uint64_t checksum = 0;  // of shards' directories; 0: none
  std::vector<std::string> notes;  // what is to be told of it
};

struct Dataset {
  std::string root;                    // the folder of this split
  std::vector<Source> sources;         // in the order of the samples
  std::vector<std::string> classes;    // sorted; none: the images have no labels
  std::vector<Sample> samples;         // of folders: sorted by class, then by path
  ExtensionCounts ignored;             // files beside the images that are none by their names
  Statistics statistics;               // of its pixels; ImageNet's for folders
  std::shared_ptr<ShardFiles> shards;  // none: every image has a file of its own, or is in memory

  // Images in memory, all of one size: (samples, height, width, 3). Empty when they are files.
  std::vector<uint8_t> pixels;
  int64_t width = 0, height = 0;

  int64_t size() const { return static_cast<int64_t>(samples.size()); }
  bool in_memory() const { return !pixels.empty(); }
  bool labelled() const { return !classes.empty(); }
};

struct DatasetOptions {
  std::vector<std::string> classes;  // only these; empty: all
  bool empty_classes = false;        // whether a class folder without images is let pass
  bool class_folders = false;        // whether the folders in one without splits are classes
  std::string labels;                // a table of the images' labels; empty: their own
  bool missing_files = false;        // whether a list may name what is not there
};

// What a place can be, as a hint.
extern const char* const kPlaces;

// Keeps these images, which are in rising order, and lets go of the others.
void keep(Dataset& dataset, const std::vector<int64_t>& images);

// Opens an image of a file or a shard for decoding, and gives its size. Throws ImageError.
Extent open_image(Decoder& decoder, const Dataset& dataset, const Sample& sample);

// As naming_the_file, for whatever is done with one image; says where in its shard it lies.
template <typename Work>
auto naming_the_image(const Sample& sample, Work work) {
  try {
    return naming_the_file(sample.path, work);
  } catch (const ImageError& error) {
    if (sample.shard == kNoShard) throw;
    throw ImageError(error.path,
                     message(error.reason, ", at byte ", sample.offset, " of the shard"));
  }
}

// Takes `count` of the images, evenly spaced in their order, so that classes keep their shares; all
// of them if there are no more, or if `count` is 0.
Dataset evenly_spaced(Dataset dataset, int64_t count);

// Throws bad_data where `options` choose classes, and the images of `place` have no labels.
void refuse_choice_of_classes(const DatasetOptions& options, const std::string& place);

// Throws bad_data where the images have no labels, by which `flag` chooses.
void refuse_choice_by_class(const Dataset& dataset, const char* flag);

// Throws bad_data: a file is not as the authors of its dataset published it.
[[noreturn]] void refuse_published(const std::string& path, const std::string& reason);

// What messages call it: the place that it is of, or the first of several.
std::string name_of(const Dataset& dataset);

// Throws bad_data where the images have no labels, which `what` needs.
void require_labels(const Dataset& dataset, const std::string& what);

// The first image whose path an earlier one has, and that one: {earlier, later}. Takes 16 bytes an
// image.
std::optional<std::pair<int64_t, int64_t>> find_double(const Dataset& dataset);

// Reads the classes that a text file lists, one a line, without blank lines and lines that begin
// with #. Throws bad_data.
std::vector<std::string> read_class_list(const std::string& path);

// The classes of `available` that are wanted (all if none are named), sorted. Throws bad_data and
// names a class that `place` does not have, or a name that no class can have.
std::vector<std::string> choose_classes(std::vector<std::string> available,
                                        const std::vector<std::string>& wanted,
                                        const std::string& place);

// A hash that changes when a class, a path or a label does: 64-bit FNV-1a over the listing, without
// the root; of several places with the last part of each, of shards with their directories.
uint64_t listing_hash(const Dataset& dataset);

}  // namespace rdm
