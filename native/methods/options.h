// What a method is made of.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

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
};

}  // namespace rdm
