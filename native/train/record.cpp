#include "train/record.h"

#include <torch/version.h>

#include "base/version.h"

namespace rdm {
namespace {

std::optional<int64_t> whole(const Plain& record, const char* key) {
  const auto* entry = record.find(key);
  const auto* value = entry ? entry->get_if<int64_t>() : nullptr;
  return value ? std::optional(*value) : std::nullopt;
}

}  // namespace

Plain make_record(const char* command, const RunOptions& options, uint64_t seed, int64_t step) {
  Plain::Dict out{
      {"command", command}, {"version", version()}, {"libtorch", TORCH_VERSION}, {"step", step}};
  for (const auto& [key, value] : *options.record.get_if<Plain::Dict>()) {
    out.emplace_back(key, key == "seed" ? Plain(static_cast<int64_t>(seed)) : value);
  }
  return out;
}

int64_t recorded_step(const Plain& record) {
  return whole(record, "step").value_or(0);
}
std::optional<int64_t> recorded_seed(const Plain& record) {
  return whole(record, "seed");
}

}  // namespace rdm
