// Two processes, each on a device of its own, against two on the CPU; and what a step sends from
// one to the other.
#include "distributed/ranks.h"

#include <cstdlib>
#include <iostream>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include "check.h"
#include "gloo_of_copies.h"
#include "simulated.h"
#include "train/self_supervised.h"

using namespace rdm;
using test::Collectives;
using test::GlooOfCopies;

namespace {

constexpr int64_t kImages = 4;  // of a process

PretrainOptions small_options() {
  PretrainOptions options;
  options.arch = options.method.arch = "resnet18";
  options.method.dim = 16;
  options.method.proj_hidden_dim = 24;
  options.method.filter = parse_filter("poly", "online", 1, "own", false, "eigh");
  options.epochs = 1;
  options.batch_size = 2 * kImages;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.process = test::own_rank();
  return options;
}

// Of so few features that the Gram matrices are summed, where otherwise the rows are gathered.
PretrainOptions narrow_options() {
  auto options = small_options();
  options.method.dim = 4;
  options.method.filter = parse_filter("poly", "online", 2, "own", false, "auto");
  return options;
}

double loss(SelfSupervised& learner, int64_t step, const Group& group, torch::Device device) {
  torch::manual_seed(100 * step + group.rank());
  DeviceBatch batch;
  for (int view = 0; view < 2; ++view) {
    const auto images = torch::randn({kImages, 3, 32, 32});
    batch.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast).to(device));
  }
  batch.labels = torch::zeros({kImages}, torch::kInt64).to(device);
  return learner.step(batch, {0, step}).loss.item<double>();
}

std::vector<double> losses(const PretrainOptions& options, int64_t steps, Group& group,
                           torch::Device device) {
  torch::manual_seed(1);
  SelfSupervised learner(options, /*classes=*/3, /*batches=*/3, device, &group);
  learner.begin();
  std::vector<double> out;
  for (int64_t step = 0; step < steps; ++step) out.push_back(loss(learner, step, group, device));
  return out;
}

// Carries what is on the simulated devices from here on.
c10::intrusive_ptr<GlooOfCopies> carry(Group& group) {
  auto& processes = group.processes();
  auto copies = c10::make_intrusive<GlooOfCopies>(processes.getBackend(torch::kCPU));
  processes.setBackend(c10::kPrivateUse1, c10d::ProcessGroup::BackendType::CUSTOM, copies);
  return copies;
}

// What a step sends, by what it is.
struct Sent {
  Collectives gradients, sums, statistics, rows, gram, filters;
};

Sent sent_in_a_step(const PretrainOptions& options, Group& group, GlooOfCopies& copies) {
  const auto device = simulated::device(static_cast<int>(group.rank()));
  SelfSupervised learner(options, /*classes=*/0, /*batches=*/2, device, &group);
  learner.begin();
  loss(learner, 0, group, device);
  copies.take_counts();
  loss(learner, 1, group, device);
  Sent sent;
  const auto dim = std::to_string(options.method.dim);
  const auto rows = "gather (" + std::to_string(kImages) + ", " + dim + ")";
  const auto gram = "sum (" + dim + ", " + dim + ")";
  for (const auto& [what, counted] : copies.take_counts()) {
    const bool sum = what.starts_with("sum"), flat = what.find(',') == std::string::npos;
    auto& kind = sum && flat                  ? sent.gradients  // the reducer's buckets
                 : what == gram               ? sent.gram
                 : sum                        ? sent.sums
                 : what == rows               ? sent.rows
                 : what.starts_with("gather") ? sent.statistics
                                              : sent.filters;
    kind.calls += counted.calls;
    kind.bytes += counted.bytes;
  }
  return sent;
}

}  // namespace

