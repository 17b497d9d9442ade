#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "device/accelerator.h"
#include "judging/neighbours.h"
#include "layers/batch_norm.h"
#include "methods/momentum.h"
#include "methods/rank_difference.h"
#include "optim/optimizer.h"
#include "parts.h"
#include "spectral/effective_rank.h"
#include "spectral/eigh.h"
#include "train/self_supervised.h"

namespace rdm::device_check {
namespace {

using Tensors = std::vector<torch::Tensor>;

// Float32 adds up in another order there. What a filter divides by small singular values loses
// more.
constexpr double kOperation = 1e-4;
constexpr double kLoss = 1e-3;  // over five steps, each of which starts from the rounding before it

struct Operation {
  std::string name;
  std::function<Tensors(torch::Device)> results;
};

// The same numbers on every device.
torch::Tensor random(at::IntArrayRef sizes, torch::Device device, int64_t seed = 1) {
  torch::manual_seed(static_cast<uint64_t>(seed));
  return torch::randn(sizes).to(device);
}

torch::Tensor leaf(const torch::Tensor& values) {
  return values.detach().requires_grad_();
}

// Of a module's output and its gradients, from a gradient of random numbers.
Tensors forward_backward(torch::nn::Sequential network, torch::Tensor input, torch::Device device) {
  network->to(device);
  const auto x = leaf(input.to(device));
  const auto y = network->forward(x);
  y.backward(random(y.sizes(), device, 7));
  Tensors out{y.detach(), x.grad()};
  for (const auto& parameter : network->parameters()) out.push_back(parameter.grad());
  return out;
}

Tensors network_results(torch::Device device) {
  torch::manual_seed(2);
  namespace nn = torch::nn;
  nn::Sequential network(nn::Conv2d(nn::Conv2dOptions(3, 16, 7).stride(2).padding(3).bias(false)),
                         BatchNorm(nn::BatchNormOptions(16)), nn::ReLU(),
                         nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)),
                         nn::Conv2d(nn::Conv2dOptions(16, 32, 3).stride(2).padding(1).bias(false)),
                         nn::AdaptiveAvgPool2d(1), nn::Flatten(), nn::Linear(32, 24));
  const auto images = random({8, 3, 32, 32}, torch::kCPU);
  return forward_backward(network, images.contiguous(torch::MemoryFormat::ChannelsLast), device);
}

Tensors filtered(const FilterSpec& spec, torch::Device device, int64_t n, int64_t d) {
  const auto centred = [&](int64_t seed) {
    const auto x = random({n, d}, device, seed);
    return (x - x.mean(0)) / x.std(0);
  };
  const auto p = leaf(centred(3)), q = leaf(centred(4));
  const auto aligned = align({{p, centred(5)}, {q, centred(6)}}, spec, nullptr);
  (aligned[0].cosine + aligned[1].cosine).backward();
  return {aligned[0].cosine.detach(), aligned[1].cosine.detach(), p.grad(), q.grad()};
}

Tensors updated(std::optional<double> lars_eta, bool scaled, torch::Device device) {
  OptimizerGroup group;
  for (int64_t i = 0; i < 3; ++i) group.parameters.push_back(random({20, 30 + i}, device, i));
  for (auto& parameter : group.parameters) {
    parameter.mutable_grad() = random(parameter.sizes(), device, 9) * 0.1;
  }
  group.lr = 0.1;
  group.weight_decay = 1e-4;
  group.lars_eta = lars_eta;
  Optimizer optimizer({group});
  GradScaler scaler(device);
  FiniteGuard guard(device);
  for (int step = 0; step < 2; ++step) {
    if (scaled) optimizer.unscale(scaler);
    optimizer.step(scaled ? &scaler : nullptr, &guard);
  }
  return optimizer.groups()[0].parameters;
}

Tensors moved(torch::Device device) {
  torch::manual_seed(3);
  torch::nn::Linear target(8, 8), online(8, 8);
  target->to(device);
  online->to(device);
  update_momentum(*target, *online, 0.9);
  return target->parameters();
}

Tensors neighbours(torch::Device device) {
  const auto labelled = [&](int64_t n, int64_t seed) {
    torch::manual_seed(static_cast<uint64_t>(seed));
    const auto features = torch::randn({n, 16}), labels = torch::randint(5, {n}, torch::kInt64);
    return LabelledFeatures{features.to(device), labels.to(device)};
  };
  const auto found =
      classify_by_neighbours(labelled(200, 1), labelled(50, 2), 5,
                             {{.k = 20}, {.k = 20, .distance = Distance::euclidean}}, nullptr);
  Tensors out;
  for (const auto& one : found) out.push_back(torch::tensor({one.top1, one.top5}));
  return out;
}

