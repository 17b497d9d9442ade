#include "lens/lens.h"

#include <torch/torch.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "methods/table.h"
#include "models/weights.h"
#include "options/options.h"
#include "run/record.h"
#include "spectral/effective_rank.h"
#include "spectral/transfer.h"

namespace rdm {
namespace {

// Where what stands between the branches has its place.
FilterLocation location_in(const MethodOptions& options) {
  if (options.filter) return options.filter->location;
  return row_of(options.name).predictor ? FilterLocation::online : FilterLocation::target;
}

const char* name_of(FilterLocation location) {
  return location == FilterLocation::online ? "online" : "target";
}

Plain::List numbers(const torch::Tensor& values) {
  const auto read = values.to(torch::kFloat64).cpu().contiguous();
  const auto* first = read.const_data_ptr<double>();
  return Plain::List(first, first + read.numel());
}

Plain describe_branch(const char* branch, const torch::Tensor& rows, const Directions& directions) {
  const auto rank = effective_rank(directions.singular_values);
  return Plain::Dict{{"branch", branch},
                     {"dim", rows.size(1)},
                     {"singularValues", numbers(directions.singular_values)},
                     {"effectiveRank", rank.singular_values.item<double>()},
                     {"effectiveRankSquared", rank.squared.item<double>()}};
}

Plain describe_filter(const Between& between, FilterLocation location) {
  if (!between.input.defined()) return {};
  const auto measured = measured_filter(between.input, between.output);
  return Plain::Dict{
      {"location", name_of(location)},  {"singularValues", numbers(measured.singular_values)},
      {"gain", numbers(measured.gain)}, {"explained", measured.explained},
      {"sigma", measured.sigma},        {"fit", measured.fit}};
}

// Nothing of a file of another program. What is wrong with one of ours is said by who reads its
// weights.
std::optional<Checkpoint> of_a_run(const std::string& path) {
  try {
    return load_checkpoint(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Without those of the online classifier, which is beside the method.
StateDict weights_of_method(const StateDict& all) {
  StateDict own;
  std::ranges::copy_if(all, std::back_inserter(own),
                       [](const auto& entry) { return !entry.first.starts_with("classifier."); });
  return own;
}

}  // namespace

std::unique_ptr<Lens> Lens::open(const std::string& path, torch::Device device) {
  const auto checkpoint = of_a_run(path);
  if (!checkpoint) return nullptr;
  const auto record = read_record(checkpoint->rdm, path);
  if (!record || record->command != "pretrain") return nullptr;
  const auto options = PretrainOptions::method_in(record->options);
  auto method = make_method(options);
  load_state_dict(method->module(), weights_of_method(checkpoint->state_dict), "", path);
  method->module().to(device);
  method->module().eval();
  method->begin(std::max<int64_t>(checkpoint->epoch - 1, 0));
  return std::unique_ptr<Lens>(new Lens(std::move(method), options));
}

Plain describe_branches(Method& method, const MethodOptions& options, const Pair& rows) {
  const torch::NoGradGuard no_grad;
  const auto between = method.between(rows);
  const auto& [online, target] = between.compared;
  const auto of_online = directions_of(online), of_target = directions_of(target);
  return Plain::Dict{{"method", row_of(options.name).text},
                     {"branches", Plain::List{describe_branch("online", online, of_online),
                                              describe_branch("target", target, of_target)}},
                     {"alignment", numbers(alignment_of(of_online, of_target))},
                     {"filter", describe_filter(between, location_in(options))}};
}

}  // namespace rdm
