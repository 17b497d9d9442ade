#include "run/output_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <regex>
#include <stdexcept>

#include "base/error.h"
#include "base/file.h"
#include "run/output.h"

namespace rdm {
namespace {

std::string describe_self() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  char now[32] = {};
  const std::time_t time = std::time(nullptr);
  std::strftime(now, sizeof now, "%Y-%m-%d %H:%M:%S", std::localtime(&time));
  return message("process ", ::getpid(), " on ", host, ", since ", now);
}

// AtomicFile's names: what a process that was killed while writing leaves behind.
void remove_half_written(const std::string& folder) {
  static const std::regex pattern(R"(.+\.pth\.tar(\.sha256)?\.tmp\d+)");
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (std::regex_match(entry.path().filename().string(), pattern)) {
      std::filesystem::remove(entry.path(), failure);
    }
  }
}

}  // namespace

OutputLock::OutputLock(const std::string& folder, const Sink& sink)
    : folder_(folder), path_(in_folder(folder, ".rdm-lock")) {
  int failure = 0;
  while (!take(failure)) ::close(descriptor_);
  if (failure != 0) {
    sink(WarningEvent{
        "no_lock", message("the file system of ", folder, " takes no locks (",
                           std::strerror(failure), "); see to it that no other run writes there")});
  }
  const auto self = describe_self() + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::write(descriptor_, self.data(), self.size()) < 0) {
    // A full disk: the lock holds all the same, without a name.
  }
  remove_half_written(folder);
}

// Another run that ends removes the file under our hands; what we then locked is no longer there.
bool OutputLock::take(int& failure) {
  // What another put there under this name, a link above all, would be written over.
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  struct stat ours{}, there{};
  const bool foreign = descriptor_ < 0 ? errno == ELOOP || errno == EISDIR
                                       : ::fstat(descriptor_, &ours) == 0 &&
                                             (!S_ISREG(ours.st_mode) || ours.st_nlink > 1);
  if (foreign) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw Error(Code::bad_output, message(path_, " is a link, a pipe or a folder, not a file"),
                "remove it, or take another --output");
  }
  if (descriptor_ < 0) {
    throw Error(Code::bad_output, message("cannot write ", path_, ": ", std::strerror(errno)),
                "pass a folder that can be written: --output DIR");
  }
  failure = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  if (failure == EWOULDBLOCK) refuse();
  return ::fstat(descriptor_, &ours) == 0 && ::lstat(path_.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino;
}

void OutputLock::refuse() const {
  ::close(descriptor_);
  std::string name;
  try {
    read_file(path_, 4096, name);
  } catch (const std::runtime_error&) {  // gone by now, or not ours: without a name, then
    name.clear();
  }
  while (name.ends_with('\n')) name.pop_back();
  throw Error(Code::bad_output,
              message("another run writes to ", folder_, name.empty() ? "" : ": ", name),
              "give each run a folder of its own (--output DIR), or wait for the other to end");
}

OutputLock::~OutputLock() {
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace rdm
