#include "evaluate/predict.h"

#include <torch/torch.h>

#include <algorithm>

#include "base/error.h"
#include "checkpoint/names.h"
#include "data/datasets/places.h"
#include "device/device.h"
#include "device/loading.h"
#include "evaluate/features.h"
#include "models/weights.h"
#include "run/bad_images.h"

namespace rdm {
namespace {

// (F) to (C).
torch::nn::Linear classifier_of(const PredictOptions& options, torch::Device device) {
  const auto backbone = load_backbone(options.pretrained, options.arch);
  const auto& held = backbone.classifier;
  const auto weight = std::find_if(held.begin(), held.end(), [&](const auto& item) {
    return item.first == backbone.head + ".weight";
  });
  if (weight == held.end()) {
    throw Error(Code::bad_checkpoint, options.pretrained + " holds a backbone without a classifier",
                "train one: rdm probe " + options.pretrained + " --save FILE, or rdm lincls");
  }
  torch::nn::Linear classifier(weight->second.size(1), weight->second.size(0));
  load_state_dict(*classifier, held, backbone.head + ".", options.pretrained);
  classifier->to(device);
  return classifier;
}

}  // namespace

Plain predict(const PredictOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options);
  const torch::NoGradGuard no_grad;
  auto classifier = classifier_of(options, device);
  auto loader = evaluation_loader(options, open_looked_at(options), device, /*group=*/nullptr);
  const auto& dataset = loader.dataset();
  FrozenNetworks networks(options, options.pretrained, Branch::online, device, /*group=*/nullptr);
  const int64_t images = dataset.size(), outputs = classifier->weight.size(0);
  const int64_t top = std::min(options.top, outputs);
  Plain::List classes;
  Plain::Floats probabilities;
  int64_t done = 0;
  const auto work = [&](const DeviceBatch& batch) {
    const auto features = networks.backbone(batch.views[0]).to(torch::kFloat32);
    check_finite(features);
    const auto [likely, index] = classifier->forward(features).softmax(1).topk(top, 1);
    const auto shares = likely.to(torch::kFloat32).cpu().contiguous(),
               which = index.cpu().contiguous();
    const auto* share = shares.const_data_ptr<float>();
    const auto* number = which.const_data_ptr<int64_t>();
    probabilities.insert(probabilities.end(), share, share + shares.numel());
    for (size_t i = 0; i < batch.images.size(); ++i) {
      // The loader has put another image in the place of one that it could not read.
      const bool read = batch.images[i] == done + static_cast<int64_t>(i);
      for (int64_t k = 0; k < top; ++k) {
        classes.emplace_back(read ? number[static_cast<int64_t>(i) * top + k] : int64_t{-1});
      }
    }
    done += static_cast<int64_t>(batch.images.size());
    sink(ProgressEvent{done, images});
  };
  const bool all = each_batch(loader, device, options.precision, /*first_step=*/0, stop, work);
  size_t reported = 0;
  report_bad_images(loader, "val", options.output, sink, reported, /*group=*/nullptr,
                    "and have no prediction");
  Plain::List paths;
  for (const auto& sample : dataset.samples) paths.emplace_back(sample.path);
  return Plain::Dict{{"stopped", !all},
                     {"images", images},
                     {"places", sources_of(dataset)},
                     {"paths", std::move(paths)},
                     {"outputs", outputs},
                     {"top", top},
                     {"classes", std::move(classes)},
                     {"probabilities", std::move(probabilities)}};
}

}  // namespace rdm
