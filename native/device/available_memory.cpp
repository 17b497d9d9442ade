#include "device/available_memory.h"

#include <ATen/DeviceAccelerator.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace rdm {
namespace {

namespace fs = std::filesystem;

// The number that follows `name` in a file of lines "name number"; the first one for no name.
std::optional<double> number_in(const fs::path& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string found;
    double number = 0;
    if (!name.empty() && (!(words >> found) || found != name)) continue;
    return words >> number ? std::optional(number) : std::nullopt;  // "max" is no number
  }
  return std::nullopt;
}

// What the kernel gives without swapping, and the swap.
std::optional<AvailableMemory> machine(const fs::path& proc) {
  const auto available = number_in(proc / "meminfo", "MemAvailable:");
  if (!available) return std::nullopt;
  const double swap = number_in(proc / "meminfo", "SwapFree:").value_or(0);
  return AvailableMemory{(*available + swap) * 1024, "MemAvailable and SwapFree of /proc/meminfo"};
}

// The names of a control group's files in version 2 of them, and in version 1.
struct Names {
  const char *limit, *used, *inactive, *active;
};
constexpr Names kVersion2{"memory.max", "memory.current", "inactive_file", "active_file"};
constexpr Names kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
                          "total_active_file"};

void take_less(std::optional<AvailableMemory>& least, const fs::path& group, const Names& names) {
  const auto limit = number_in(group / names.limit, "");
  if (!limit) return;
  const auto of = [&](const char* name) {
    return number_in(group / "memory.stat", name).value_or(0);
  };
  // Pages of files go back where they are needed.
  const double used =
      number_in(group / names.used, "").value_or(0) - of(names.inactive) - of(names.active);
  const double left = *limit - std::max(used, 0.0);
  if (least && least->bytes <= left) return;
  least = {std::max(left, 0.0), (group / names.limit).string()};
}

// The group's folder and those above it, each of which has a limit of its own.
void take_less_above(std::optional<AvailableMemory>& least, const fs::path& mount,
                     const std::string& group, const Names& names) {
  auto folder = mount / fs::path(group).relative_path();
  while (true) {
    take_less(least, folder.lexically_normal(), names);
    if (folder == mount || folder == folder.parent_path()) return;
    folder = folder.parent_path();
  }
}

}  // namespace

std::optional<AvailableMemory> available_memory(const std::string& root) {
  auto least = machine(root + "/proc");
  const fs::path mount = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");  // lines of ID:CONTROLLERS:PATH
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const auto path = line.substr(second + 1);
    if (controllers.empty()) take_less_above(least, mount, path, kVersion2);
    if (controllers == "memory") take_less_above(least, mount / "memory", path, kVersion1);
  }
  return least;
}

AvailableMemory available_on(torch::Device device) {
  const auto [free, total] = at::accelerator::getMemoryInfo(device.index());
  return {static_cast<double>(free), "free on " + device.str()};
}

}  // namespace rdm
