#include "checkpoint/manifest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "formats/atomic_file.h"

namespace rdm {
namespace {

constexpr std::string_view kReplaces = "# replaces ";
constexpr size_t kDigits = 64;
constexpr size_t kMostBytes = 64 << 10;  // of a manifest

class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    // A pipe would keep its reader waiting, and a device may never end.
    struct stat status{};
    if (!is_open() || (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode))) return;
    ::close(std::exchange(descriptor_, -1));
    errno = EINVAL;
  }
  ~File() {
    if (is_open()) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Nothing where the file cannot be read; errno says why.
std::optional<std::string> hash_of(const std::string& path) {
  const File file(path);
  if (!file.is_open()) return std::nullopt;
#ifdef POSIX_FADV_DONTNEED
  ::posix_fadvise(file.descriptor(), 0, 0, POSIX_FADV_DONTNEED);  // what was just written is cached
#endif
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (true) {
    const auto size = ::read(file.descriptor(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    if (size == 0) return hash.hex();
    hash.update(buffer.data(), static_cast<size_t>(size));
  }
}

}  // namespace

std::string manifest_of(const std::string& path) {
  return path + ".sha256";
}

void write_manifest(const std::string& path, const std::string& sha256) {
  std::string text = message(sha256, "  ", std::filesystem::path(path).filename().string(), "\n");
  if (const auto old = hash_of(path)) text += message(kReplaces, *old, "\n");
  AtomicFile file(manifest_of(path));
  file.write(text.data(), text.size());
  file.commit();
}

std::optional<std::string> find_fault(const std::string& path) {
  if (!std::filesystem::exists(manifest_of(path))) {
    return "it has no manifest (" + manifest_of(path) + ")";
  }
  std::string text;
  try {
    read_file(manifest_of(path), kMostBytes, text);
  } catch (const std::runtime_error& error) {
    return "its manifest " + manifest_of(path) + " cannot be read: " + error.what();
  }
  std::istringstream manifest(text);
  std::vector<std::string> known;
  for (std::string line; std::getline(manifest, line);) {
    if (line.starts_with(kReplaces)) line.erase(0, kReplaces.size());
    known.push_back(line.substr(0, kDigits));
  }
  const auto found = hash_of(path);
  if (!found) return std::string("it cannot be read: ") + std::strerror(errno);
  for (const auto& hash : known) {
    if (hash == *found) return std::nullopt;
  }
  return "its SHA-256 is not the one in " + manifest_of(path);
}

}  // namespace rdm
