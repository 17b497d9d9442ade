// Fine-tuning: the whole network by torch's own SGD, batch norms that stay, what a checkpoint
// brings.
#include "supervised/fine_tuner.h"

#include <torch/torch.h>

#include "base/error.h"
#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "models/linear_probe.h"
#include "models/resnet.h"
#include "models/vit.h"
#include "models/weights.h"
#include "train/random_batch.h"

using namespace rdm;
using namespace rdm::test;

namespace {

FinetuneOptions from_scratch() {
  FinetuneOptions options;
  options.arch = "resnet18";
  options.from_scratch = true;
  options.epochs = 4;
  options.batch_size = 8;
  options.crop_size = 32;
  options.lr = 0.1;
  options.momentum = 0.9;
  options.weight_decay = 1e-3;
  return options;
}

FineTuner tuner(const FinetuneOptions& options) {
  torch::manual_seed(1);
  FineTuner learner(options, /*classes=*/3, /*batches=*/4, torch::kCPU, /*group=*/nullptr);
  learner.begin();
  return learner;
}

StateDict copied(Learner& learner) {
  Checkpoint checkpoint;
  learner.save(checkpoint);
  for (auto& [name, tensor] : checkpoint.state_dict) tensor = tensor.clone();
  return checkpoint.state_dict;
}

bool of_batch_norm(const std::string& name) {
  return contains(name, "bn") || contains(name, "downsample.1");
}

// The mean of (1 − ε) of what the label costs and ε of what all classes cost on average.
torch::Tensor smoothed_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                            double share) {
  const auto costs = -logits.log_softmax(1);
  const auto own = costs.gather(1, labels.unsqueeze(1)).squeeze(1);
  return ((1 - share) * own + share * costs.mean(1)).mean();
}

// torch's own optimiser of these options, for the backbone at its rate and for the classifier.
std::unique_ptr<torch::optim::Optimizer> optimiser_of(const FinetuneOptions& options, double lr,
                                                      std::vector<torch::Tensor> backbone,
                                                      std::vector<torch::Tensor> classifier) {
  const double below = lr * options.backbone_lr_factor;
  using Group = torch::optim::OptimizerParamGroup;
  std::vector<Group> groups;
  if (options.adamw) {
    using Settings = torch::optim::AdamWOptions;
    for (const auto& [parameters, rate] : {std::pair(backbone, below), std::pair(classifier, lr)}) {
      for (const auto& parameter : parameters) {
        const double decay = parameter.dim() > 1 ? options.weight_decay : 0;
        groups.emplace_back(std::vector<torch::Tensor>{parameter},
                            std::make_unique<Settings>(Settings(rate).weight_decay(decay)));
      }
    }
    return std::make_unique<torch::optim::AdamW>(groups, Settings(lr));
  }
  const auto settings = [&](double rate) {
    return torch::optim::SGDOptions(rate).momentum(0.9).weight_decay(options.weight_decay);
  };
  using Settings = torch::optim::SGDOptions;
  groups.emplace_back(backbone, std::make_unique<Settings>(settings(below)));
  groups.emplace_back(classifier, std::make_unique<Settings>(settings(lr)));
  return std::make_unique<torch::optim::SGD>(groups, settings(lr));
}

// Some steps by torch's optimiser from the same weights, held against the learner's.
void check_steps(const FinetuneOptions& options) {
  auto learner = tuner(options);
  torch::manual_seed(1);
  auto network = classifying_network({.arch = "resnet18"}, /*classes=*/3);
  to_channels_last(*network);
  network->train(!options.freeze_bn);
  StateDict first = state_dict(*network);
  for (auto& [name, tensor] : first) tensor = tensor.clone();
  std::vector<torch::Tensor> backbone;
  for (const auto& item : network->named_parameters()) {
    const bool stays = options.freeze_bn && of_batch_norm(item.key());
    if (!item.key().starts_with("fc.") && !stays) backbone.push_back(item.value());
  }
  const double lr = options.lr * 8 / 256;
  const auto theirs = optimiser_of(options, lr, backbone, network->classifier()->parameters());
  torch::manual_seed(2);
  for (int64_t step = 0; step < 3; ++step) {
    const auto batch = random_batch();
    const auto result = learner.step(batch, {0, step});
    network->zero_grad();
    const auto loss =
        smoothed_loss(network->forward(batch.views[0]), batch.labels, options.label_smoothing);
    loss.backward();
    theirs->step();
    CHECK(result.loss.item<double>() == doctest::Approx(loss.item<double>()).epsilon(1e-5));
    CHECK(result.lr == lr);
  }
  // By how much each tensor has moved; float32's rounding grows some tenfold with each step.
  const auto found = copied(learner), expected = state_dict(*network);
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].first);
    const auto moved = (expected[i].second - first[i].second).to(torch::kFloat64);
    const auto away = (found[i].second - expected[i].second).to(torch::kFloat64);
    CHECK(away.norm().item<double>() <= 1e-3 * moved.norm().item<double>());
  }
}

}  // namespace

