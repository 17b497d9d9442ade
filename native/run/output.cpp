#include "run/output.h"

#include <torch/torch.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace rdm {
namespace {

// 1234567890 → "1.2 GB"
std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f GB", bytes < 1e8 ? 3 : 1, bytes / 1e9);
  return text;
}

}  // namespace

std::string in_folder(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

std::ofstream begin_list(const std::string& path) {
  std::error_code failure;
  std::filesystem::remove(path, failure);
  return std::ofstream(path);
}

void prepare_output(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  std::string probe = in_folder(folder, ".rdm-XXXXXX");
  const int file = failure ? -1 : ::mkstemp(probe.data());
  if (file < 0) {
    throw Error(Code::bad_output,
                message("cannot write to the output folder ", folder, ": ",
                        failure ? failure.message() : std::strerror(errno)),
                "pass a folder that can be written: --output DIR");
  }
  ::close(file);
  ::unlink(probe.c_str());
}

std::optional<WarningEvent> RoomWatch::look(int64_t files, int64_t bytes,
                                            const std::string& flags) {
  std::error_code failure;
  const auto space = std::filesystem::space(folder_, failure);
  const auto needed = static_cast<double>(files) * static_cast<double>(bytes);
  const bool fits = failure || needed <= static_cast<double>(space.available);
  if (std::exchange(told_, !fits) || fits) return std::nullopt;
  return WarningEvent{
      "no_room", message("the rest of the run does not fit on the disk of ", folder_, ": ", files,
                         files == 1 ? " more checkpoint" : " more checkpoints", " of ",
                         gigabytes(static_cast<double>(bytes)), " take ", gigabytes(needed),
                         ", and ", gigabytes(static_cast<double>(space.available)), " are free; ",
                         flags, "--output takes another disk")};
}

int64_t bytes_of(const StateDict& state) {
  int64_t bytes = 0;
  for (const auto& [name, tensor] : state) bytes += static_cast<int64_t>(tensor.nbytes());
  return bytes;
}

int64_t unnumbered_to_come(const std::string& folder) {
  int64_t files = 1;
  for (const char* file : {"checkpoint.pth.tar", "model_best.pth.tar"}) {
    if (!std::filesystem::exists(in_folder(folder, file))) ++files;
  }
  return files;
}

}  // namespace rdm
