#include "vectors/matrix_file.h"

#include <fcntl.h>
#include <torch/torch.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/printable.h"

namespace rdm {

MatrixFile::MatrixFile(MatrixPlace place) : place_(std::move(place)) {
  descriptor_ = ::open(place_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail(std::strerror(errno));
}

MatrixFile::~MatrixFile() {
  ::close(descriptor_);
}

torch::Tensor MatrixFile::read(int64_t first, int64_t count) const {
  const auto rows = torch::empty({count, place_.dim}, place_.half ? torch::kHalf : torch::kFloat32);
  auto* to = static_cast<char*>(rows.mutable_data_ptr());
  auto left = static_cast<size_t>(count * place_.row_bytes());
  int64_t from = place_.begin + first * place_.row_bytes();
  while (left > 0) {
    const auto got = ::pread(descriptor_, to, left, from);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(std::strerror(errno));
    if (got == 0) fail(message("it ends before row ", first + count));
    to += got;
    from += got;
    left -= static_cast<size_t>(got);
  }
  return rows.to(torch::kFloat32);
}

torch::Tensor MatrixFile::read_directions(int64_t first, int64_t count) const {
  auto rows = read(first, count);
  return rows.div_(torch::linalg_vector_norm(rows, 2, /*dim=*/1, /*keepdim=*/true));
}

void MatrixFile::fail(const std::string& reason) const {
  throw Error(Code::bad_data, message("cannot read ", printable(place_.path), ": ", reason),
              "write it again with rdm embed");
}

}  // namespace rdm
