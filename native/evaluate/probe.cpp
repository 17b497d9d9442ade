#include "evaluate/probe.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/version.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "device/device.h"
#include "device/loading.h"
#include "device/thumbnails.h"
#include "evaluate/features.h"
#include "judging/linear_fit.h"
#include "judging/mistakes.h"
#include "run/bad_images.h"

namespace rdm {
namespace {

Plain::List names(const Dataset& dataset) {
  return {dataset.classes.begin(), dataset.classes.end()};
}

// As rdm lincls leaves one, with the names of the classes.
void save(const ProbeOptions& options, const Dataset& train, const LinearFit& fit) {
  auto backbone = load_backbone(options.pretrained, options.arch, options.branch);
  Checkpoint checkpoint;
  checkpoint.arch = options.arch;
  checkpoint.state_dict = std::move(backbone.weights);
  const auto put = [&](const std::string& name, const torch::Tensor& tensor) {
    checkpoint.state_dict.emplace_back(name, tensor.to(torch::kFloat32).cpu().contiguous());
  };
  put(backbone.head + ".weight", fit.model.weight);
  put(backbone.head + ".bias", fit.model.bias);
  Plain::Dict record{
      {"command", "probe"},         {"version", version()},
      {"libtorch", TORCH_VERSION},  {"statistics", to_plain(statistics_for(options, train))},
      {"classNames", names(train)}, {"strength", fit.strength}};
  for (const auto& [key, value] : *options.record.get_if<Plain::Dict>()) {
    if (key != "process") record.emplace_back(key, value);
  }
  checkpoint.rdm = std::move(record);
  save_checkpoint(options.save, checkpoint);
}

Plain::List plain(const std::vector<Tried>& tried) {
  Plain::List out;
  for (const auto& [strength, loss, top1] : tried) {
    out.push_back(Plain::Dict{{"strength", strength}, {"loss", loss}, {"top1", top1}});
  }
  return out;
}

Plain::List plain(const std::vector<Mistake>& mistakes, const Dataset& dataset,
                  const torch::Tensor& confidence) {
  Plain::List out;
  for (const auto& mistake : mistakes) {
    Plain::List images;
    for (const int64_t image : mistake.images) {
      images.push_back(Plain::Dict{{"path", dataset.samples[image].path},
                                   {"confidence", confidence[image].item<double>()}});
    }
    out.push_back(Plain::Dict{{"label", mistake.label},
                              {"predicted", mistake.predicted},
                              {"count", mistake.count},
                              {"images", std::move(images)}});
  }
  return out;
}

// The images of the mistakes, in their order, as the network saw them.
Plain pictures(const ProbeOptions& options, const Dataset& val,
               const std::vector<Mistake>& mistakes, torch::Device device) {
  std::vector<int64_t> shown;
  for (const auto& mistake : mistakes) {
    shown.insert(shown.end(), mistake.images.begin(), mistake.images.end());
  }
  if (options.thumbnail == 0 || shown.empty()) return {};
  auto sorted = shown;
  std::sort(sorted.begin(), sorted.end());  // an image is mistaken once
  auto some = val;
  keep(some, sorted);
  auto loader = evaluation_loader(options, std::move(some), device, /*group=*/nullptr);
  const auto statistics = statistics_for(options, val);
  std::vector<torch::Tensor> parts;
  each_batch(loader, device, Precision::fp32, /*first_step=*/0, {}, [&](const DeviceBatch& batch) {
    parts.push_back(shrink(batch.views[0], statistics, options.thumbnail));
  });
  std::vector<int64_t> places;
  for (const int64_t image : shown) {
    places.push_back(std::lower_bound(sorted.begin(), sorted.end(), image) - sorted.begin());
  }
  const auto tiles = torch::cat(parts).index_select(0, torch::tensor(places, torch::kInt64));
  return jpeg_of_tiles(tiles, options.thumbnail);
}

Plain::List counts(const torch::Tensor& confusion) {
  const auto host = confusion.cpu().contiguous();
  const auto* begin = host.const_data_ptr<int64_t>();
  return Plain::List(begin, begin + host.numel());
}

}  // namespace

Plain probe(const ProbeOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options);
  auto train = evaluation_loader(options, open_labelled(options, options.few_labels, "rdm probe"),
                                 device, /*group=*/nullptr);
  auto val = evaluation_loader(options, open_validation(options), device, /*group=*/nullptr);
  require_labels(val.dataset(), "rdm probe");
  same_classes(train.dataset(), val.dataset());
  const int64_t train_images = train.dataset().size(), val_images = val.dataset().size();
  const auto classes = static_cast<int64_t>(train.dataset().classes.size());
  Plain::Dict out{{"trainImages", train_images},
                  {"valImages", val_images},
                  {"places", sources_of(train.dataset())},
                  {"classes", names(train.dataset())}};
  const auto stopped = [&] {
    out.emplace_back("stopped", true);
    out.emplace_back("result", Plain());
    return out;
  };

  FrozenNetworks networks(options, options.pretrained, options.branch, device, /*group=*/nullptr);
  networks.require(options.features);
  int64_t done = 0;
  const auto features_of = [&](Loader& loader) {
    return collect_features(
        loader, device, options.precision,
        [&](const torch::Tensor& images) {
          return std::vector{networks.features(images, options.features)};
        },
        [&](int64_t more) { sink(ProgressEvent{done += more, train_images + val_images}); }, stop);
  };
  auto known = features_of(train);
  const auto asked = known ? features_of(val) : std::nullopt;
  size_t bad_train = 0, bad_val = 0;
  report_bad_images(train, "train", options.output, sink, bad_train, /*group=*/nullptr);
  report_bad_images(val, "val", options.output, sink, bad_val, /*group=*/nullptr);
  if (!asked) return stopped();

  const torch::NoGradGuard no_grad;
  auto features = std::exchange(known->matrices, {}).front();
  const auto fit = fit_linear(
      std::move(features), std::exchange(known->labels, {}), classes,
      static_cast<uint64_t>(options.seed), [](int64_t) {}, stop);
  if (stop.stop_requested()) return stopped();
  const auto found = judge(fit.model.logits(asked->matrices.front()), asked->labels);
  const auto mistakes = commonest_mistakes(found, asked->labels);
  if (!options.save.empty()) save(options, train.dataset(), fit);
  Plain::Dict result{{"strength", fit.strength},
                     {"tried", plain(fit.tried)},
                     {"top1", found.top1},
                     {"top5", found.top5},
                     {"meanPerClass", found.mean_per_class},
                     {"loss", found.loss},
                     {"calibrationError", found.calibration_error},
                     {"confusion", counts(found.confusion)},
                     {"mistakes", plain(mistakes, val.dataset(), found.confidence)},
                     {"thumbnails", pictures(options, val.dataset(), mistakes, device)}};
  out.emplace_back("stopped", false);
  out.emplace_back("result", std::move(result));
  return out;
}

}  // namespace rdm
