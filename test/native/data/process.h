// What this process uses of memory, threads and files, as Linux tells it.
#pragma once
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rdm::test {

inline int64_t peak_memory() {  // bytes
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

inline int64_t memory() {  // bytes, resident
  int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

inline int64_t entries(const char* folder) {
  namespace fs = std::filesystem;
  if (!fs::exists(folder)) return 0;
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

inline int64_t threads() {
  return entries("/proc/self/task");
}
inline int64_t open_files() {
  return entries("/proc/self/fd");
}

constexpr bool sanitized() {  // sanitizers keep memory that was freed
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

}  // namespace rdm::test
