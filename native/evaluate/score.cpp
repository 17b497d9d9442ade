#include "evaluate/score.h"

#include <torch/torch.h>

#include "data/datasets/places.h"
#include "device/device.h"
#include "device/loading.h"
#include "evaluate/features.h"
#include "evaluate/score_monitor.h"

namespace rdm {

Plain score(const ScoreOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options);
  const auto held_out = open_looked_at(options);
  ScoreMonitor monitor(options, options.precision, held_out, options.scored, device,
                       /*group=*/nullptr);
  FrozenNetworks networks(options, options.pretrained, options.branch, device, /*group=*/nullptr);
  networks.require(options.features);
  const auto network = [&](const torch::Tensor& images) {
    return networks.features(images, options.features);
  };
  int64_t done = 0;
  const auto progress = [&](int64_t more) { sink(ProgressEvent{done += more, monitor.views()}); };
  const auto found = monitor.run(network, progress, stop);
  monitor.report_bad_images(sink);
  const auto scores = found.value_or(Scores{});
  return Plain::Dict{
      {"stopped", !found},        {"images", monitor.images()},   {"places", sources_of(held_out)},
      {"rankMe", scores.rank_me}, {"alphaReq", scores.alpha_req}, {"lidar", scores.lidar}};
}

}  // namespace rdm
