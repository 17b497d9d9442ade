#include "data/shards/open_shard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <vector>

#include "base/error.h"
#include "base/printable.h"
#include "base/sha256.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostIndexBytes = size_t{1} << 30;
constexpr const char* kIndex = ".index";

std::string cache_folder() {
  const auto* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/') return std::string(cache) + "/rdm/shards";
  const auto* home = std::getenv("HOME");
  return home && *home == '/' ? std::string(home) + "/.cache/rdm/shards" : "";
}

// Where a shard's index may be, the best place first.
std::vector<std::string> places_of_index(const std::string& shard) {
  std::vector<std::string> places{shard + kIndex};
  const auto folder = cache_folder();
  if (folder.empty()) return places;
  std::error_code ignored;
  const auto whole = fs::absolute(shard, ignored).lexically_normal().string();
  Sha256 hash;
  hash.update(whole.data(), whole.size());
  places.push_back(folder + "/" + hash.hex().substr(0, 32) + kIndex);
  return places;
}

std::optional<ShardIndex> read_index(const std::vector<std::string>& places) {
  for (const auto& place : places) {
    try {
      std::string bytes;
      read_file(place, kMostIndexBytes, bytes);
      if (auto index = decode_index(bytes)) return index;
    } catch (const std::runtime_error&) {
      // there is none, or none that can be read: the shard tells the same
    }
  }
  return std::nullopt;
}

bool write_all(int descriptor, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

// A rename makes it appear whole: several processes may index one shard at a time.
bool write_index(const std::string& place, const std::string& bytes) {
  std::error_code ignored;
  fs::create_directories(fs::path(place).parent_path(), ignored);
  std::string name = place + "-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool readable = ::fchmod(descriptor, 0644) == 0;
  const bool written = write_all(descriptor, bytes);
  const bool done =
      ::close(descriptor) == 0 && written && readable && ::rename(name.c_str(), place.c_str()) == 0;
  if (!done) ::unlink(name.c_str());
  return done;
}

}  // namespace

OpenedShard open_shard(const std::string& path) {
  try {
    const InputFile file(path);
    const auto places = places_of_index(path);
    auto known = read_index(places);
    if (known && known->stamp == file.stamp()) return {std::move(*known)};
    OpenedShard opened{index_shard(file, path)};
    opened.changed = known && known->checksum != opened.index.checksum;
    const auto bytes = encode_index(opened.index);
    opened.kept = false;
    for (const auto& place : places) opened.kept = opened.kept || write_index(place, bytes);
    return opened;
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw Error(Code::bad_data,
                message("cannot read the shard ", printable(path), ": ", error.what()),
                "a range names its first and its last shard: shard-{000..099}.tar");
  }
}

}  // namespace rdm
