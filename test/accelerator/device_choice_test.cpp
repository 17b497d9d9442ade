// Which device a process takes, and that it touches no other one.
#include <future>
#include <limits>

#include "base/error.h"
#include "check.h"
#include "checkpoint/saver.h"
#include "data/scratch.h"
#include "device/accelerator.h"
#include "device/device.h"
#include "runs.h"
#include "simulated.h"

using namespace rdm;
using namespace rdm::test;

namespace {

// In a thread of its own, where no device has been chosen yet.
template <typename Work>
void in_thread(Work work) {
  std::async(std::launch::async, work).get();
}

torch::Device chosen(int64_t local_rank, std::optional<int64_t> gpu = {}) {
  NetworkOptions options;
  options.device = "auto";
  options.gpu = gpu;
  options.process.emplace();
  options.process->local_rank = local_rank;
  torch::Device device = torch::kCPU;
  in_thread([&] { device = choose_device(options); });
  return device;
}

}  // namespace

TEST_CASE(
    "accelerator: a process takes --gpu, else the device of its local rank among those it sees") {
  CHECK(chosen(0) == simulated::device(0));
  CHECK(chosen(1) == simulated::device(1));
  CHECK(chosen(2) == simulated::device(0));
  CHECK(chosen(0, 1) == simulated::device(1));
  CHECK_THROWS_WITH_AS(chosen(0, 2), doctest::Contains("--gpu 2 does not exist"), Error);
}

TEST_CASE("accelerator: the chosen device is the thread's current one") {
  in_thread([] {
    NetworkOptions options;
    options.device = "auto";
    options.gpu = 1;
    choose_device(options);
    CHECK(torch::ones({1}, torch::Device(accelerator())).device() == simulated::device(1));
  });
}

TEST_CASE("accelerator: a run on --gpu 1 leaves the first device alone") {
  in_thread([] {
    simulated::counters() = {};
    auto options = small_pretraining();
    options.knn_every = 1;
    run(options, {1, simulated::kNever});
    const auto& counters = simulated::counters();
    CHECK(counters.allocations[0] == 0);
    CHECK(counters.synchronisations[0] == 0);
    CHECK(counters.events[0] == 0);
    CHECK(counters.allocations[1] > 0);
  });
}

TEST_CASE("accelerator: a checkpoint waits for the device that holds the tensors") {
  const Scratch scratch;
  simulated::set_laziness(simulated::kNever);
  Snapshot snapshot;
  Checkpoint checkpoint;
  checkpoint.state_dict.emplace_back("weight", torch::ones({3}).to(simulated::device(1)) * 2);
  simulated::counters() = {};
  snapshot.take(checkpoint);
  CHECK(snapshot.checkpoint().state_dict[0].second.equal(torch::full({3}, 2.0f)));
  CHECK(simulated::counters().synchronisations == std::array<int64_t, 2>{0, 1});
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: a device without room for a step says what was asked for and what to do") {
  simulated::set_room(8 << 20);
  try {
    run(small_pretraining(), {0, 0});
    FAIL("there was room");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with("simulated out of memory. Tried to allocate "));
    CHECK(std::string(error.what()).ends_with(" are in use."));
    CHECK(error.hint.find("--batch-size") != std::string::npos);
  }
  simulated::set_room(std::numeric_limits<size_t>::max());
}

TEST_CASE("accelerator: kernels are deterministic by --seed alone, also when a run is resumed") {
  const auto& context = at::globalContext();
  auto options = small_pretraining();
  const auto seeded = run(options, {0, 0});
  CHECK(context.deterministicCuDNN());
  CHECK(!context.benchmarkCuDNN());
  options.seed.reset();
  options.resume = seeded.checkpoint;
  options.epochs = 2;
  run(options, {0, 0});
  CHECK(!context.deterministicCuDNN());
  CHECK(context.benchmarkCuDNN());
}

TEST_CASE("accelerator: float32 means the same whatever was set before") {
  at::globalContext().setAllowTF32CuBLAS(true);
  at::globalContext().setAllowTF32CuDNN(false);
  chosen(0);
  CHECK(!at::globalContext().allowTF32CuBLAS());
  CHECK(at::globalContext().allowTF32CuDNN());
}
