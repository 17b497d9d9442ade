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

class File {
 public:
  // Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) fail();
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  size_t size() const {
    struct stat status;
    if (::fstat(descriptor_, &status) != 0) fail();
    if (S_ISDIR(status.st_mode)) throw std::runtime_error("a folder, not a file");
    if (!S_ISREG(status.st_mode)) throw std::runtime_error("a device or a pipe, not a file");
    return static_cast<size_t>(status.st_size);
  }

  size_t read(char* to, size_t count) {  // fewer at the file's end only
    size_t done = 0;
    while (done < count) {
      const ssize_t got = ::read(descriptor_, to + done, count - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail();
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

 private:
  int descriptor_;
};

}  // namespace

void read_file(const std::string& path, size_t most, std::string& out) {
  File file(path);
  const size_t size = file.size();
  if (size > most) {
    throw std::runtime_error(message("its ", size, " bytes are over the limit of ", most));
  }
  out.resize(size);
  out.resize(file.read(out.data(), size));  // shortened meanwhile; the reader will say so
}

}  // namespace rdm
