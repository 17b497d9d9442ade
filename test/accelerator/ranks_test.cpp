// Two processes, each on a device of its own, against two on the CPU.
#include "distributed/ranks.h"

#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include "check.h"
#include "simulated.h"
#include "train/self_supervised.h"

using namespace rdm;

namespace {

using Tensors = std::vector<torch::Tensor>;

// Gloo for the simulated devices: collectives of copies on the host.
class GlooOfCopies : public c10d::Backend {
 public:
  explicit GlooOfCopies(c10::intrusive_ptr<c10d::Backend> gloo)
      : Backend(gloo->getRank(), gloo->getSize()), gloo_(std::move(gloo)) {}

  const std::string getBackendName() const override { return "gloo of copies"; }

  c10::intrusive_ptr<c10d::Work> allreduce(Tensors& tensors,
                                           const c10d::AllreduceOptions& options) override {
    auto copies = on_host(tensors);
    const auto work = gloo_->allreduce(copies, options);
    return finish(work, tensors, copies);
  }

  c10::intrusive_ptr<c10d::Work> broadcast(Tensors& tensors,
                                           const c10d::BroadcastOptions& options) override {
    auto copies = on_host(tensors);
    const auto work = gloo_->broadcast(copies, options);
    return finish(work, tensors, copies);
  }

  c10::intrusive_ptr<c10d::Work> allgather(std::vector<Tensors>& outputs, Tensors& inputs,
                                           const c10d::AllgatherOptions& options) override {
    std::vector<Tensors> received{on_host(outputs[0])};
    auto sent = on_host(inputs);
    const auto work = gloo_->allgather(received, sent, options);
    return finish(work, outputs[0], received[0]);
  }

 private:
  static Tensors on_host(const Tensors& tensors) {
    Tensors copies;
    for (const auto& tensor : tensors) copies.push_back(tensor.cpu().contiguous());
    return copies;
  }

  static c10::intrusive_ptr<c10d::Work> finish(const c10::intrusive_ptr<c10d::Work>& work,
                                               const Tensors& targets, const Tensors& copies) {
    work->wait();
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < targets.size(); ++i) targets[i].copy_(copies[i]);
    return work;
  }

  c10::intrusive_ptr<c10d::Backend> gloo_;
};

PretrainOptions options_of(const ProcessOptions& process) {
  PretrainOptions options;
  options.arch = options.method.arch = "resnet18";
  options.method.dim = 16;
  options.method.proj_hidden_dim = 24;
  options.method.filter = parse_filter("poly", "online", 1, "own", false, "auto");
  options.epochs = 1;
  options.batch_size = 8;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.process = process;
  return options;
}

std::vector<double> losses(Group& group, torch::Device device) {
  torch::manual_seed(1);
  SelfSupervised learner(options_of(test::own_rank()), /*classes=*/3, /*batches=*/3, device,
                         &group);
  learner.begin();
  std::vector<double> out;
  for (int64_t step = 0; step < 3; ++step) {
    torch::manual_seed(100 * step + group.rank());
    DeviceBatch batch;
    for (int view = 0; view < 2; ++view) {
      const auto images = torch::randn({4, 3, 32, 32});
      batch.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast).to(device));
    }
    batch.labels = torch::zeros({4}, torch::kInt64).to(device);
    out.push_back(learner.step(batch, {0, step}).loss.item<double>());
  }
  return out;
}

}  // namespace

TEST_CASE("rank: a device for each" * doctest::skip()) {
  Group group(test::own_rank(), {}, [](const std::string&) {});
  group.run([&] {
    const auto expected = losses(group, torch::kCPU);
    auto& processes = group.processes();
    processes.setBackend(c10::kPrivateUse1, c10d::ProcessGroup::BackendType::CUSTOM,
                         c10::make_intrusive<GlooOfCopies>(processes.getBackend(torch::kCPU)));
    const auto device = simulated::device(static_cast<int>(group.rank()));
    simulated::counters() = {};
    for (const int laziness : {0, simulated::kNever}) {
      simulated::set_laziness(laziness);
      const auto found = losses(group, device);
      for (size_t i = 0; i < expected.size(); ++i) {
        CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-6));
      }
    }
    CHECK(simulated::counters().allocations[static_cast<size_t>(1 - group.rank())] == 0);
  });
}

TEST_CASE("accelerator: two processes, a device each, train as two on the CPU") {
  for (const int end : test::run_ranks(2, "rank: a device for each")) CHECK(end == 0);
}
