// What a method is made of.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/dictionary_reader.h"
#include "models/stem.h"
#include "spectral/spec.h"

namespace rdm {

enum class MethodName { simsiam, byol };

// The networks of either method. Defaults are SimSiam's of main_simsiam.py.
struct MethodOptions {
  MethodName name = MethodName::simsiam;
  std::string arch = "resnet50";
  Stem stem;
  bool zero_init_residual = true;
  int64_t dim = 2048;                // projector output
  int64_t proj_hidden_dim = 0;       // hidden width of the projector; 0: the backbone's features
  int64_t pred_dim = 512;            // hidden width of the learnable predictor
  std::optional<FilterSpec> filter;  // none: the learnable predictor
  bool fix_pred_lr = false;          // SimSiam: the predictor's learning rate stays constant
  double base_tau = 0.99, final_tau = 1.0;  // BYOL: the target's momentum, at first and at last

  // All but the backbone and the filter.
  void read(DictionaryReader& reader) {
    reader.read("method", name, {{"simsiam", MethodName::simsiam}, {"byol", MethodName::byol}});
    reader.read("zeroInitResidual", zero_init_residual);
    reader.positive("dim", dim);
    reader.read("projHiddenDim", proj_hidden_dim);
    reader.positive("predDim", pred_dim);
    reader.read("fixPredLr", fix_pred_lr);
    reader.read("baseTau", base_tau);
    reader.read("finalTau", final_tau);
  }
};

}  // namespace rdm
