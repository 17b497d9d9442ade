#include "models/weights.h"

#include <torch/torch.h>

#include <map>

#include "base/error.h"
#include "base/printable.h"

namespace rdm {

StateDict state_dict(const torch::nn::Module& module, const std::string& prefix) {
  StateDict out;
  const auto add = [&](const auto& named) {
    for (const auto& item : named) {
      if (item.value().defined()) out.emplace_back(prefix + item.key(), item.value());
    }
  };
  add(module.named_parameters(/*recurse=*/false));
  add(module.named_buffers(/*recurse=*/false));
  for (const auto& child : module.named_children()) {
    const auto inner = state_dict(*child.value(), prefix + child.key() + ".");
    out.insert(out.end(), inner.begin(), inner.end());
  }
  return out;
}

void load_state_dict(torch::nn::Module& module, const StateDict& weights, const std::string& prefix,
                     const std::string& source) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, torch::Tensor> given(weights.begin(), weights.end());
  std::vector<std::string> problems;
  for (auto& [name, tensor] : state_dict(module, prefix)) {
    const auto found = given.extract(name);
    if (found.empty()) {
      problems.push_back(name + " is missing");
    } else if (found.mapped().sizes() != tensor.sizes()) {
      problems.push_back(message(name, " is ", found.mapped().sizes(), ", not ", tensor.sizes()));
    } else {
      tensor.copy_(found.mapped());
    }
  }
  for (const auto& [name, tensor] : given) problems.push_back(name + " is not known");
  if (problems.empty()) return;
  std::string first;
  for (size_t i = 0; i < std::min<size_t>(3, problems.size()); ++i) {
    first += (i ? "; " : "") + shortened(problems[i]);
  }
  throw Error(
      Code::bad_checkpoint,
      message(source, " does not fit the model: ", first,
              problems.size() > 3 ? message("; and ", problems.size() - 3, " more") : ""),
      "give the flags it was made with (--arch, --patch-size, --dim, --pred-dim, --pred-type)");
}

void load_backbone_weights(EncoderImpl& network, StateDict& backbone, const std::string& source) {
  network.fit(backbone);
  auto whole = backbone;
  for (const auto& [name, tensor] : state_dict(network)) {
    if (name.starts_with(network.head_name() + ".")) whole.emplace_back(name, tensor);
  }
  load_state_dict(network, whole, "", source);
}

void to_channels_last(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : module.parameters()) {
    if (parameter.dim() == 4) {
      // A 1×1 kernel is the same in memory either way, but must have the strides of its gradient,
      // which are those of channels_last.
      const auto format = torch::MemoryFormat::ChannelsLast;
      parameter.set_data(torch::empty_like(parameter, format).copy_(parameter));
    }
  }
}

}  // namespace rdm
