// Batch norm with a shortcut and ReLU against the formula in float64, view by view.
#include "layers/batch_norm.h"

#include "check.h"

using namespace rdm;

namespace {

using torch::Tensor;

constexpr int64_t kViews = 2;

struct Case {
  std::vector<int64_t> shape;  // of all views
  torch::ScalarType type;
  torch::MemoryFormat format;
  bool relu, shortcut;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const std::vector<std::vector<int64_t>> shapes{{6, 3, 5, 7}, {8, 70, 9, 8}, {4, 16, 40, 40}};
  for (const auto& shape : shapes) {
    for (const auto type : {torch::kFloat32, torch::kBFloat16, torch::kFloat64}) {
      for (const auto format :
           {torch::MemoryFormat::ChannelsLast, torch::MemoryFormat::Contiguous}) {
        all.push_back({shape, type, format, false, false});
        all.push_back({shape, type, format, true, false});
        // LibTorch rounds to bfloat16 before it adds, which turns the sign of sums near 0.
        const bool rounds = type == torch::kBFloat16 && format == torch::MemoryFormat::Contiguous;
        if (!rounds) all.push_back({shape, type, format, true, true});
      }
    }
  }
  return all;
}

// What goes in and what comes of it, with the gradients of dy.
struct Norm {
  Tensor x, shortcut, weight, bias, running_mean, running_var, y;

  std::vector<Tensor> results() const {
    std::vector<Tensor> all{y, x.grad(), weight.grad(), bias.grad(), running_mean, running_var};
    if (shortcut.defined()) all.push_back(shortcut.grad());
    return all;
  }
};

// As the paper has it, view after view.
Norm by_formula(const Case& c, const Tensor& x, const Tensor& shortcut, const Tensor& weight,
                const Tensor& bias, const Tensor& dy) {
  const auto own = [](const Tensor& t) { return t.to(torch::kFloat64).clone().requires_grad_(); };
  Norm norm{
      own(x),    c.shortcut ? own(shortcut) : Tensor(),    own(weight),
      own(bias), torch::zeros(x.size(1), torch::kFloat64), torch::ones(x.size(1), torch::kFloat64)};
  std::vector<Tensor> views;
  const auto column = [](const Tensor& t) { return t.view({1, -1, 1, 1}); };
  for (const auto& view : norm.x.chunk(kViews)) {
    const auto mean = view.mean({0, 2, 3}), variance = view.var(at::IntArrayRef{0, 2, 3}, false);
    const auto normal = (view - column(mean)) / column((variance + 1e-5).sqrt());
    views.push_back(normal * column(norm.weight) + column(norm.bias));
    const auto n = static_cast<double>(view.numel() / view.size(1));
    norm.running_mean = norm.running_mean * 0.9 + mean.detach() * 0.1;
    norm.running_var = norm.running_var * 0.9 + variance.detach() * (n / (n - 1)) * 0.1;
  }
  norm.y = torch::cat(views);
  if (c.shortcut) norm.y = norm.y + norm.shortcut;
  if (c.relu) norm.y = norm.y.relu();
  norm.y.backward(dy.to(torch::kFloat64));
  return norm;
}

Norm by_module(const Case& c, const Tensor& x, const Tensor& shortcut, const Tensor& weight,
               const Tensor& bias, const Tensor& dy) {
  BatchNorm module(x.size(1));
  if (c.type == torch::kFloat64) module->to(torch::kFloat64);
  {
    const torch::NoGradGuard no_grad;
    module->weight.copy_(weight);
    module->bias.copy_(bias);
  }
  Norm norm{x.clone().requires_grad_(),
            c.shortcut ? shortcut.clone().requires_grad_() : Tensor(),
            module->weight,
            module->bias,
            module->running_mean,
            module->running_var};
  const ViewsApart apart(kViews);
  norm.y = c.relu ? module->rectified(norm.x, norm.shortcut) : module->forward(norm.x);
  norm.y.backward(dy);
  CHECK(module->num_batches_tracked.item<int64_t>() == kViews);
  CHECK(norm.y.is_contiguous(c.format));
  return norm;
}

double distance(const Tensor& a, const Tensor& b) {
  const auto difference = a.detach().to(torch::kFloat64) - b.detach();
  return (difference.abs().max() / b.detach().abs().max()).item<double>();
}

}  // namespace

