#include "train/step.h"

#include <torch/torch.h>

#include "train/device.h"

namespace rdm {

torch::Tensor train_step(Method& method, Sgd& optimizer, const std::vector<torch::Tensor>& views,
                         Precision precision) {
  torch::Tensor loss;
  {
    const Autocast autocast(views[0].device(), precision);
    loss = method.loss(views);
  }
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
  return loss.detach();
}

}  // namespace rdm