std::vector<Operation> operations() {
  std::vector<Operation> all{
      {"convolutions, batch norm, pools, linear layer, forward and backward", network_results},
      {"cross entropy",
       [](torch::Device device) {
         const auto x = leaf(random({16, 10}, device));
         const auto loss = torch::cross_entropy_loss(x, torch::arange(16).remainder(10).to(device));
         loss.backward();
         return Tensors{loss.detach(), x.grad()};
       }},
      {"effective rank",
       [](torch::Device device) {
         const auto rank = effective_rank(singular_values(random({16, 40}, device)));
         return Tensors{rank.singular_values, rank.squared};
       }},
      {"SGD", [](torch::Device device) { return updated({}, false, device); }},
      {"SGD, scaled gradients", [](torch::Device device) { return updated({}, true, device); }},
      {"LARS", [](torch::Device device) { return updated(0.02, false, device); }},
      {"momentum network", moved},
      {"nearest neighbours", neighbours},
  };
  const auto add = [&](const std::string& shape, const char* location, double sigma,
                       const char* source, const char* solver) {
    const auto spec = parse_filter(shape, location, sigma, source, false, solver);
    const auto name = "filter " + shape + " " + location + " " +
                      std::to_string(sigma).substr(0, 4) + " of " + source + " features by " +
                      solver;
    for (const bool wide : {true, false}) {
      all.push_back({name + (wide ? ", wide" : ", tall"), [spec, wide](torch::Device device) {
                       return filtered(spec, device, wide ? 24 : 60, wide ? 60 : 24);
                     }});
    }
  };
  for (const char* solver : {"auto", "eigh", "svd", "newton"}) {
    for (const double sigma : {2.0, 1.0, 0.5}) add("poly", "online", sigma, "own", solver);
    add("poly", "target", -1, "own", solver);
    add("poly", "target", -0.5, "online", solver);
  }
  for (const char* shape : {"log", "log_1", "log_2"}) add(shape, "online", 0, "own", "auto");
  add("poly", "online", 0.3, "own", "auto");
  return all;
}

double largest_difference(const Tensors& expected, const Tensors& found) {
  double worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto exact = expected[i].to(torch::kFloat64);
    const auto norm = std::max(exact.norm().item<double>(), 1e-30);
    const auto difference = (found[i].cpu().to(torch::kFloat64) - exact).norm().item<double>();
    worst = std::max(worst, difference / norm);
  }
  return worst;
}

std::vector<double> losses(const PretrainOptions& options, torch::Device device) {
  torch::manual_seed(1);
  SelfSupervised learner(options, /*classes=*/0, /*batches=*/5, device, nullptr);
  learner.begin();
  std::vector<double> out;
  for (int64_t step = 0; step < 5; ++step) {
    DeviceBatch batch;
    for (int64_t view = 0; view < 2; ++view) {
      const auto images = random({options.batch_size, 3, options.crop_size, options.crop_size},
                                 torch::kCPU, 2 * step + view + 1);
      batch.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast).to(device));
    }
    batch.labels = torch::zeros({options.batch_size}, torch::kInt64).to(device);
    out.push_back(learner.step(batch, {0, step}).loss.item<double>());
  }
  return out;
}

double five_steps(MethodName method, std::optional<FilterSpec> filter, const Where& where) {
  auto options = network_options("resnet18/cifar", 32, where.small ? 8 : 64);
  options.method.name = method;
  options.method.dim = where.small ? 16 : 128;
  options.method.proj_hidden_dim = where.small ? 24 : 256;
  options.method.filter = std::move(filter);
  const auto expected = losses(options, torch::kCPU), found = losses(options, where.device);
  double worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    worst = std::max(worst, std::abs(found[i] - expected[i]) / std::abs(expected[i]));
  }
  return worst;
}

}  // namespace

Answer parity(const Where& where) {
  at::globalContext().setAllowTF32CuDNN(false);
  Answer failed = Answer::array();
  double worst = 0;
  const auto all = operations();
  for (const auto& [name, results] : all) {
    const double difference = largest_difference(results(torch::kCPU), results(where.device));
    if (!(difference < kOperation)) failed.push_back({{"name", name}, {"difference", difference}});
    worst = std::max(worst, difference);
  }
  Answer training = Answer::array();
  for (const auto method : {MethodName::simsiam, MethodName::byol}) {
    const std::string name = method == MethodName::byol ? "BYOL" : "SimSiam";
    const auto tell = [&](const std::string& predictor, std::optional<FilterSpec> filter) {
      const double difference = five_steps(method, std::move(filter), where);
      training.push_back({{"name", name + ", " + predictor}, {"difference", difference}});
      if (!(difference < kLoss)) failed.push_back(training.back());
    };
    tell("mlp", std::nullopt);
    tell("poly online 1", parse_filter("poly", "online", 1, "own", false, "auto"));
    tell("poly target -1", parse_filter("poly", "target", -1, "own", false, "auto"));
  }
  at::globalContext().setAllowTF32CuDNN(true);
  return {{"ok", failed.empty()},
          {"operations", all.size()},
          {"largestDifference", worst},
          {"training", training},
          {"failed", failed}};
}

}  // namespace rdm::device_check
