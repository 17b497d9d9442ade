#include "base/event.h"

#include "base/printable.h"

namespace rdm {
namespace {

Plain plain(const Meter& meter) {
  return Plain::Dict{{"value", meter.value}, {"average", meter.average}};
}

Plain plain(const StartEvent& event) {
  Plain::Dict out{{"type", "start"}, {"command", event.command}};
  out.insert(out.end(), event.details.begin(), event.details.end());
  return out;
}

Plain::List names(const std::vector<std::string>& list) {
  Plain::List out;
  for (const auto& name : list) out.push_back(printable(name));
  return out;
}

Plain plain(const InitEvent& event) {
  return Plain::Dict{{"type", "init"},
                     {"weights", event.weights},
                     {"kind", event.kind},
                     {"taken", names(event.taken)},
                     {"left", names(event.left)}};
}

Plain plain(const Representation& found) {
  return Plain::Dict{{"images", found.images},
                     {"effectiveRank", found.effective_rank},
                     {"effectiveRankSquared", found.effective_rank_squared},
                     {"top1", found.top1 < 0 ? Plain() : Plain(found.top1)}};
}

Plain plain(const RepresentationEvent& event) {
  return Plain::Dict{{"type", "representation"},
                     {"epochs", event.epochs},
                     {"now", plain(event.now)},
                     {"start", plain(event.start)}};
}

Plain plain(const StepEvent& event) {
  Plain::Dict out{{"type", "step"},
                  {"phase", event.phase},
                  {"epoch", event.epoch},
                  {"step", event.step},
                  {"stepsPerEpoch", event.steps_per_epoch},
                  {"lr", event.lr},
                  {"imagesPerSecond", event.images_per_second},
                  {"batchSeconds", plain(event.batch_seconds)},
                  {"dataSeconds", plain(event.data_seconds)},
                  {"loss", plain(event.loss)}};
  if (event.has_accuracy) {
    out.emplace_back("top1", plain(event.top1));
    out.emplace_back("top5", plain(event.top5));
  }
  if (event.has_momentum_accuracy) out.emplace_back("momentumTop1", plain(event.momentum_top1));
  return out;
}

Plain plain(const BranchRank& branch) {
  return Plain::Dict{{"effectiveRank", branch.effective_rank},
                     {"effectiveRankSquared", branch.effective_rank_squared},
                     {"topSingularValues", Plain::List(branch.top_singular_values.begin(),
                                                       branch.top_singular_values.end())},
                     {"featureStd", branch.feature_std}};
}

Plain plain(const RankEvent& event) {
  return Plain::Dict{{"type", "rank"},
                     {"epoch", event.epoch},
                     {"step", event.step},
                     {"online", plain(event.online)},
                     {"target", plain(event.target)},
                     {"difference", event.target.effective_rank - event.online.effective_rank},
                     {"alignment", event.alignment}};
}

Plain plain(const EpochEvent& event) {
  return Plain::Dict{{"type", "epoch"},
                     {"epoch", event.epoch},
                     {"loss", event.loss},
                     {"seconds", event.seconds},
                     {"imagesPerSecond", event.images_per_second},
                     {"loaderSeconds", Plain::Dict{{"decode", event.decode_seconds},
                                                   {"augment", event.augment_seconds},
                                                   {"idle", event.idle_seconds}}}};
}

Plain plain(const EvaluationEvent& event) {
  return Plain::Dict{{"type", "evaluation"}, {"epoch", event.epoch}, {"images", event.images},
                     {"top1", event.top1},   {"top5", event.top5},   {"bestTop1", event.best_top1},
                     {"loss", event.loss}};
}

Plain plain(const KnnAccuracyEvent& event) {
  return Plain::Dict{{"type", "knn"},
                     {"epoch", event.epoch},
                     {"images", event.images},
                     {"k", event.k},
                     {"temperature", event.temperature},
                     {"top1", event.top1},
                     {"top5", event.top5}};
}

Plain plain(const ScoreEvent& event) {
  return Plain::Dict{
      {"type", "score"},         {"epoch", event.epoch},        {"images", event.images},
      {"rankMe", event.rank_me}, {"alphaReq", event.alpha_req}, {"lidar", event.lidar}};
}

Plain plain(const LensEvent& event) {
  Plain::Dict out{{"type", "lens"},
                  {"epoch", event.epoch},
                  {"images", event.images},
                  {"directions", Plain::List(event.directions.begin(), event.directions.end())}};
  const auto& described = *event.described.get_if<Plain::Dict>();
  out.insert(out.end(), described.begin(), described.end());
  return out;
}

Plain plain(const SanityCheckEvent& event) {
  return Plain::Dict{{"type", "sanity_check"}, {"checkpoint", event.checkpoint}};
}

Plain plain(const CheckpointEvent& event) {
  return Plain::Dict{
      {"type", "checkpoint"}, {"path", event.path}, {"epoch", event.epoch}, {"best", event.best}};
}

Plain plain(const WarningEvent& event) {
  return Plain::Dict{
      {"type", "warning"}, {"code", event.code}, {"message", printable(event.message)}};
}

Plain plain(const ProgressEvent& event) {
  return Plain::Dict{{"type", "progress"}, {"done", event.done}, {"total", event.total}};
}

}  // namespace

Plain to_plain(const Event& event) {
  return std::visit([](const auto& concrete) { return plain(concrete); }, event);
}

}  // namespace rdm
