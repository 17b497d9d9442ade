// Shards: files of many images, which are read by position.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/file.h"

namespace rdm {

// The shards that a dataset's images lie in, by number. Any number of threads may read; at most 256
// are open at a time, and of more the one that was opened first is closed.
class ShardFiles {
 public:
  // Adds a shard as it was when it was listed, and gives its number.
  int32_t add(const std::string& path, const FileStamp& stamp);
  // Adds those of another dataset, whose numbers grow by how many there were.
  void add(const ShardFiles& others);

  int32_t size() const { return static_cast<int32_t>(shards_.size()); }

  // Reads `bytes` bytes at `offset` into `out`, whose memory is reused. Throws a std::runtime_error
  // where the shard cannot be read, or has changed since it was listed.
  void read(int32_t shard, int64_t offset, size_t bytes, std::string& out) const;

 private:
  struct Shard {
    std::string path;
    FileStamp stamp;
  };

  std::shared_ptr<const InputFile> open(int32_t shard) const;

  std::vector<Shard> shards_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const InputFile>> files_;  // null: closed
  mutable std::deque<int32_t> open_;                             // the first one opened first
};

}  // namespace rdm
