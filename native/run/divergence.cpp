#include "run/divergence.h"

#include <torch/torch.h>

#include <cmath>
#include <cstdio>
#include <fstream>

#include "run/output.h"

namespace rdm {
namespace {

constexpr auto kTry = "try a lower --lr, --precision fp32 or --on-divergence rollback";

std::string left(const std::string& last) {
  return last.empty() ? "no checkpoint had been written yet"
                      : message("the last checkpoint, ", last, ", is intact");
}

std::string describe(const TrainedStep& step, double loss) {
  const auto where = message(" at epoch ", step.epoch, ", step ", step.step);
  const auto rate = message(" (learning rate ", step.lr, ")");
  return std::isfinite(loss)
             ? message("the gradient is not finite", where, ", where the loss is ", loss, rate)
             : message("the loss is ", loss, where, rate);
}

// Gives the file's path; empty where it cannot be written.
std::string list_images(const TrainedStep& step, const std::string& what, const Dataset& dataset,
                        const std::string& output, const Group* group) {
  char name[64];
  std::snprintf(name, sizeof name, "diverged-%04lld-%06lld", static_cast<long long>(step.epoch),
                static_cast<long long>(step.step));
  const auto rank = is_first(group) ? "" : message(".", group->rank());
  auto path = in_folder(output, name + rank + ".txt");
  auto list = begin_list(path);
  list << what << "\n";
  for (const int64_t image : step.images) list << dataset.samples[image].path << "\n";
  return list.flush() ? path : "";
}

}  // namespace

DivergenceWatch::DivergenceWatch(torch::Device device)
    : finite_(torch::zeros({1}, torch::TensorOptions(torch::kFloat32).device(device))) {}

void DivergenceWatch::add(TrainedStep step, const torch::Tensor& raised) {
  finite_.add_(1 - raised);
  steps_.push_back(std::move(step));
}

void DivergenceWatch::look(const Dataset& dataset, const std::string& output,
                           const std::string& last, const Group* group) {
  const auto finite = static_cast<size_t>(finite_.item<float>());
  if (finite == steps_.size()) return forget();
  const auto& step = steps_[finite];
  const auto what = describe(step, step.loss.item<double>());
  const auto list = list_images(step, what, dataset, output, group);
  const auto images = list.empty() ? "" : message("the batch's images are listed in ", list, "; ");
  throw Diverged(Code::not_finite, what, message(left(last), "; ", images, kTry));
}

void DivergenceWatch::forget() {
  finite_.zero_();
  steps_.clear();
}

void check_finite(const Checkpoint& checkpoint, Position next, const std::string& last) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> tensors;
  const auto add = [&](const torch::Tensor& tensor) {
    if (tensor.is_floating_point()) tensors.push_back(tensor);
  };
  for (const auto& [name, tensor] : checkpoint.state_dict) add(tensor);
  each_tensor(checkpoint.optimizer,
              [&](const char*, int64_t, const torch::Tensor& tensor) { add(tensor); });
  if (tensors.empty()) return;
  // A norm is not finite where one element is not.
  if (torch::stack(torch::_foreach_norm(tensors)).sum().isfinite().item<bool>()) return;
  const auto where = next.step > 0 ? message("after step ", next.step - 1, " of epoch ", next.epoch)
                                   : message("at the end of epoch ", next.epoch - 1);
  throw Diverged(Code::not_finite, message("the weights or their momentum are not finite ", where),
                 message(left(last), "; ", kTry));
}

}  // namespace rdm
