#include "run/setup.h"

#include <torch/torch.h>
#include <torch/version.h>

#include "data/datasets/places.h"
#include "device/device.h"
#include "device/loading.h"

namespace rdm {

Setup set_up(const char* command, const RunOptions& options, const Sink& sink, std::stop_token stop,
             Group* group) {
  const auto device = choose_device(options);
  auto resumed = load_resumed(command, options, sink);
  const uint64_t seed = seed_everything(chosen_seed(options, resumed), group);
  make_deterministic(options.seed.has_value());  // also a run that goes on only if it is asked to
  return {command, options, sink, std::move(stop), group, device, std::move(resumed), seed};
}

void announce(const Setup& setup, Position start, int64_t steps, const Dataset* train,
              const Dataset* val, Plain::Dict own) {
  const auto& options = setup.options;
  const auto images = [](const Dataset* dataset) { return dataset ? dataset->size() : int64_t{0}; };
  Plain::Dict details{{"arch", options.arch},
                      {"device", setup.device.str()},
                      {"precision", name_of(options.precision)},
                      {"classes", static_cast<int64_t>((train ? train : val)->classes.size())},
                      {"places", sources_of(train ? *train : *val)},
                      {"trainImages", images(train)},
                      {"valImages", images(val)},
                      {"stepsPerEpoch", steps},
                      {"epochs", options.epochs},
                      {"startEpoch", start.epoch},
                      {"startStep", start.step},
                      {"resumed", setup.resumed ? Plain(setup.resumed->path) : Plain()},
                      {"batchSize", options.global_batch()},
                      {"processes", setup.group ? setup.group->size() : 1},
                      {"seed", static_cast<int64_t>(setup.seed)},
                      {"threads", torch::get_num_threads()},
                      {"libtorch", TORCH_VERSION}};
  const auto& shown = train ? *train : *val;
  if (const auto statistics = statistics_for(options, shown);
      statistics != statistics_of(options.dataset, shown)) {
    details.emplace_back("statistics", to_plain(statistics));
  }
  details.insert(details.end(), own.begin(), own.end());
  setup.sink(StartEvent{setup.command, std::move(details)});
  for (const auto* dataset : {train, val}) {
    if (!dataset) continue;
    for (const auto& note : notes_of(*dataset)) setup.sink(WarningEvent{"shards", note});
  }
}

}  // namespace rdm
