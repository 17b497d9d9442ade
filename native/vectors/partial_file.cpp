#include "vectors/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/printable.h"
#include "formats/atomic_file.h"

namespace rdm {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kHeader = 128;                // bytes
constexpr size_t kMostAbout = size_t{1} << 20;  // bytes of PATH.json

ordered_json to_json(const Plain& value) {
  if (const auto* one = value.get_if<bool>()) return *one;
  if (const auto* one = value.get_if<int64_t>()) return *one;
  if (const auto* one = value.get_if<double>()) return *one;
  if (const auto* one = value.get_if<std::string>()) return *one;
  auto out = ordered_json::array();
  if (const auto* list = value.get_if<Plain::List>()) {
    for (const auto& one : *list) out.push_back(to_json(one));
  }
  return out;
}

std::string text_of(const Plain::Dict& about) {
  auto out = ordered_json::object();
  for (const auto& [key, value] : about) out[key] = to_json(value);
  return out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

// Source: numpy.lib.format, version 1.0.
std::string npy_header(const PartialMatrix& matrix) {
  std::string header("\x93NUMPY\x01\x00", 8);
  const uint16_t length = kHeader - 10;
  header += {static_cast<char>(length & 0xFF), static_cast<char>(length >> 8)};
  header += message("{'descr': '", matrix.half ? "<f2" : "<f4", "', 'fortran_order': False, ",
                    "'shape': (", matrix.rows, ", ", matrix.dim, "), }");
  header.resize(kHeader - 1, ' ');
  return header + "\n";
}

// What of the two is not the same, in words; empty where nothing is.
std::string difference(const ordered_json& before, const ordered_json& now) {
  for (const auto& [key, value] : now.items()) {
    if (key == "pretrained" || (before.contains(key) && before[key] == value)) continue;
    if (key == "listing") return "other images";
    if (key == "weights") return "other weights";
    const auto old = before.contains(key) ? before[key].dump() : "none";
    return message(key, " ", printable(old), ", which is now ", value.dump());
  }
  return "";
}

}  // namespace

PartialFile::PartialFile(std::string path, const Plain::Dict& about, const PartialMatrix& matrix,
                         bool overwrite)
    : path_(std::move(path)), matrix_(matrix) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) fail(errno);
  try {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      throw Error(Code::bad_output, message("another process is writing ", printable(path_)),
                  "wait for it, or choose another file");
    }
    const auto text = text_of(about);
    if (!same(text, overwrite)) {
      if (::ftruncate(descriptor_, 0) != 0) fail(errno);
      AtomicFile file(path_ + ".json");
      file.write(text.data(), text.size());
      file.commit();
    }
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) fail(errno);
    const int64_t row_bytes = matrix_.dim * (matrix_.half ? 2 : 4);
    rows_ = std::min(std::max<int64_t>(0, status.st_size - kHeader) / row_bytes, matrix_.rows);
    if (rows_ < matrix_.rows) rows_ -= rows_ % matrix_.batch;
    if (rows_ == 0) {
      if (::ftruncate(descriptor_, 0) != 0) fail(errno);
      const auto header = npy_header(matrix_);
      write(header.data(), header.size());
    }
    const int64_t end = kHeader + rows_ * row_bytes;
    if (::ftruncate(descriptor_, end) != 0 || ::lseek(descriptor_, end, SEEK_SET) < 0) fail(errno);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

PartialFile::~PartialFile() {
  ::close(descriptor_);
}

// Whether what is there is of this; else it is to be begun.
bool PartialFile::same(const std::string& about, bool overwrite) const {
  std::error_code ignored;
  const auto path = path_ + ".json";
  if (!std::filesystem::exists(path, ignored)) return false;
  std::string text;
  try {
    read_file(path, kMostAbout, text);
  } catch (const std::exception&) {
    text.clear();
  }
  const auto before = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto different = before.is_object() ? difference(before, ordered_json::parse(about))
                                            : std::string("something that cannot be read");
  if (different.empty()) return true;
  if (overwrite) return false;
  throw Error(Code::bad_output,
              message("cannot go on with ", printable(path_), ": it was begun with ", different),
              "the same line goes on; --overwrite begins anew");
}

void PartialFile::append(const torch::Tensor& features) {
  const auto rows =
      features.to(torch::kCPU, matrix_.half ? torch::kHalf : torch::kFloat32).contiguous();
  write(rows.const_data_ptr(), rows.nbytes());
  rows_ += rows.size(0);
}

void PartialFile::sync() {
  if (::fsync(descriptor_) != 0) fail(errno);
}

void PartialFile::write(const void* data, size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const auto written = ::write(descriptor_, bytes, std::min(size, size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

void PartialFile::fail(int reason) const {
  throw Error(Code::bad_output,
              message("cannot write ", printable(path_), ": ", std::strerror(reason)),
              "pass a file in a folder that exists and can be written, on a disk with space");
}

}  // namespace rdm
