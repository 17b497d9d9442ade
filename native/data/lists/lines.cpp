#include "data/lists/lines.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/printable.h"

namespace rdm {
namespace {

constexpr size_t kMostBytes = 8192;  // a path has at most 4096, and a label may stand beside it
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[noreturn]] void fail(const std::string& name, const char* reason) {
  throw Error(Code::bad_data, message("cannot read the list ", printable(name), ": ", reason));
}

// A pipe by a name would keep its opener waiting.
int open_file(const std::string& file) {
  if (file == kStandardInput) return STDIN_FILENO;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail(file, std::strerror(errno));
  struct stat status;
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
  ::close(descriptor);
  fail(file, "a device or a pipe, not a file");
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

Lines::Lines(const std::string& file)
    : name_(file == kStandardInput ? "standard input" : file),
      descriptor_(open_file(file)),
      buffer_(1 << 16) {}

Lines::~Lines() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

// Moves what is left to the front and reads on behind it; false at the end.
bool Lines::fill() {
  std::copy(buffer_.begin() + begin_, buffer_.begin() + end_, buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  while (true) {
    const ssize_t got = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
    if (got > 0) {
      end_ += static_cast<size_t>(got);
      return true;
    }
    if (got == 0) return false;
    if (errno == EAGAIN) {  // Node may have made standard input one that does not wait
      pollfd waiting{descriptor_, POLLIN, 0};
      ::poll(&waiting, 1, /*timeout=*/-1);
    } else if (errno != EINTR) {
      fail(name_, std::strerror(errno));
    }
  }
}

bool Lines::next(std::string& line) {
  ++number_;
  const char* at = nullptr;
  size_t length = 0;  // of what has been looked through
  while (true) {
    const char* begin = buffer_.data() + begin_;
    at = static_cast<const char*>(std::memchr(begin + length, '\n', end_ - begin_ - length));
    length = at ? at - begin : end_ - begin_;
    if (length > kMostBytes) {
      throw error(message("a line of over ", kMostBytes, " bytes"),
                  "a list has one path on each line");
    }
    if (at || !fill()) break;
  }
  const char* begin = buffer_.data() + begin_;
  if (!at && length == 0) return false;
  line.assign(begin, length);
  begin_ += length + (at ? 1 : 0);
  if (line.ends_with('\r')) line.pop_back();
  if (number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  if (std::ranges::any_of(line, is_control)) {
    throw error(message("control characters: ", shortened(line)),
                "a list is a text file in UTF-8, with one path on each line");
  }
  return true;
}

Error Lines::error(const std::string& reason, const std::string& hint) const {
  return error(number_, reason, hint);
}

Error Lines::error(int64_t number, const std::string& reason, const std::string& hint) const {
  return {Code::bad_data, message(printable(name_), ", line ", number, ": ", reason), hint};
}

}  // namespace rdm
