// What a checkpoint's method compares, on whole images: both branches as the loss aligns them, and
// whatever stands between them as a spectral filter.
#pragma once
#include <torch/types.h>

#include <memory>
#include <string>

#include "base/plain.h"
#include "methods/method.h"

namespace rdm {

class Lens {
 public:
  // Of a checkpoint of pretraining by rdm; nothing of any other file. Throws Error where its record
  // lacks an option, or its weights are of other networks.
  static std::unique_ptr<Lens> open(const std::string& path, torch::Device device);

  // The branches' rows of a batch, (N, D) each, before what stands between them.
  Pair branches(const torch::Tensor& images) { return method_->branches(images); }

  // rows: of all images. {method, branches: [{branch, dim, singularValues, effectiveRank,
  // effectiveRankSquared}] of online and target, alignment: of their directions, filter: null or
  // {location, singularValues, gain, explained, sigma, fit}} (spectral/transfer.h).
  Plain describe(const Pair& rows);

 private:
  Lens(std::unique_ptr<Method> method, std::string name, FilterLocation location)
      : method_(std::move(method)), name_(std::move(name)), location_(location) {}

  std::unique_ptr<Method> method_;
  std::string name_;
  FilterLocation location_;  // of what stands between
};

}  // namespace rdm
