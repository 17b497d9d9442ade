// The index of a shard, which is made once and kept.
#pragma once
#include <string>

#include "data/shards/shard_index.h"

namespace rdm {

struct OpenedShard {
  ShardIndex index;
  bool changed = false;  // whether it was indexed before with another directory
  bool kept = true;      // whether the index is in a file, for the next time
};

// Opens the index of a shard: SHARD.index beside it, or where that cannot be written, a file of
// $XDG_CACHE_HOME/rdm/shards (~/.cache/rdm/shards). It holds while the shard has the size and the
// time of change that it had; else the shard is indexed again. Throws bad_data as index_shard does,
// and where the shard cannot be read.
OpenedShard open_shard(const std::string& path);

}  // namespace rdm
