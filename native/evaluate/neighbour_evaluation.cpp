#include "evaluate/neighbour_evaluation.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "device/loading.h"
#include "evaluate/features.h"
#include "run/bad_images.h"

namespace rdm {

NeighbourEvaluation::NeighbourEvaluation(const DataOptions& options, Precision precision,
                                         Dataset train, torch::Device device, Group* group)
    : options_(options),
      precision_(precision),
      device_(device),
      group_(group),
      train_(evaluation_loader(options, std::move(train), device, group)),
      val_(evaluation_loader(options, open_validation(options), device, group)) {
  same_classes(train_.dataset(), val_.dataset());
}

std::optional<std::vector<Accuracy>> NeighbourEvaluation::run(
    const std::function<torch::Tensor(const torch::Tensor&)>& network,
    const std::vector<KnnVote>& votes, const std::function<void(int64_t)>& progress,
    const std::stop_token& stop) {
  int64_t done = 0;
  const int64_t ranks = group_ ? group_->size() : 1;
  const auto more = [&](int64_t images) {  // the others are about as far
    done = std::min(done + images * ranks, train_images() + val_images());
    progress(done);
    if (group_) group_->check();
  };
  const auto features_of = [&](Loader& loader) -> std::optional<LabelledFeatures> {
    const auto one = [&](const torch::Tensor& images) { return std::vector{network(images)}; };
    auto made = collect_features(loader, device_, precision_, one, more, stop);
    if (!made) return std::nullopt;
    return LabelledFeatures{made->matrices.front(), made->labels};
  };
  const auto known = features_of(train_);
  const auto asked = known ? features_of(val_) : std::nullopt;
  if (group_ ? group_->any(!asked) : !asked) return std::nullopt;
  const auto classes = static_cast<int64_t>(train_.dataset().classes.size());
  return classify_by_neighbours(*known, gather_features(*asked, group_), classes, votes, group_);
}

void NeighbourEvaluation::report_bad_images(const Sink& sink) {
  rdm::report_bad_images(train_, "train", options_.output, sink, bad_train_images_, group_);
  rdm::report_bad_images(val_, "val", options_.output, sink, bad_val_images_, group_);
}

}  // namespace rdm
