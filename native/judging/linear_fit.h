// A linear classifier on features whose strength is chosen too: rdm probe.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "judging/logistic_regression.h"

namespace rdm {

// A strength that was tried on the held-out part.
struct Tried {
  double strength = 0;
  double loss = 0;  // the mean of the cross entropies
  double top1 = 0;  // percent
};

struct LinearFit {
  LinearModel model;
  double strength = 0;
  std::vector<Tried> tried;  // in their order; none where no class has two images
};

// Chooses the strength on a seeded part of the images, spread over the classes (all of them, or
// 32,768): a fifth of it is held out, and strengths rise tenfold from a very small one until the
// loss on that hardly falls any more, then by half as much on both sides of the best. Then fits on
// all images. features: as LogisticRegression's. `step` is called before each fit with how many
// there were; nothing is fitted any more once `stop` is asked for, and the model is then undefined.
LinearFit fit_linear(torch::Tensor features, torch::Tensor labels, int64_t classes, uint64_t seed,
                     const std::function<void(int64_t fits)>& step, const std::stop_token& stop);

}  // namespace rdm
