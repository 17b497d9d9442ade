#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/error.h"

namespace rdm {
namespace {

[[noreturn]] void fail() {
  throw std::runtime_error(std::strerror(errno));
}

struct stat status_of(int descriptor) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) fail();
  return status;
}

int64_t modified(const struct stat& status) {
#ifdef __APPLE__
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

// Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
InputFile::InputFile(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) fail();
  struct stat status;
  const bool known = ::fstat(descriptor_, &status) == 0;
  if (known && S_ISREG(status.st_mode)) return;
  const int error = errno;
  ::close(descriptor_);
  if (!known) throw std::runtime_error(std::strerror(error));
  throw std::runtime_error(S_ISDIR(status.st_mode) ? "a folder, not a file"
                                                   : "a device or a pipe, not a file");
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

FileStamp InputFile::stamp() const {
  const auto status = status_of(descriptor_);
  return {static_cast<int64_t>(status.st_size), modified(status)};
}

size_t InputFile::read(int64_t offset, char* to, size_t count) const {
  size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(descriptor_, to + done, count - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail();
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

void read_file(const std::string& path, size_t most, std::string& out) {
  const InputFile file(path);
  const auto size = static_cast<size_t>(file.stamp().size);
  if (size > most) {
    throw std::runtime_error(message("its ", size, " bytes are over the limit of ", most));
  }
  out.resize(size);
  out.resize(file.read(0, out.data(), size));  // shortened meanwhile; the reader will say so
}

}  // namespace rdm
