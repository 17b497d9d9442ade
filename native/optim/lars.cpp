#include "optim/lars.h"

#include <torch/torch.h>

#include <algorithm>
#include <thread>

#include "optim/lars_cpu.h"
#include "optim/memory_order.h"

namespace rdm {
namespace {

// The tensors of an update that have a rate of their own.
struct Layers {
  std::vector<torch::Tensor> parameters, gradients;
};

bool layer_wise(const torch::Tensor& parameter) {
  return parameter.dim() != 1;
}

Layers layers_of(const Update& update) {
  Layers layers;
  for (size_t i = 0; i < update.parameters.size(); ++i) {
    if (!layer_wise(update.parameters[i])) continue;
    layers.parameters.push_back(update.parameters[i]);
    layers.gradients.push_back(update.gradients[i]);
  }
  return layers;
}

// Turns gradients into d, for all layers at once. No rate is read on the host.
void scale_gradients(Layers layers, const LarsSettings& settings) {
  if (layers.parameters.empty()) return;
  const auto p = torch::stack(torch::_foreach_norm(layers.parameters));
  const auto g = torch::stack(torch::_foreach_norm(layers.gradients));
  const auto moving = (p != 0).logical_and(g != 0);
  const auto ratio = settings.eta * p / (g + settings.weight_decay * p + 1e-8) / settings.lr;
  const auto q = torch::where(moving, ratio.clamp_max(1), 1.0);
  const auto decay = torch::where(moving, q * settings.weight_decay, 0.0);
  torch::_foreach_mul_(layers.gradients, q.unbind());
  torch::_foreach_add_(layers.gradients, torch::_foreach_mul(layers.parameters, decay.unbind()));
}

// Whether parameter and gradient (and the buffer, which is made like the parameter) are float32
// values that lie in memory in one and the same order, so that a loop over them needs no shape.
bool flat(const torch::Tensor& parameter, const torch::Tensor& gradient) {
  return parameter.is_cpu() && parameter.scalar_type() == torch::kFloat32 &&
         gradient.scalar_type() == torch::kFloat32 && in_one_order(parameter, gradient);
}

bool all_flat(const Update& update) {
  for (size_t i = 0; i < update.parameters.size(); ++i) {
    if (!flat(update.parameters[i], update.gradients[i])) return false;
  }
  return true;
}

// Each thread takes a run of neighbouring tensors with about as many values as the others' have. No
// tensor is split between threads, so that its norm does not depend on how many there are.
void update_on_cpu(const Update& update, const LarsSettings& settings) {
  const int threads = at::get_num_threads();
  int64_t total = 0, before = 0;
  for (const auto& parameter : update.parameters) total += parameter.numel();
  std::vector<std::vector<size_t>> shares(static_cast<size_t>(threads));
  for (size_t i = 0; i < update.parameters.size(); ++i) {
    const int64_t middle = before + update.parameters[i].numel() / 2;
    shares[static_cast<size_t>(middle * threads / std::max<int64_t>(total, 1))].push_back(i);
    before += update.parameters[i].numel();
  }
  const auto take = [&](const std::vector<size_t>& share) {
    for (const size_t i : share) {
      const auto& parameter = update.parameters[i];
      float* buffer = update.buffers.empty() ? nullptr : update.buffers[i].data_ptr<float>();
      WeightSquare& square = *update.squares[i];
      const bool known = square.version == parameter._version();
      square.sum =
          lars_update_values(parameter.data_ptr<float>(), update.gradients[i].data_ptr<float>(),
                             buffer, parameter.numel(), layer_wise(parameter),
                             known ? std::optional(square.sum) : std::nullopt, settings);
      square.version = parameter._version();
    }
  };
  std::vector<std::jthread> others;
  for (size_t thread = 1; thread < shares.size(); ++thread) {
    others.emplace_back([&take, &share = shares[thread]] { take(share); });
  }
  take(shares[0]);
}

}  // namespace

void lars_update(const Update& update, const LarsSettings& settings,
                 const std::optional<torch::Tensor>& found_inf) {
  const torch::NoGradGuard no_grad;
  if (all_flat(update)) {  // on a CPU, where reading found_inf waits for nothing
    if (!found_inf || found_inf->item<float>() == 0) update_on_cpu(update, settings);
    return;
  }
  scale_gradients(layers_of(update), settings);
  at::_fused_sgd_(update.parameters, update.gradients, update.buffers, /*weight_decay=*/0,
                  settings.momentum, settings.lr, /*dampening=*/0, /*nesterov=*/false,
                  /*maximize=*/false, /*is_first_step=*/false, /*grad_scale=*/{}, found_inf);
}

}  // namespace rdm
