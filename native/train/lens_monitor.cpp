#include "train/lens_monitor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "device/loading.h"
#include "evaluate/features.h"
#include "lens/lens.h"
#include "run/bad_images.h"

namespace rdm {
namespace {

constexpr int64_t kImages = 2048;
constexpr double kApart = 1.125;  // of a direction's number to the next that is told

// 1, 2, 3, …, ever further apart, up to `count`: some forty of a thousand.
std::vector<int64_t> some_directions(int64_t count) {
  std::vector<int64_t> numbers;
  for (double at = 1; std::llround(at) <= count; at = std::max(at + 1, at * kApart)) {
    numbers.push_back(std::llround(at));
  }
  return numbers;
}

int64_t most_directions(const Pair& rows) {
  return std::min(rows.online.size(0), std::max(rows.online.size(1), rows.target.size(1)));
}

// Lists of numbers, which have one for each direction, with those of these directions alone.
Plain thinned(const Plain& value, const std::vector<int64_t>& directions) {
  if (const auto* dict = value.get_if<Plain::Dict>()) {
    Plain::Dict out;
    for (const auto& [key, inner] : *dict) out.emplace_back(key, thinned(inner, directions));
    return out;
  }
  const auto* list = value.get_if<Plain::List>();
  if (!list) return value;
  Plain::List out;
  if (list->empty() || !list->front().get_if<double>()) {
    for (const auto& inner : *list) out.push_back(thinned(inner, directions));
    return out;
  }
  for (const int64_t number : directions) {
    if (number <= static_cast<int64_t>(list->size())) out.push_back((*list)[number - 1]);
  }
  return out;
}

}  // namespace

LensMonitor::LensMonitor(const PretrainOptions& options, Method& method, const Dataset& images,
                         torch::Device device, Group* group)
    : options_(options),
      method_(method),
      device_(device),
      group_(group),
      images_(evaluation_loader(options, evenly_spaced(images, kImages), device, group)) {}

std::optional<LensEvent> LensMonitor::run(int64_t epoch, const std::stop_token& stop) {
  const auto network = [&](const torch::Tensor& images) {
    auto [online, target] = method_.branches(images);
    return std::vector{online, target};
  };
  const auto made =
      collect_features(images_, device_, options_.precision, network, [](int64_t) {}, stop);
  if (group_ ? group_->any(!made) : !made) return std::nullopt;
  const Pair rows{of_all_ranks(made->matrices[0], group_), of_all_ranks(made->matrices[1], group_)};
  const auto directions = some_directions(most_directions(rows));
  return LensEvent{epoch, rows.online.size(0), directions,
                   thinned(describe_branches(method_, options_.method, rows), directions)};
}

void LensMonitor::report_bad_images(const Sink& sink) {
  rdm::report_bad_images(images_, "val", options_.output, sink, bad_images_, group_);
}

}  // namespace rdm
