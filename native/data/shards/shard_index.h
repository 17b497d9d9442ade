// What a shard holds: its images by name, position and label.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace rdm {

struct ShardImage {
  std::string name;
  int64_t offset = 0;  // of its bytes in the shard
  uint32_t bytes = 0;
  int32_t label = -1;  // index into ShardIndex::labels; -1: none

  bool operator==(const ShardImage&) const = default;
};

struct ShardIndex {
  FileStamp stamp;                         // of the shard when it was indexed
  uint64_t checksum = 0;                   // of its directory: the headers of its members
  std::vector<std::string> labels;         // each once, in the order in which they come
  std::map<std::string, int64_t> ignored;  // members that are no images by their extensions
  std::vector<ShardImage> images;          // in their order

  bool operator==(const ShardIndex&) const = default;
};

// As a file keeps it: little-endian, with a checksum of its own.
std::string encode_index(const ShardIndex& index);

// Nothing for bytes that are damaged, or name what a shard of that size cannot hold.
std::optional<ShardIndex> decode_index(std::string_view bytes);

// Indexes a shard by its headers. Members follow WebDataset: what stands before the first dot of a
// file's name is its key, and neighbours with one key are one sample: an image by its extension,
// and its label, which is the field `label` of its .json, or else the text of its .cls. `path` is
// what messages call it. Throws bad_data with the offset, as TarReader does, and where two images
// have one key, or a label is wrong or missing where others have one.
ShardIndex index_shard(const InputFile& file, const std::string& path);

}  // namespace rdm