TEST_CASE("batch norm, shortcut and ReLU of two views in one batch are those of either view") {
  torch::manual_seed(1);
  for (const auto& c : cases()) {
    CAPTURE(c.shape[1]);
    CAPTURE(static_cast<int>(c.type));
    CAPTURE(c.relu);
    CAPTURE(c.shortcut);
    const auto random = [&] { return torch::randn(c.shape).to(c.type).contiguous(c.format); };
    // The second view is far from the first, and a mean far from 0 costs no accuracy.
    auto x = torch::randn(c.shape) * 3 + 20;
    x.chunk(kViews)[1].mul_(0.2).sub_(7);
    x = x.to(c.type).contiguous(c.format);
    const auto shortcut = random(), dy = random();
    const auto weight = torch::randn(c.shape[1]), bias = torch::randn(c.shape[1]);
    const auto expected = by_formula(c, x, shortcut, weight, bias, dy).results();
    const auto found = by_module(c, x, shortcut, weight, bias, dy).results();
    REQUIRE(found.size() == expected.size());
    // float32: sums of some thousand values; bfloat16: the rounding of what goes out, 2^-9.
    const double tolerance = c.type == torch::kFloat64    ? 1e-12
                             : c.type == torch::kBFloat16 ? 6e-3
                                                          : 1e-5;
    for (size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(distance(found[i], expected[i]) < tolerance);
    }
  }
}

TEST_CASE("batch norm in bfloat16 rounds as LibTorch does, and lets what is not a number through") {
  const auto value = [](float v) {
    return torch::full({2, 3, 2, 2}, v, torch::kBFloat16)
        .contiguous(torch::MemoryFormat::ChannelsLast);
  };
  BatchNorm norm(3);
  torch::manual_seed(2);
  const auto x =
      torch::randn({2, 3, 2, 2}).to(torch::kBFloat16).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto exact = torch::nn::BatchNorm2d(3)->forward(x.to(torch::kFloat32));
  CHECK(norm->forward(x).to(torch::kFloat32).sub(exact).abs().max().item<float>() < 0.008);
  CHECK(norm->rectified(value(std::nanf(""))).isnan().all().item<bool>());
  CHECK(norm->rectified(value(1)).equal(value(0)));
  CHECK(norm->rectified(value(1e30f)).isfinite().all().item<bool>());
}

TEST_CASE("batch norm gives the same bits whatever the number of threads") {
  const int threads = at::get_num_threads();
  const auto outcome = [](int count) {
    at::set_num_threads(count);
    torch::manual_seed(3);
    BatchNorm norm(48);
    const auto x = torch::randn({16, 48, 20, 20})
                       .contiguous(torch::MemoryFormat::ChannelsLast)
                       .requires_grad_();
    const auto y = norm->rectified(x);
    y.backward(torch::randn_like(y));
    return std::vector{y.detach(), x.grad(), norm->weight.grad(), norm->running_var};
  };
  const auto one = outcome(1), two = outcome(2);
  at::set_num_threads(threads);
  for (size_t i = 0; i < one.size(); ++i) CHECK(one[i].equal(two[i]));
}

TEST_CASE("a frozen batch norm normalises by its running statistics, with and without gradients") {
  torch::manual_seed(4);
  BatchNorm norm(48);
  norm->running_mean.normal_();
  norm->running_var.uniform_(0.5, 2);
  norm->eval();
  const auto images = [] {
    return torch::randn({4, 48, 9, 9}).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  const auto x = images(), shortcut = images();
  const auto expected = torch::relu(norm->forward(x) + shortcut);
  const auto before = norm->running_mean.clone();
  const torch::NoGradGuard no_grad;
  CHECK(norm->rectified(x, shortcut).allclose(expected, 1e-5, 1e-6));
  CHECK(norm->forward(x).allclose(norm->forward(x.contiguous()), 1e-5, 1e-6));
  const auto brief = norm->rectified(x.to(torch::kBFloat16), shortcut.to(torch::kBFloat16));
  CHECK(brief.to(torch::kFloat32).allclose(expected, /*rtol=*/0.02, /*atol=*/0.03));
  CHECK(norm->running_mean.equal(before));
}
