// LARS against its definition, tensor by tensor, and the scaling of float16 gradients.
#include "optim/lars.h"

#include "check.h"
#include "optim/grad_scaler.h"
#include "optim/optimizer.h"

using namespace rdm;

namespace {

// One tensor's update as the paper's pseudocode has it, in float64.
struct Plainly {
  torch::Tensor p, buffer;

  void step(torch::Tensor g, const LarsSettings& s) {
    g = g.to(torch::kFloat64);
    const double pn = p.norm().item<double>(), gn = g.norm().item<double>();
    if (p.dim() != 1 && pn != 0 && gn != 0) {
      const double q = std::min(s.eta * pn / (gn + s.weight_decay * pn + 1e-8) / s.lr, 1.0);
      g = (g + s.weight_decay * p) * q;
    }
    buffer = s.momentum * buffer + g;
    p = p - s.lr * buffer;
  }
};

void check_lars(torch::ScalarType type) {
  torch::manual_seed(7);
  CAPTURE(type);
  const LarsSettings settings{.eta = 0.02, .lr = 0.3, .momentum = 0.9, .weight_decay = 0.05};
  std::vector<torch::Tensor> parameters{
      torch::randn({7, 5}),
      torch::randn({3, 4, 2, 2}).contiguous(torch::MemoryFormat::ChannelsLast), torch::randn({9}),
      torch::zeros({2, 2}), 100 * torch::randn({40000, 3})};
  for (auto& parameter : parameters) parameter = parameter.to(type);
  OptimizerGroup group;
  group.parameters = parameters;
  group.lr = settings.lr;
  group.weight_decay = settings.weight_decay;
  group.lars_eta = settings.eta;
  Optimizer optimizer({group});
  std::vector<Plainly> plainly;
  for (const auto& p : parameters) {
    plainly.push_back({p.to(torch::kFloat64).clone(), torch::zeros_like(p, torch::kFloat64)});
  }
  for (int step = 0; step < 3; ++step) {
    for (size_t i = 0; i < parameters.size(); ++i) {
      auto gradient = torch::randn(parameters[i].sizes()).to(type);
      if (i == 0 && step == 1) gradient.zero_();
      if (i == 4) gradient *= 1e-4;  // so far below its weights that the rate is clipped
      parameters[i].mutable_grad() = gradient.contiguous(parameters[i].suggest_memory_format());
      plainly[i].step(gradient, settings);
    }
    optimizer.step();
    for (size_t i = 0; i < parameters.size(); ++i) {
      CAPTURE(step);
      CAPTURE(i);
      CHECK(torch::allclose(parameters[i].to(torch::kFloat64), plainly[i].p, 1e-5, 1e-6));
    }
  }
}

}  // namespace

TEST_CASE("LARS: layer-wise rates, clipped; biases, norms and zero tensors by plain momentum") {
  // The batched kernels of CUDA run on a CPU too, where values are not float32.
  for (const auto type : {torch::kFloat32, torch::kFloat64}) check_lars(type);
}

TEST_CASE(
    "LARS: weights' norms kept from update to update change no bit, and are dropped on a write") {
  torch::manual_seed(3);
  const auto start = torch::randn({300, 211}), plain = torch::randn({50});
  for (const double momentum : {0.9, 0.0}) {
    CAPTURE(momentum);
    OptimizerGroup group;
    group.parameters = {start.clone(), plain.clone()};
    group.momentum = momentum;
    group.lr = 0.3;
    group.weight_decay = 0.05;
    group.lars_eta = 0.02;
    OptimizerGroup forgetful = group;
    for (auto& parameter : forgetful.parameters) parameter = parameter.clone();
    Optimizer keeps({group}), forgets({forgetful});
    for (int step = 0; step < 4; ++step) {
      auto &kept = keeps.groups()[0], &other = forgets.groups()[0];
      if (step == 2) {  // as a checkpoint is loaded
        for (auto* parameters : {&kept.parameters, &other.parameters}) (*parameters)[0].mul_(3);
      }
      other.weight_squares.clear();
      for (size_t i = 0; i < kept.parameters.size(); ++i) {
        kept.parameters[i].mutable_grad() = torch::randn_like(kept.parameters[i]);
        other.parameters[i].mutable_grad() = kept.parameters[i].grad().clone();
      }
      keeps.step();
      forgets.step();
      for (size_t i = 0; i < kept.parameters.size(); ++i) {
        CAPTURE(step);
        CHECK(kept.parameters[i].equal(other.parameters[i]));
      }
    }
  }
}

TEST_CASE("the gradient scaler: an overflow leaves everything in place and halves the scale") {
  auto layer = torch::ones({2, 2}), bias = torch::ones({2});
  OptimizerGroup group;
  group.lr = 0.5;
  group.parameters = {layer};
  OptimizerGroup lars = group;
  lars.parameters = {bias};
  lars.lars_eta = 0.02;
  Optimizer optimizer({group, lars});
  GradScaler scaler(torch::kCPU);
  const double scale = scaler.current().item<double>();

  const auto loss = torch::full({}, 2.0);
  CHECK(scaler.scale(loss).item<double>() == 2 * scale);
  layer.mutable_grad() = torch::full({2, 2}, scale);
  bias.mutable_grad() = torch::full({2}, std::numeric_limits<float>::infinity());
  optimizer.unscale(scaler);
  optimizer.step(&scaler);
  CHECK(layer.equal(torch::ones({2, 2})));
  CHECK(bias.equal(torch::ones({2})));
  CHECK(scaler.current().item<double>() == scale / 2);

  layer.mutable_grad() = torch::full({2, 2}, scale / 2);
  bias.mutable_grad() = torch::full({2}, scale / 2);
  optimizer.unscale(scaler);
  optimizer.step(&scaler);
  CHECK(torch::allclose(layer, torch::full({2, 2}, 0.5)));
  CHECK(torch::allclose(bias, torch::full({2}, 0.5)));
  CHECK(scaler.current().item<double>() == scale / 2);
}
