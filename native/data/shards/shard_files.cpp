#include "data/shards/shard_files.h"

#include <stdexcept>

#include "base/error.h"

namespace rdm {
namespace {

constexpr size_t kMostOpen = 256;  // a process may have 1024 files open where nobody raised it

}  // namespace

int32_t ShardFiles::add(const std::string& path, const FileStamp& stamp) {
  shards_.push_back({path, stamp});
  files_.emplace_back();
  return size() - 1;
}

void ShardFiles::add(const ShardFiles& others) {
  for (const auto& [path, stamp] : others.shards_) add(path, stamp);
}

std::shared_ptr<const InputFile> ShardFiles::open(int32_t shard) const {
  std::lock_guard lock(mutex_);
  auto& file = files_[shard];
  if (file) return file;
  auto opened = std::make_shared<const InputFile>(shards_[shard].path);
  if (open_.size() == kMostOpen) {
    files_[open_.front()].reset();  // who still reads keeps it open until then
    open_.pop_front();
  }
  open_.push_back(shard);
  return file = std::move(opened);
}

void ShardFiles::read(int32_t shard, int64_t offset, size_t bytes, std::string& out) const {
  const auto file = open(shard);
  if (file->stamp() != shards_[shard].stamp) {
    throw std::runtime_error(
        message("the shard has changed since it was listed: ", shards_[shard].path));
  }
  out.resize(bytes);
  if (file->read(offset, out.data(), bytes) < bytes)
    throw std::runtime_error("the shard is cut off");
}

}  // namespace rdm
