// That the simulated accelerator shows the faults it is there for.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "check.h"
#include "simulated.h"

using namespace rdm;

namespace {

torch::Tensor on(int index, const torch::Tensor& tensor) {
  return tensor.to(simulated::device(index));
}

torch::Tensor pinned(const torch::Tensor& values) {
  return torch::empty(values.sizes(), values.options().pinned_memory(true)).copy_(values);
}

}  // namespace

TEST_CASE("accelerator: a host that touches a device's memory dies") {
  const auto tensor = on(0, torch::ones({4}));
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    const volatile float value = *static_cast<const float*>(tensor.data_ptr());
    ::_exit(value == 1 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
  CHECK(tensor.cpu().equal(torch::ones({4})));
}

TEST_CASE("accelerator: a non-blocking copy reads its page-locked source only when it runs") {
  simulated::set_laziness(simulated::kNever);
  const auto source = pinned(torch::ones({4}));
  const auto late = source.to(simulated::device(0), /*non_blocking=*/true);
  source.fill_(2);
  CHECK(late.cpu().equal(torch::full({4}, 2.0f)));
  const auto pageable = torch::ones({4});
  const auto at_once = pageable.to(simulated::device(0), /*non_blocking=*/true);
  pageable.fill_(2);
  CHECK(at_once.cpu().equal(torch::ones({4})));
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: page-locked memory on the host holds nothing before the copy has run") {
  simulated::set_laziness(simulated::kNever);
  const auto source = on(0, torch::ones({4}));
  const auto target = pinned(torch::zeros({4}));
  target.copy_(source, /*non_blocking=*/true);
  CHECK(target.equal(torch::zeros({4})));
  c10::impl::VirtualGuardImpl(c10::kPrivateUse1).synchronizeDevice(0);
  CHECK(target.equal(torch::ones({4})));
  simulated::set_laziness(0);
}

TEST_CASE(
    "accelerator: an event is done after as many polls as were asked for, or when waited for") {
  const c10::impl::VirtualGuardImpl guard(c10::kPrivateUse1);
  for (const int polls : {1, 3}) {
    simulated::set_laziness(polls);
    c10::Event event(c10::kPrivateUse1);
    const auto doubled = on(0, torch::ones({4})) * 2;
    event.record(guard.getStream(simulated::device(0)));
    for (int poll = 1; poll < polls; ++poll) CHECK(!event.query());
    CHECK(event.query());
  }
  simulated::set_laziness(simulated::kNever);
  c10::Event event(c10::kPrivateUse1);
  const auto doubled = on(0, torch::ones({4})) * 2;
  event.record(guard.getStream(simulated::device(0)));
  for (int poll = 0; poll < 100; ++poll) CHECK(!event.query());
  event.synchronize();
  CHECK(event.query());
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: a stream that does not wait for another one sees nothing of its work") {
  simulated::set_laziness(simulated::kNever);
  const c10::impl::VirtualGuardImpl guard(c10::kPrivateUse1);
  const auto device = simulated::device(0);
  const auto main = guard.getStream(device), side = guard.getNewStream(device);
  const auto source = pinned(torch::ones({4}));
  for (const bool waits : {false, true}) {
    torch::Tensor copy;
    c10::Event copied(c10::kPrivateUse1);
    {
      const c10::StreamGuard on_side(side);
      copy = source.to(device, /*non_blocking=*/true);
      copied.record(side);
    }
    if (waits) copied.block(main);
    CHECK((copy * 1).isfinite().all().item<bool>() == waits);
  }
  simulated::set_laziness(0);
}

TEST_CASE(
    "accelerator: memory goes back to its stream at once, unless another one was said to use it") {
  simulated::set_laziness(simulated::kNever);
  const c10::impl::VirtualGuardImpl guard(c10::kPrivateUse1);
  const auto device = simulated::device(0);
  const auto main = guard.getStream(device), side = guard.getNewStream(device);
  for (const bool told : {false, true}) {
    const auto ones = pinned(torch::ones({4})), twos = pinned(torch::full({4}, 2.0f));
    torch::Tensor sum;
    c10::Event first(c10::kPrivateUse1), second(c10::kPrivateUse1);
    {
      torch::Tensor copy;
      {
        const c10::StreamGuard on_side(side);
        copy = ones.to(device, true);
        first.record(side);
      }
      first.block(main);
      if (told) copy.record_stream(main);
      sum = copy + 0;
    }
    const c10::StreamGuard on_side(side);
    const auto next = twos.to(device, true);
    second.record(side);
    second.synchronize();
    const c10::StreamGuard on_main(main);
    CHECK(sum.cpu().equal(told ? ones : twos));
  }
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: what names no device's index is on the current device, the first one") {
  std::jthread([] {  // which has chosen none
    CHECK(torch::ones({2}, torch::Device(c10::kPrivateUse1)).device() == simulated::device(0));
  })
      .join();
  const auto tensor = on(1, torch::ones({2}));
  CHECK((tensor + 1).device() == simulated::device(1));
  CHECK_THROWS_WITH(tensor + on(0, torch::ones({2})),
                    doctest::Contains("found at least two devices, simulated:"));
}

TEST_CASE("accelerator: host reads, copies, synchronisations and kernels are counted") {
  auto& counters = simulated::counters();
  const auto tensor = on(1, torch::ones({2}));
  counters = {};
  CHECK((tensor + tensor).sum().item<float>() == 4);
  CHECK(counters.host_reads == 1);
  CHECK(counters.kernels == std::map<std::string, int64_t>{{"aten::add", 1},
                                                           {"aten::sum", 1},
                                                           {"aten::_local_scalar_dense", 1}});
  counters = {};
  tensor.cpu();
  on(1, torch::ones({2}));
  CHECK(counters.host_reads == 1);
  CHECK(counters.to_host == 1);
  CHECK(counters.to_device == 1);
  CHECK(counters.synchronisations == std::array<int64_t, 2>{0, 1});
}

TEST_CASE("accelerator: convolutions, batch norms and their gradients are the CPU's") {
  for (const int laziness : {0, simulated::kNever}) {
    simulated::set_laziness(laziness);
    torch::manual_seed(1);
    const auto image = torch::randn({4, 3, 8, 8}).contiguous(torch::MemoryFormat::ChannelsLast);
    const auto gradient = [&](torch::Device device) {
      torch::manual_seed(2);
      torch::nn::Sequential network(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 6, 3)),
                                    torch::nn::BatchNorm2d(6), torch::nn::ReLU());
      network->to(device);
      network->forward(image.to(device)).square().sum().backward();
      return network->parameters()[0].grad().cpu();
    };
    CHECK(gradient(simulated::device(1)).allclose(gradient(torch::kCPU), 1e-5, 1e-6));
  }
  simulated::set_laziness(0);
}
