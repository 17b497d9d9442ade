#include "train/memory_need.h"

#include <algorithm>
#include <map>

#include "methods/table.h"
#include "models/linear_probe.h"
#include "models/network_size.h"

namespace rdm {
namespace {

constexpr double kFloat = 4, kIndex = 8;  // bytes
constexpr double kProgram = 250e6;        // Node, LibTorch and its threads
constexpr double kContext = 600e6;        // of CUDA, on the device
constexpr int64_t kRing = 3;              // batches of a loader: two ahead of one in use

double pixels(int64_t size) {  // elements of an image
  const auto side = static_cast<double>(size);
  return 3 * side * side;
}

double pixels(const RunOptions& options) {
  return pixels(options.crop_size);
}

// image: elements of all its views.
double ring(int64_t batch, double image) {
  return static_cast<double>(kRing * batch) * image * kFloat;
}

double element(Precision precision) {
  return precision == Precision::fp32 ? kFloat : 2;
}

NetworkSize network(const RunOptions& options, int64_t image_size) {
  BackboneSpec backbone = options;
  backbone.image_size = image_size;
  return size_of(backbone);
}

NetworkSize network(const RunOptions& options) {
  return network(options, options.crop_size);
}

// How many views there are of each size.
std::map<int64_t, double> views_by_size(const PretrainOptions& options) {
  std::map<int64_t, double> views{{options.crop_size, 2}};
  for (const auto& crop : options.small_crops) ++views[crop.size];
  return views;
}

// A block has at most three outputs of its width at once: its input, what it makes of it, and the
// shortcut. Before the first, the stem has its own and what the max-pool makes of it.
double forward(const RunOptions& options, int64_t batch) {
  const auto size = network(options);
  const double image = std::max(size.largest + size.pooled, 3 * size.widest);
  return static_cast<double>(batch) * image * kFloat;
}

double frozen_forward(const RunOptions& options, int64_t batch) {
  return forward(options, std::min(batch, piece_of(options.crop_size)));
}

// What backward() goes by: each convolution's output, and what batch norm and ReLU make of it.
double kept_of_image(const NetworkSize& size, Precision precision) {
  return element(precision) * 2 * size.outputs + (kIndex + element(precision)) * size.pooled;
}

// Parameters of projector, predictor and prototypes, and what their layers put out for one image.
struct Heads {
  double projector = 0, predictor = 0, prototypes = 0, outputs = 0;
};

Heads heads(const MethodOptions& method) {
  const auto width = static_cast<double>(feature_dim(method.arch));
  const auto dim = static_cast<double>(method.dim), pred = static_cast<double>(method.pred_dim);
  const auto hidden = method.proj_hidden_dim ? static_cast<double>(method.proj_hidden_dim) : width;
  const auto& row = row_of(method.name);
  const auto between =
      static_cast<double>(row.projector_layers - 2);  // hidden layers but the first
  Heads out;
  out.projector = width * hidden + between * hidden * hidden + hidden * dim;
  out.outputs = (1 + between) * hidden + dim;
  if (row.prototypes) {
    const auto count = static_cast<double>(method.prototypes);
    out.prototypes = dim * count;
    out.outputs += 3 * count;  // logits, their logarithms, the target
  }
  if (method.filter || !row.predictor) return out;
  out.predictor = 2 * dim * pred;
  out.outputs += pred + dim;
  return out;
}

// Where everything is on one machine's memory, it is the host's.
MemoryNeed on(bool cuda, double host, double device) {
  if (!cuda) return {kProgram + host + device, 0};
  return {kProgram + host, kContext + device};
}

}  // namespace

MemoryNeed memory_need(const PretrainOptions& options, int64_t batch, Precision precision,
                       bool cuda) {
  const auto head = heads(options.method);
  const double backbone = network(options).parameters;
  const double trained = backbone + head.projector + head.predictor + head.prototypes;
  const double averaged =
      row_of(options.method.name).momentum ? backbone + head.projector + head.prototypes : 0;

  // With gradients and the optimizer's momentum; a saved copy has no gradients.
  const double weights = kFloat * ((2 + options.moments()) * trained + averaged);
  const double saved = kFloat * ((1 + options.moments()) * trained + averaged);
  const double cast = precision == Precision::fp32 ? 0 : element(precision) * (trained + averaged);

  const auto images = static_cast<double>(batch);
  double image = 0, kept = 0, working = 0;  // elements of its views; of a pass, views of one size
  for (const auto& [side, views] : views_by_size(options)) {
    const auto size = network(options, side);
    const double each = kept_of_image(size, precision) + element(precision) * 2 * head.outputs;
    image += views * pixels(side);
    kept += views * images * each;
    working = std::max(working, views * images * size.largest * 3 * kFloat);
  }

  const auto side = static_cast<double>(std::min(batch, compared_features(options.method)));
  const double spectral = 6 * 8 * side * side;  // of the filter and the rank monitor, in float64

  double loaders = ring(batch, image);
  const bool evaluates = options.online_classifier || options.knn_every > 0;
  if (evaluates) loaders += ring(options.val_batch_size, pixels(options));
  const double input = cuda ? images * image * kFloat : 0;
  return on(cuda, loaders + saved, weights + cast + kept + working + spectral + input);
}

MemoryNeed memory_need(const LinclsOptions& options, int64_t batch, Precision /*precision*/,
                       bool cuda) {
  const double backbone = network(options).parameters;
  // As loaded, folded, and kept for the check after the first epoch; and a saved copy.
  const double weights = kFloat * 2 * backbone, copies = kFloat * 2 * backbone;
  const double working = frozen_forward(options, std::max(batch, options.val_batch_size));
  const double input = cuda ? static_cast<double>(batch) * pixels(options) * kFloat : 0;
  const double loaders = ring(options.val_batch_size, pixels(options)) +
                         (options.evaluate ? 0 : ring(batch, pixels(options)));
  return on(cuda, loaders + copies, weights + working + input);
}

MemoryNeed memory_need(const FinetuneOptions& options, int64_t batch, Precision precision,
                       bool cuda) {
  const auto size = network(options);
  const double weights = kFloat * (2 + options.moments()) * size.parameters;
  const double saved = kFloat * (1 + options.moments()) * size.parameters;
  const double cast = precision == Precision::fp32 ? 0 : element(precision) * size.parameters;
  const auto images = static_cast<double>(batch);
  const double training = images * (kept_of_image(size, precision) + size.largest * 3 * kFloat);
  const double working = std::max(training, forward(options, options.val_batch_size));
  const double input = cuda ? images * pixels(options) * kFloat : 0;
  const double loaders = ring(batch + options.val_batch_size, pixels(options));
  return on(cuda, loaders + saved, weights + cast + working + input);
}

}  // namespace rdm
