// Which optimiser makes updates of gradients, without LibTorch.
#pragma once
#include <optional>

#include "base/dictionary_reader.h"

namespace rdm {

struct OptimizerOptions {
  std::optional<double> lars_eta;  // of LARS; none: SGD, or AdamW
  bool adamw = false;
  double clip_grad = 0;  // norm of a parameter's gradient, at most; 0: any

  double moments() const { return adamw ? 2 : 1; }  // kept of each parameter

  void read(DictionaryReader& reader) {
    enum class Name { sgd, lars, adamw } name{};
    double eta = 0;
    reader.read("optimizer", name,
                {{"sgd", Name::sgd}, {"lars", Name::lars}, {"adamw", Name::adamw}});
    reader.read("larsEta", eta);
    if (name == Name::lars) lars_eta = eta;
    adamw = name == Name::adamw;
    reader.read("clipGrad", clip_grad);
  }
};

}  // namespace rdm
