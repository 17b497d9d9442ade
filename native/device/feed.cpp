#include "device/feed.h"

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include "data/pixels/view.h"

namespace rdm {
namespace {

// The loader's memory as tensors: views (N, S, S, 3) and labels (N).
torch::Tensor labels_of(const Batch& batch) {
  return torch::from_blob(const_cast<int64_t*>(batch.labels()), {batch.size()}, torch::kInt64);
}

// `values`: of this view, in the type that the loader makes.
template <typename Value>
torch::Tensor pixels_of(const Batch& batch, int view, const Value* values) {
  const int64_t size = batch.image_size(view);
  return torch::from_blob(const_cast<Value*>(values), {batch.size(), size, size, 3},
                          c10::CppTypeToScalarType<Value>::value);
}

torch::Tensor channels_first(const torch::Tensor& pixels) {
  return pixels.permute({0, 3, 1, 2});
}

}  // namespace

std::function<std::shared_ptr<void>(size_t)> batch_memory(torch::Device device) {
  if (device.is_cpu()) return nullptr;
  return [](size_t bytes) -> std::shared_ptr<void> {
    auto memory = std::make_shared<torch::Tensor>(torch::empty(
        {static_cast<int64_t>(bytes)}, torch::TensorOptions(torch::kUInt8).pinned_memory(true)));
    return {memory, memory->data_ptr()};
  };
}

Feed::Feed(Loader& loader, torch::Device device) : loader_(loader), device_(device) {
  if (device.is_cpu()) return;
  copies_ = c10::impl::VirtualGuardImpl(device.type()).getNewStream(device);
  const auto values = normal_values(loader.options().statistics);
  table_ = torch::tensor(torch::ArrayRef<float>(values.data(), values.size())).to(device);
  colours_ = torch::arange(3, torch::TensorOptions(torch::kInt32).device(device));
}

Feed::~Feed() {
  try {
    for (const auto& flight : in_flight_) {
      if (flight.copied) flight.copied->synchronize();
    }
  } catch (const std::exception&) {
    // The device is lost, and its copies with it.
  }
}

void Feed::give_back() {
  while (!in_flight_.empty()) {
    const auto& copied = in_flight_.front().copied;
    if (copied && !copied->query()) {
      if (in_flight_.size() < loader_.most_held()) return;
      copied->synchronize();
    }
    in_flight_.pop_front();
  }
}

// bytes: (N, S, S, 3) to (N, 3, S, S), bit for bit what the loader would have made.
torch::Tensor Feed::normalise(const torch::Tensor& bytes) const {
  const auto places = torch::add(colours_, bytes, /*alpha=*/3);  // int32
  return channels_first(table_.index_select(0, places.flatten()).view_as(bytes));
}

DeviceBatch Feed::copy(Batch batch) {
  const auto compute = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_);
  InFlight flight{std::move(batch), c10::Event(device_.type())};
  const auto on_device = [&](const torch::Tensor& host) {
    auto copy = host.to(device_, /*non_blocking=*/true);
    copy.record_stream(compute);  // its memory is the copies' again only after the step
    return copy;
  };
  DeviceBatch result;
  std::vector<torch::Tensor> views;
  {
    const c10::StreamGuard among_copies(*copies_);
    for (int view = 0; view < flight.batch.views(); ++view) {
      views.push_back(on_device(pixels_of(flight.batch, view, flight.batch.bytes(view))));
    }
    result.labels = on_device(labels_of(flight.batch));
    flight.copied->record(*copies_);
  }
  flight.copied->block(compute);
  for (const auto& bytes : views) result.views.push_back(normalise(bytes));
  in_flight_.push_back(std::move(flight));
  return result;
}

std::optional<DeviceBatch> Feed::next() {
  give_back();
  auto batch = loader_.next();
  if (!batch) return std::nullopt;
  const std::vector<int64_t> images(batch->images(), batch->images() + batch->size());
  DeviceBatch result;
  if (copies_) {
    result = copy(std::move(*batch));
  } else {
    for (int view = 0; view < batch->views(); ++view) {
      result.views.push_back(channels_first(pixels_of(*batch, view, batch->view(view))));
    }
    result.labels = labels_of(*batch);
    in_flight_.push_back({std::move(*batch), std::nullopt});
  }
  result.images = images;
  return result;
}

}  // namespace rdm
