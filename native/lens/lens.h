// What a checkpoint's method compares, on whole images: both branches as the loss aligns them, and
// whatever stands between them as a spectral filter.
#pragma once
#include <torch/types.h>

#include <memory>
#include <string>

#include "base/plain.h"
#include "methods/method.h"

namespace rdm {

// rows: Method::branches() of all images. {method, branches: [{branch, dim, singularValues,
// effectiveRank, effectiveRankSquared}] of online and target, alignment: of their directions,
// filter: null or {location, singularValues, gain, explained, sigma, fit}} (spectral/transfer.h).
Plain describe_branches(Method& method, const MethodOptions& options, const Pair& rows);

class Lens {
 public:
  // Of a checkpoint of pretraining by rdm; nothing of any other file. Throws Error where its record
  // lacks an option, or its weights are of other networks.
  static std::unique_ptr<Lens> open(const std::string& path, torch::Device device);

  // The branches' rows of a batch, (N, D) each, before what stands between them.
  Pair branches(const torch::Tensor& images) { return method_->branches(images); }

  Plain describe(const Pair& rows) { return describe_branches(*method_, options_, rows); }

 private:
  Lens(std::unique_ptr<Method> method, MethodOptions options)
      : method_(std::move(method)), options_(std::move(options)) {}

  std::unique_ptr<Method> method_;
  MethodOptions options_;
};

}  // namespace rdm
