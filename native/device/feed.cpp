#include "device/feed.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

namespace rdm {

std::function<std::shared_ptr<void>(size_t)> batch_memory(torch::Device device) {
  if (device.is_cpu()) return nullptr;
  return [](size_t bytes) -> std::shared_ptr<void> {
    auto memory = std::make_shared<torch::Tensor>(torch::empty(
        {static_cast<int64_t>(bytes)}, torch::TensorOptions(torch::kUInt8).pinned_memory(true)));
    return {memory, memory->data_ptr()};
  };
}

void Feed::release_copied() {
  while (!in_flight_.empty() &&
         (!in_flight_.front().copied || in_flight_.front().copied->query())) {
    in_flight_.pop_front();
  }
}

std::optional<DeviceBatch> Feed::next() {
  release_copied();
  auto batch = loader_.next();
  if (!batch) return std::nullopt;

  const int64_t n = batch->size(), size = batch->image_size();
  const auto on_device = [&](const torch::Tensor& host) {
    return host.to(device_, /*non_blocking=*/true);
  };
  DeviceBatch result;
  for (int view = 0; view < batch->views(); ++view) {
    auto* pixels = const_cast<float*>(batch->view(view));
    result.views.push_back(
        on_device(torch::from_blob(pixels, {n, size, size, 3}).permute({0, 3, 1, 2})));
  }
  result.labels =
      on_device(torch::from_blob(const_cast<int64_t*>(batch->labels()), {n}, torch::kInt64));
  result.images.assign(batch->images(), batch->images() + n);

  InFlight flight{std::move(*batch), std::nullopt};
  if (!device_.is_cpu()) {
    flight.copied.emplace(device_.type());
    flight.copied->record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
  }
  in_flight_.push_back(std::move(flight));
  return result;
}

}  // namespace rdm
