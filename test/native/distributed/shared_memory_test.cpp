// Collectives through shared memory, of processes of one machine.
#include "distributed/shared_memory.h"

#include <torch/torch.h>

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

#include "check.h"
#include "distributed/group.h"
#include "ranks.h"

using namespace rdm;

namespace {

// Whole numbers, whose sums are exact; other ones on each rank.
torch::Tensor numbers(int64_t count, int64_t rank) {
  return (torch::arange(count) % 1000 + 7 * rank * (torch::arange(count) % 13)).to(torch::kFloat32);
}

torch::Tensor of_all(int64_t count, int64_t ranks) {
  std::vector<torch::Tensor> all;
  for (int64_t rank = 0; rank < ranks; ++rank) all.push_back(numbers(count, rank));
  return torch::stack(all);
}

void check_collectives(Group& group) {
  CHECK(group.processes().getBackend(torch::kCPU)->getBackendName() == "shared memory");
  const auto ranks = group.size(), rank = group.rank();
  // Fewer values than ranks, a message that fills a slot, one that takes several.
  for (const int64_t count : {1, 2, 1000, 1 << 18, (1 << 18) + 1, 1000003}) {
    CAPTURE(count);
    const auto all = of_all(count, ranks);
    for (const auto type : {torch::kFloat32, torch::kFloat64}) {
      std::vector<torch::Tensor> sums{numbers(count, rank).to(type)};
      group.processes().allreduce(sums)->wait();
      CHECK(sums[0].equal(all.to(type).sum(0)));
      CHECK(group.gather(numbers(count, rank).to(type)).equal(all.to(type)));
    }
    const auto whole = numbers(count, rank).to(torch::kInt64);  // by the carrier below
    group.sum(whole);
    CHECK(whole.equal(all.to(torch::kInt64).sum(0)));
  }
}

}  // namespace

TEST_CASE("rank: collectives through shared memory" * doctest::skip()) {
  Group group(test::own_rank(), {}, [](const std::string&) {});
  group.run([&] { check_collectives(group); });
}

TEST_CASE("collectives through shared memory are those of all ranks, whatever the size") {
  for (const int64_t ranks : {2, 3}) {
    for (const int end : test::run_ranks(ranks, "rank: collectives through shared memory"))
      CHECK(end == 0);
  }
}

TEST_CASE("rank: ranks of two machines" * doctest::skip()) {
  auto options = test::own_rank();
  options.local_world_size = 1;
  Group group(options, {}, [](const std::string&) {});
  group.run([&] {
    CHECK(group.processes().getBackend(torch::kCPU)->getBackendName() == "gloo");
    CHECK(group.gather(numbers(1000, group.rank())).equal(of_all(1000, 2)));
  });
}

TEST_CASE("ranks of two machines share no memory") {
  for (const int end : test::run_ranks(2, "rank: ranks of two machines")) CHECK(end == 0);
}
