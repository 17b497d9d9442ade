#include "train/memory_fit.h"

#include <algorithm>
#include <iomanip>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "train/memory_need.h"

namespace rdm {
namespace {

constexpr double kTight = 0.9;         // of what there is
constexpr double kSurely = 2.0 / 3.0;  // of the estimate

std::string gigabytes(double bytes) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << bytes / 1e9 << " GB";
  return out.str();
}

// The largest batch that the processes can share and that takes at most `bytes`; 0 for none.
int64_t largest_batch(const Demand& demand, Precision precision, double bytes) {
  int64_t fits = 0, not_more = demand.batch / demand.processes;
  while (fits < not_more) {
    const int64_t middle = (fits + not_more + 1) / 2;
    if (demand.bytes(middle * demand.processes, precision) <= bytes) {
      fits = middle;
    } else {
      not_more = middle - 1;
    }
  }
  return fits * demand.processes;
}

// In as few parts as possible, each of one size.
std::string smaller(const Demand& demand, int64_t largest) {
  if (!demand.accumulates) return message("-b ", largest);
  int64_t parts = (demand.batch + largest - 1) / largest;
  const int64_t most = demand.batch / demand.processes;
  while (parts < most && demand.batch % (parts * demand.processes) != 0) ++parts;
  return message("-b ", demand.batch / parts, " --accumulate ", parts,
                 " (updates of as many images)");
}

std::string way_out(const Demand& demand, double bytes) {
  const auto largest = largest_batch(demand, demand.precision, bytes);
  std::string out = largest > 0 ? smaller(demand, largest) + " would fit"
                                : "no batch would fit: take a smaller --crop-size or --arch";
  if (demand.precision != Precision::fp32 || !demand.can_cast) return out;
  const double cast = demand.bytes(demand.batch, Precision::bf16);
  return out + message("; --precision bf16 takes about ", gigabytes(cast));
}

template <typename Options>
Demand demand_of(const Options& options, bool cuda, bool of_device) {
  Demand demand;
  demand.what = message(options.arch, " at ", options.crop_size, " pixels");
  demand.precision = options.precision;
  const int64_t local = options.process ? options.process->local_world_size : 1;
  demand.processes = of_device ? 1 : local;  // each process has a device of its own
  demand.batch = of_device ? options.own_batch() : options.batch_size;
  demand.bytes = [&options, cuda, of_device, processes = demand.processes](int64_t batch,
                                                                           Precision precision) {
    const auto need = memory_need(options, batch / processes, precision, cuda);
    return of_device ? need.device : need.host * static_cast<double>(processes);
  };
  return demand;
}

}  // namespace

void check_fit(const Demand& demand, const AvailableMemory& available, const Sink& sink) {
  const double bytes = demand.bytes(demand.batch, demand.precision);
  if (bytes <= kTight * available.bytes) return;
  const auto refusal = Error(
      Code::usage,
      message(demand.what, ", in batches of ", demand.batch, ", takes about ", gigabytes(bytes),
              " of memory, and ", gigabytes(available.bytes), " are there (", available.limit, ")"),
      way_out(demand, kTight * available.bytes));
  if (kSurely * bytes > available.bytes) throw refusal;
  sink(WarningEvent{"tight_memory", message(refusal.what(), "; ", refusal.hint)});
}

namespace {

template <typename Options>
int64_t check(const Options& options, int64_t images, torch::Device device, const Sink& sink,
              const std::function<void(Demand&)>& complete) {
  int64_t bytes = 0;
  const auto look = [&](bool of_device, const std::optional<AvailableMemory>& available) {
    auto demand = demand_of(options, device.is_cuda(), of_device);
    demand.batch = std::min(demand.batch, std::max(images, demand.processes));
    complete(demand);
    bytes = static_cast<int64_t>(demand.bytes(demand.batch, demand.precision)) / demand.processes;
    if (available) check_fit(demand, *available, sink);
  };
  look(/*of_device=*/false, available_memory());
  if (device.is_cuda()) look(/*of_device=*/true, available_on(device));
  return bytes;
}

}  // namespace

int64_t check_memory(const PretrainOptions& options, int64_t images, torch::Device device,
                     const Sink& sink) {
  return check(options, images, device, sink, [](Demand& demand) { demand.accumulates = true; });
}

int64_t check_memory(const LinclsOptions& options, int64_t images, torch::Device device,
                     const Sink& sink) {
  return check(options, images, device, sink, [](Demand& demand) { demand.can_cast = false; });
}

int64_t check_memory(const FinetuneOptions& options, int64_t images, torch::Device device,
                     const Sink& sink) {
  return check(options, images, device, sink, [](Demand&) {});
}

}  // namespace rdm
