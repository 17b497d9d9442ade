#include "run/ranks.h"

#include <c10/util/Exception.h>
#include <c10/util/Logging.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/version.h"

namespace rdm {
namespace {

// Where a process differs from the others by right.
constexpr std::array<std::string_view, 5> kOwn{"process", "gpu", "data", "output", "workers"};

// What auto means on this machine.
Plain resolved(const Plain& device) {
  if (device != Plain("auto")) return device;
  return torch::cuda::is_available() ? "cuda" : "cpu";
}

Plain::Dict configuration(const Plain& record, DistBackend backend) {
  Plain::Dict out{{"rdm", version()},
                  {"libtorch", TORCH_VERSION},
                  {"backend", backend == DistBackend::nccl ? "nccl" : "gloo"}};
  for (const auto& [key, value] : *record.get_if<Plain::Dict>()) {
    if (std::ranges::find(kOwn, key) != kOwn.end()) continue;
    out.emplace_back(key, key == "device" ? resolved(value) : value);
  }
  return out;
}

// What was asked for, what there is and what is in use; not LibTorch's advice on its allocator.
std::string sizes_of(const std::string& text) {
  return text.substr(0, text.find(" If reserved but unallocated memory"));
}

// LibTorch's errors carry addresses of its functions, which tell nobody anything.
void without_trace(const std::function<void()>& work) {
  try {
    work();
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(
        Code::internal, sizes_of(error.what_without_backtrace()),
        "a smaller --batch-size, with --accumulate for the same updates, or --precision bf16");
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  }
}

}  // namespace

void in_group(const std::optional<ProcessOptions>& process, const Plain& record, const Sink& sink,
              const std::function<void(Group*, const Sink&)>& work) {
  if (!process || process->world_size == 1) return without_trace([&] { work(nullptr, sink); });
  FLAGS_caffe2_log_level = 2;  // c10d warns, with stacks, of what it throws as well
  Group group(*process, configuration(record, process->backend),
              [&sink](const std::string& text) { sink(WarningEvent{"waiting_for_ranks", text}); });
  const Sink quiet = [](const Event&) {};
  group.run([&] { without_trace([&] { work(&group, group.rank() == 0 ? sink : quiet); }); });
}

}  // namespace rdm
