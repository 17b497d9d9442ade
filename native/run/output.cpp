#include "run/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace rdm {

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

}  // namespace rdm
