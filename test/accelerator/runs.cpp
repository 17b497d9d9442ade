#include "runs.h"

#include <filesystem>

#include "check.h"
#include "data/datasets/synthetic.h"
#include "data/scratch.h"
#include "evaluate/knn.h"
#include "every_run.h"
#include "simulated.h"
#include "supervised/finetune.h"
#include "supervised/lincls.h"
#include "tools/hash_tensors.h"
#include "train/pretrain.h"

namespace rdm::test {
namespace {

constexpr int64_t kSize = 32;

const std::filesystem::path& folder() {
  static const Scratch scratch;
  return scratch.path;
}

std::string fresh_folder() {
  static int count = 0;
  return (folder() / ("run" + std::to_string(count++))).string();
}

void fill(DataOptions& options) {
  options.data = {images()};
  options.workers = 2;
  options.crop_size = kSize;
  options.max_image_pixels = 1 << 20;
  options.val_batch_size = 8;
  options.val_resize = kSize;
}

void fill(RunOptions& options) {
  fill(static_cast<DataOptions&>(options));
  options.record = Plain::Dict{{"seed", Plain()}, {"data", images()}};
  options.arch = "resnet18";
  options.epochs = 1;
  options.batch_size = 8;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.seed = 1;
  options.print_freq = 100;
}

Sink collect(Outcome& outcome) {
  return [&outcome](const Event& event) {
    if (const auto* step = std::get_if<StepEvent>(&event)) {
      outcome.losses.push_back(step->loss.value);
    } else if (const auto* epoch = std::get_if<EpochEvent>(&event)) {
      outcome.losses.push_back(epoch->loss);
    } else if (const auto* evaluation = std::get_if<EvaluationEvent>(&event)) {
      outcome.losses.push_back(evaluation->loss);
      outcome.scores.push_back(evaluation->top1);
    } else if (const auto* rank = std::get_if<RankEvent>(&event)) {
      outcome.scores.push_back(rank->online.effective_rank);
      outcome.scores.push_back(rank->target.effective_rank);
    } else if (const auto* knn = std::get_if<KnnAccuracyEvent>(&event)) {
      outcome.scores.push_back(knn->top1);
    }
  };
}

template <typename Options, typename Work>
Outcome run_and_hash(const Options& options, Place place, Work work) {
  Outcome outcome;
  const auto summary = run_with(options, place, work, collect(outcome));
  outcome.checkpoint = summary.checkpoint;
  outcome.weights = to_text(hash_tensors(summary.checkpoint));
  simulated::set_laziness(0);
  return outcome;
}

}  // namespace

void prepare(DataOptions& data, NetworkOptions& network, Place place) {
  data.output = fresh_folder();
  network.device = place.device < 0 ? "cpu" : "auto";
  if (place.device >= 0) network.gpu = place.device;
  simulated::set_laziness(place.laziness);
  // As a thread begins: on a device that may not be the one asked for.
  c10::impl::VirtualGuardImpl(c10::kPrivateUse1).setDevice(simulated::device(0));
}

const std::vector<Place>& simulated_places() {
  static const std::vector<Place> few{{0, 0}, {1, simulated::kNever}};
  static const std::vector<Place> all{{0, 0}, {1, simulated::kNever}, {1, 2}};
  return every_run() ? all : few;
}

const std::string& images() {
  static const std::string made = [] {
    const auto path = (folder() / "images").string();
    synthesize(path, {.train_per_class = 4, .val_per_class = 2, .size = kSize});
    return path;
  }();
  return made;
}

PretrainOptions small_pretraining() {
  PretrainOptions options;
  fill(options);
  options.method.arch = options.arch;
  options.method.dim = 16;
  options.method.proj_hidden_dim = 24;
  options.method.pred_dim = 8;
  for (auto& view : options.views) view.size = kSize;
  options.weight_decay = 1e-4;
  options.rank_every = 100;
  options.classifier_lr = 0.1;
  return options;
}

LinclsOptions small_lincls(const std::string& pretrained) {
  LinclsOptions options;
  fill(options);
  options.lr = 1;
  options.pretrained = pretrained;
  return options;
}

FinetuneOptions small_finetune(const std::string& checkpoint) {
  FinetuneOptions options;
  fill(options);
  options.checkpoint = checkpoint;
  options.from_scratch = checkpoint.empty();
  options.backbone_lr_factor = 0.5;
  options.label_smoothing = 0.1;
  return options;
}

KnnOptions small_knn(const std::string& pretrained) {
  KnnOptions options;
  fill(options);
  options.record = Plain::Dict{};
  options.arch = "resnet18";
  options.pretrained = pretrained;
  options.votes = {{.k = 5}, {.k = 5, .distance = Distance::euclidean}};
  return options;
}

Outcome run(PretrainOptions options, Place place) {
  return run_and_hash(options, place, pretrain);
}

Outcome run(LinclsOptions options, Place place) {
  return run_and_hash(options, place, lincls);
}

Outcome run(FinetuneOptions options, Place place) {
  return run_and_hash(options, place, finetune);
}

Outcome run(KnnOptions options, Place place) {
  prepare(options, options, place);
  Outcome outcome;
  const auto result = knn(options, [](const Event&) {}, {});
  for (const auto& vote : *result.find("results")->get_if<Plain::List>()) {
    outcome.scores.push_back(*vote.find("top1")->get_if<double>());
  }
  simulated::set_laziness(0);
  return outcome;
}

void check_alike(const Outcome& cpu, const Outcome& device, double rounding) {
  REQUIRE(cpu.losses.size() == device.losses.size());
  for (size_t i = 0; i < cpu.losses.size(); ++i) {
    CHECK(device.losses[i] == doctest::Approx(cpu.losses[i]).epsilon(rounding));
  }
  REQUIRE(cpu.scores.size() == device.scores.size());
  for (size_t i = 0; i < cpu.scores.size(); ++i) {
    CHECK(device.scores[i] == doctest::Approx(cpu.scores[i]).epsilon(1e-4));
  }
}

void check_equal(const Outcome& first, const Outcome& other) {
  CHECK(first.losses == other.losses);
  CHECK(first.scores == other.scores);
  CHECK(first.weights == other.weights);
}

}  // namespace rdm::test