TEST_CASE("rank: a device for each" * doctest::skip()) {
  Group group(test::own_rank(), {}, [](const std::string&) {});
  group.run([&] {
    const auto device = simulated::device(static_cast<int>(group.rank()));
    const auto expected = losses(small_options(), 3, group, torch::kCPU);
    // Of few features later steps enlarge what rounding makes of this one.
    const auto narrow = losses(narrow_options(), 1, group, torch::kCPU);
    carry(group);
    simulated::counters() = {};
    const auto check = [&](const PretrainOptions& options, int laziness,
                           const std::vector<double>& of_cpu) {
      const auto steps = static_cast<int64_t>(of_cpu.size());
      simulated::set_laziness(laziness);
      const auto found = losses(options, steps, group, device);
      for (size_t i = 0; i < of_cpu.size(); ++i) {
        CHECK(found[i] == doctest::Approx(of_cpu[i]).epsilon(1e-6));
      }
    };
    check(small_options(), 0, expected);
    check(small_options(), simulated::kNever, expected);
    check(narrow_options(), simulated::kNever, narrow);
    CHECK(simulated::counters().allocations[static_cast<size_t>(1 - group.rank())] == 0);
  });
}

TEST_CASE("accelerator: two processes, a device each, train as two on the CPU") {
  for (const int end : test::run_ranks(2, "rank: a device for each")) CHECK(end == 0);
}

TEST_CASE("rank: what a step sends" * doctest::skip()) {
  Group group(test::own_rank(), {}, [](const std::string&) {});
  group.run([&] {
    const auto copies = carry(group);
    const auto sent = sent_in_a_step(small_options(), group, *copies);
    // 11,176,512 parameters of resnet18 without fc and 13,328 of the projector, whose last bias is
    // frozen; 20 norms of 4,800 channels, and 24 + 24 + 16 of the projector's.
    constexpr int64_t kFloat = 4, kViews = 2,
                      kParameters = 11176512 + 512 * 24 + 24 * 24 + 24 * 16 + 2 * (24 + 24);
    constexpr int64_t kNorms = 23, kStatistics = kViews * 2 * (4800 + 24 + 24 + 16) * kFloat;
    CHECK(sent.gradients.bytes == kParameters * kFloat);
    CHECK(sent.statistics.bytes == kStatistics);
    CHECK(sent.sums.bytes == kStatistics);
    CHECK(sent.statistics.calls <= kViews * kNorms);
    CHECK(sent.sums.calls <= kViews * kNorms);
    CHECK(sent.rows.bytes == kViews * kImages * 16 * kFloat);
    // Each view's response in float32, its factor for the gradient in float64, and whether it is
    // sound, of a Gram matrix of 8 images.
    CHECK(sent.filters.bytes == kViews * (8 * 8 * (4 + 8) + 1));
    CHECK(sent.gram.calls == 0);

    const auto narrow = sent_in_a_step(narrow_options(), group, *copies);
    CHECK(narrow.rows.calls == 0);
    CHECK(narrow.gram.bytes == kViews * 4 * 4 * kFloat);
    CHECK(narrow.filters.bytes == kViews * 4 * 4 * kFloat);
  });
}

TEST_CASE("accelerator: a step sends gradients, statistics, rows and filters, and nothing else") {
  for (const int end : test::run_ranks(2, "rank: what a step sends")) CHECK(end == 0);
}

TEST_CASE("rank: prints what a step of resnet50 sends" * doctest::skip()) {
  Group group(test::own_rank(), {}, [](const std::string&) {});
  group.run([&] {
    auto options = small_options();
    options.arch = options.method.arch = "resnet50";
    options.method.dim = 2048;
    options.method.proj_hidden_dim = 0;
    const auto sent = sent_in_a_step(options, group, *carry(group));
    if (group.rank() != 0) return;
    const auto print = [](const char* name, const Collectives& one) {
      std::cout << "| " << name << " | " << one.calls << " | " << one.bytes << " |" << std::endl;
    };
    print("gradients, summed", sent.gradients);
    print("statistics of norms, gathered", sent.statistics);
    print("sums of norms, summed", sent.sums);
    print("rows, gathered", sent.rows);
    print("filters, told", sent.filters);
  });
}

TEST_CASE("prints the collectives" * doctest::skip()) {
  for (const int end : test::run_ranks(2, "rank: prints what a step of resnet50 sends")) {
    CHECK(end == 0);
  }
}