TEST_CASE("the whole network moves as torch's SGD moves it, the backbone at its own rate") {
  check_steps(from_scratch());
  auto options = from_scratch();
  options.backbone_lr_factor = 0.1;
  options.label_smoothing = 0.2;
  check_steps(options);
}

TEST_CASE("with AdamW it moves as torch's AdamW moves it") {
  auto options = from_scratch();
  options.adamw = true;
  options.lr = 0.01;
  options.weight_decay = 0.05;
  options.backbone_lr_factor = 0.1;
  check_steps(options);
}

TEST_CASE("frozen batch norms normalise by what they know, and nothing of them moves") {
  auto options = from_scratch();
  options.freeze_bn = true;
  check_steps(options);
  for (const auto precision : {Precision::fp32, Precision::bf16}) {
    options.precision = precision;
    auto learner = tuner(options);
    const auto before = copied(learner);
    learner.step(random_batch(), {0, 0});
    learner.train(false);  // an evaluation
    learner.train(true);
    learner.step(random_batch(), {0, 1});
    const auto after = copied(learner);
    for (size_t i = 0; i < before.size(); ++i) {
      CAPTURE(before[i].first);
      CHECK(after[i].second.equal(before[i].second) == of_batch_norm(before[i].first));
      CHECK(after[i].second.isfinite().all().item<bool>());
    }
  }
}

TEST_CASE("a tuner goes on from its checkpoint bit for bit") {
  const auto options = from_scratch();
  auto straight = tuner(options), stopped = tuner(options);
  torch::manual_seed(3);
  const auto first = random_batch(), second = random_batch();
  straight.step(first, {0, 0});
  stopped.step(first, {0, 0});
  const ScratchFolder folder;
  const auto path = folder.file("half.pth.tar");
  Checkpoint half;
  stopped.save(half);
  save_checkpoint(path, half);
  torch::manual_seed(9);
  FineTuner resumed(options, 3, 4, torch::kCPU, nullptr);
  resumed.load(load_checkpoint(path), path);
  resumed.begin();
  straight.step(second, {0, 1});
  resumed.step(second, {0, 1});
  const auto a = copied(straight), b = copied(resumed);
  for (size_t i = 0; i < a.size(); ++i) CHECK(a[i].second.equal(b[i].second));
}

TEST_CASE("a tuner takes the backbone of a file, and draws its classifier") {
  const ScratchFolder folder;
  const auto path = folder.file("weights.pth");
  torch::manual_seed(5);
  const auto held =
      state_dict(*ResNet(find_architecture("resnet18"), ResNetOptions{.num_classes = 7}));
  save_state_dict(path, held);
  auto options = from_scratch();
  options.from_scratch = false;
  options.checkpoint = path;
  auto learner = tuner(options);
  for (const auto& [name, tensor] : copied(learner)) {
    const auto found =
        std::ranges::find(held, name, [](const auto& pair) { return pair.first; })->second;
    if (name.starts_with("fc.")) {
      CHECK(tensor.size(0) == 3);
    } else {
      CHECK(tensor.equal(found));
    }
  }
  options.stem.kind = Stem::Kind::cifar;
  const auto error = error_of([&] { tuner(options); });
  REQUIRE(error);
  CHECK(contains(error->what(), ": its first layers are not the cifar stem"));
  CHECK(error->hint == "say --stem imagenet");
}

TEST_CASE("a tuner resizes a Vision Transformer's positions, and refuses patches of another size") {
  const ScratchFolder folder;
  const auto path = folder.file("weights.pth");
  torch::manual_seed(5);
  auto held = state_dict(*make_network({.arch = "vit_tiny", .image_size = 64}, 7));
  save_state_dict(path, held);
  auto options = from_scratch();
  options.from_scratch = false;
  options.checkpoint = path;
  options.arch = "vit_tiny";
  options.image_size = 32;
  auto learner = tuner(options);
  const auto name = [](const auto& pair) { return pair.first; };
  for (const auto& [key, tensor] : copied(learner)) {
    CAPTURE(key);
    const auto& there = std::ranges::find(held, key, name)->second;
    if (key == "pos_embed") {
      CHECK(tensor.equal(resized_positions(there, 2, 2)));
    } else if (!key.starts_with("head.")) {
      CHECK(tensor.equal(there));
    }
  }
  const auto loss = learner.step(random_batch(), {0, 0}).loss;
  CHECK(std::isfinite(loss.item<double>()));
  options.patch_size = 8;
  const auto error = error_of([&] { tuner(options); });
  REQUIRE(error);
  CHECK(error->code == Code::bad_checkpoint);
  CHECK(error->what() == "cannot begin with " + path + ": its patches are of 16 pixels, not of 8");
  CHECK(error->hint == "say --patch-size 16");
}
