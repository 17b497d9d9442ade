// Updates of tensors that lie in memory in different orders.
#include "optim/memory_order.h"

#include <torch/torch.h>

#include "check.h"
#include "optim/optimizer.h"

using namespace rdm;

namespace {

constexpr auto kLast = torch::MemoryFormat::ChannelsLast;

torch::Tensor random(at::IntArrayRef sizes, torch::MemoryFormat format) {
  return torch::randn(sizes).contiguous(format);
}

}  // namespace

TEST_CASE("tensors are in one order where their values lie alike, without gaps") {
  const auto last = random({4, 3, 5, 5}, kLast);
  CHECK(in_one_order(last, random({4, 3, 5, 5}, kLast)));
  CHECK_FALSE(in_one_order(last, torch::randn({4, 3, 5, 5})));
  // A kernel of 1×1 has its values in the same places, whatever the strides of single pixels.
  CHECK(in_one_order(random({4, 3, 1, 1}, kLast), torch::randn({4, 3}).view({4, 3, 1, 1})));
  const auto gaps = torch::randn({4, 6}).slice(1, 0, 6, 2);
  CHECK_FALSE(in_one_order(gaps, gaps));
}

TEST_CASE("tensors as they lie share their memory, and those of two orders stay as they are") {
  std::vector<torch::Tensor> a{random({4, 3, 5, 5}, kLast), torch::randn({2, 3, 4, 4})};
  std::vector<torch::Tensor> b{random({4, 3, 5, 5}, kLast), random({2, 3, 4, 4}, kLast)};
  const auto before = a;
  as_they_lie({&a, &b});
  CHECK((a[0].sizes() == at::IntArrayRef{300}));
  CHECK(a[0].data_ptr() == before[0].data_ptr());
  CHECK(a[0].equal(before[0].permute({0, 2, 3, 1}).reshape(-1)));
  CHECK((a[1].sizes() == before[1].sizes()));
  CHECK((b[1].sizes() == before[1].sizes()));
}

TEST_CASE("SGD and AdamW update by element, whatever the order in memory") {
  for (const bool adamw : {false, true}) {
    for (const double momentum : {0.0, 0.9}) {
      CAPTURE(adamw);
      CAPTURE(momentum);
      torch::manual_seed(1);
      const auto start = torch::randn({6, 5, 3, 3});
      const auto updated = [&](torch::MemoryFormat format) {
        auto parameter = start.clone(format).requires_grad_();
        OptimizerGroup group;
        group.parameters = {parameter};
        group.lr = 0.1;
        group.momentum = momentum;
        group.weight_decay = 0.01;
        if (adamw) group.adamw.emplace();
        Optimizer optimizer({group});
        torch::manual_seed(2);
        for (int step = 0; step < 3; ++step) {
          parameter.mutable_grad() = random({6, 5, 3, 3}, format);
          optimizer.step();
        }
        CHECK(parameter.is_contiguous(format));
        return parameter.detach();
      };
      const auto plain = updated(torch::MemoryFormat::Contiguous), last = updated(kLast);
      CHECK(torch::allclose(last, plain, 1e-6, 1e-7));
      CHECK_FALSE(torch::allclose(plain, start));
    }
  }
}
