// Batches on their way to a device that is behind the host.
#include "device/feed.h"

#include "base/random.h"
#include "check.h"
#include "device/loading.h"
#include "simulated.h"

using namespace rdm;

namespace {

Dataset noise(int64_t count) {
  Dataset dataset;
  dataset.root = "noise";
  dataset.classes = {"a", "b"};
  dataset.width = dataset.height = 12;
  Stream stream(1, 2, 3, 4);
  for (int64_t i = 0; i < count; ++i) dataset.samples.push_back({std::to_string(i), i % 2});
  for (int64_t i = 0; i < count * 12 * 12 * 3; ++i) {
    dataset.pixels.push_back(static_cast<uint8_t>(stream.below(256)));
  }
  return dataset;
}

constexpr size_t kHeld = 6;  // two large crops, three small ones, labels

Loader loader_for(torch::Device device) {
  DataOptions options;
  options.workers = 2;
  const auto dataset = noise(50);
  auto loading = loader_options(options, dataset, /*seed=*/5, device, /*group=*/nullptr);
  loading.batch_size = 7;
  loading.drop_last = false;
  std::vector<RandomView> views(2, RandomView{.size = 10});
  views.insert(views.end(), 3, RandomView{.size = 6});
  loading.augmentation = std::move(views);
  return Loader(dataset, loading);
}

// What a loop that reads nothing on the host has held of an epoch: of each batch, its views and
// labels.
std::vector<torch::Tensor> epoch(Loader& loader, torch::Device device) {
  std::vector<torch::Tensor> held;
  loader.start(0);
  Feed feed(loader, device);
  while (const auto batch = feed.next()) {
    for (const auto& view : batch->views) held.push_back(view * 1);
    held.push_back(batch->labels * 1);
  }
  return held;
}

void check_equal(const std::vector<torch::Tensor>& expected,
                 const std::vector<torch::Tensor>& held) {
  REQUIRE(held.size() == expected.size());
  for (size_t i = 0; i < held.size(); ++i) CHECK(held[i].cpu().equal(expected[i]));
}

}  // namespace

TEST_CASE("accelerator: a loop that never waits gets every batch, bit for bit the host's") {
  auto on_host = loader_for(torch::kCPU);
  const auto expected = epoch(on_host, torch::kCPU);
  CHECK(expected.size() == kHeld * 8);
  for (const int laziness : {0, 1, 3, simulated::kNever}) {
    for (const int index : {0, 1}) {
      simulated::set_laziness(laziness);
      auto loader = loader_for(simulated::device(index));
      check_equal(expected, epoch(loader, simulated::device(index)));
    }
  }
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: a step that the host reads at once has waited for its own copy") {
  auto on_host = loader_for(torch::kCPU);
  const auto expected = epoch(on_host, torch::kCPU);
  simulated::set_laziness(simulated::kNever);
  auto loader = loader_for(simulated::device(0));
  loader.start(0);
  Feed feed(loader, simulated::device(0));
  for (size_t step = 0; const auto batch = feed.next(); ++step) {
    CHECK(batch->views[1].cpu().equal(expected[kHeld * step + 1]));
    CHECK(batch->views[4].cpu().equal(expected[kHeld * step + 4]));
    CHECK(batch->labels.cpu().equal(expected[kHeld * step + 5]));
  }
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: a feed that ends leaves no copy that reads what the loader fills anew") {
  auto on_host = loader_for(torch::kCPU);
  const auto expected = epoch(on_host, torch::kCPU);
  simulated::set_laziness(simulated::kNever);
  auto loader = loader_for(simulated::device(0));
  const auto held = epoch(loader, simulated::device(0));
  loader.start(1);
  while (loader.next()) {
  }
  check_equal(expected, held);
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: the host waits for a copy only, and only where it has run ahead") {
  simulated::set_laziness(simulated::kNever);
  auto loader = loader_for(simulated::device(1));
  loader.start(0);
  Feed feed(loader, simulated::device(1));
  auto& counters = simulated::counters();
  counters = {};
  std::vector<torch::Tensor> held;
  for (int64_t step = 1; step <= loader.steps_per_epoch(); ++step) {
    held.push_back(feed.next()->views[0] * 1);
    CHECK(counters.events[1] == std::max<int64_t>(0, step - 2));  // three batches in the ring
  }
  CHECK(counters.host_reads == 0);
  CHECK(counters.synchronisations == std::array<int64_t, 2>{0, 0});
  CHECK(counters.allocations[0] == 0);
  simulated::set_laziness(0);
}
