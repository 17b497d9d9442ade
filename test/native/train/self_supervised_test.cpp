// Pretraining: the classifier beside the method, and gradients added over batches.
#include "train/self_supervised.h"

#include <filesystem>

#include "base/error.h"
#include "check.h"
#include "checkpoint/checkpoint.h"
#include "train/random_batch.h"

using namespace rdm;
using test::random_batch;

namespace {

PretrainOptions small(MethodName name) {
  PretrainOptions options;
  options.arch = options.method.arch = "resnet18";
  options.method.name = name;
  options.method.dim = 16;
  options.method.proj_hidden_dim = 24;
  options.method.pred_dim = 8;
  options.method.prototypes = 12;
  options.method.queue_size = 20;
  options.epochs = 2;
  options.batch_size = 8;
  options.lr = 0.5;
  options.momentum = 0.9;
  options.classifier_lr = 0.1;
  return options;
}

StateDict state(Learner& learner) {
  Checkpoint checkpoint;
  learner.save(checkpoint);
  for (auto& [name, tensor] : checkpoint.state_dict) tensor = tensor.clone();
  return checkpoint.state_dict;
}

}  // namespace

TEST_CASE("the online classifier learns beside the method and does not move it") {
  for (const auto name : {MethodName::simsiam, MethodName::byol}) {
    auto options = small(name);
    torch::manual_seed(1);
    SelfSupervised alone(options, 3, 4, torch::kCPU, nullptr);
    options.online_classifier = true;
    options.momentum_classifier = name == MethodName::byol;
    torch::manual_seed(1);
    SelfSupervised beside(options, 3, 4, torch::kCPU, nullptr);
    for (int64_t step = 0; step < 2; ++step) {
      torch::manual_seed(step);
      const auto batch = random_batch();
      const auto first = alone.step(batch, {0, step}), second = beside.step(batch, {0, step});
      CHECK(!first.logits.defined());
      CHECK(second.logits.sizes() == torch::IntArrayRef({16, 3}));
      CHECK(second.momentum_logits.defined() == options.momentum_classifier);
      CHECK(first.loss.equal(second.loss));
    }
    std::map<std::string, torch::Tensor> with;
    for (const auto& [key, tensor] : state(beside)) with[key] = tensor;
    const auto without = state(alone);
    for (const auto& [key, tensor] : without) CHECK(with.at(key).equal(tensor));
    CHECK(with.size() == without.size() + (options.momentum_classifier ? 4 : 2));
    CHECK(with.contains("classifier.online.weight"));
  }
}

TEST_CASE("--accumulate: parameters move with every so many batches, by the mean gradient") {
  auto options = small(MethodName::simsiam);
  options.accumulate = 2;
  options.momentum = 0;
  torch::manual_seed(1);
  SelfSupervised twice(options, 3, 5, torch::kCPU, nullptr);
  CHECK(twice.steps_per_epoch() == 4);  // the fifth batch would be half an update
  options.accumulate = 1;
  options.batch_size = 16;
  torch::manual_seed(1);
  SelfSupervised once(options, 3, 2, torch::kCPU, nullptr);

  torch::manual_seed(2);
  const auto batch = random_batch();
  const auto name = std::string("encoder.conv1.weight");
  const auto weight = [&](Learner& learner) {
    for (const auto& [key, tensor] : state(learner)) {
      if (key == name) return tensor;
    }
    return torch::Tensor();
  };
  const auto before = weight(twice);
  twice.step(batch, {0, 0});
  CHECK(weight(twice).equal(before));
  CHECK(twice.steps_per_update() == 2);
  twice.step(batch, {0, 1});
  once.step(batch, {0, 0});
  CHECK(!weight(twice).equal(before));
  CHECK(torch::allclose(weight(twice), weight(once), 1e-4, 1e-6));
}

TEST_CASE("every method goes on from a checkpoint as if it had not stopped, with AdamW too") {
  for (const auto name :
       {MethodName::swav, MethodName::dino, MethodName::barlow, MethodName::vicreg}) {
    CAPTURE(static_cast<int>(name));
    auto options = small(name);
    options.adamw = name == MethodName::dino || name == MethodName::barlow;
    options.clip_grad = name == MethodName::dino ? 0.1 : 0;
    options.lr = 0.01;
    options.schedule.final_weight_decay = 0.4;
    options.online_classifier = true;
    torch::manual_seed(1);
    SelfSupervised first(options, 3, 2, torch::kCPU, nullptr);
    SelfSupervised second(options, 3, 2, torch::kCPU, nullptr);
    for (int64_t step = 0; step < 2; ++step) first.step(random_batch(), {0, step});
    Checkpoint checkpoint;
    first.save(checkpoint);
    const auto path = std::filesystem::temp_directory_path() / "rdm-methods-resume.pth.tar";
    save_checkpoint(path.string(), checkpoint);
    second.load(load_checkpoint(path.string()), path.string());
    std::filesystem::remove(path);
    for (int64_t step = 0; step < 2; ++step) {  // the queue and the prototypes take part
      const auto batch = random_batch();
      const auto a = first.step(batch, {1, step}), b = second.step(batch, {1, step});
      CHECK(a.loss.equal(b.loss));
    }
    const auto ours = state(first), theirs = state(second);
    REQUIRE(ours.size() == theirs.size());
    for (size_t i = 0; i < ours.size(); ++i) CHECK(ours[i].second.equal(theirs[i].second));
  }
}

TEST_CASE("every method trains a Vision Transformer, its heads alone at first") {
  for (const auto name : {MethodName::simsiam, MethodName::byol, MethodName::swav, MethodName::dino,
                          MethodName::barlow, MethodName::vicreg}) {
    CAPTURE(static_cast<int>(name));
    auto options = small(name);
    options.arch = options.method.arch = "vit_tiny";
    options.method.image_size = 32;
    options.method.zero_init_residual = false;
    if (name == MethodName::simsiam) {
      options.method.filter = parse_filter("poly", "target", -1, "own", false, "auto");
    }
    options.lr = 0.001;
    options.adamw = true;
    options.head_warmup_epochs = 1;
    options.online_classifier = true;
    torch::manual_seed(1);
    SelfSupervised learner(options, 3, 1, torch::kCPU, nullptr);
    const auto tokens = [&] {
      std::vector<torch::Tensor> of_backbone;
      for (const auto& [key, tensor] : state(learner)) {
        if (key == "encoder.cls_token" || key == "encoder.pos_embed") of_backbone.push_back(tensor);
      }
      return torch::cat(of_backbone, /*dim=*/1);
    };
    const auto before = tokens();
    CHECK(before.sizes() == torch::IntArrayRef({1, 1 + 1 + 4, 192}));
    const auto first = learner.step(random_batch(), {0, 0});
    CHECK(std::isfinite(first.loss.item<double>()));
    CHECK(first.logits.sizes() == torch::IntArrayRef({16, 3}));
    CHECK(tokens().equal(before));
    learner.step(random_batch(), {1, 0});
    CHECK(!tokens().equal(before));
    CHECK(learner.features(torch::zeros({1, 3, 32, 32})).sizes() == torch::IntArrayRef({1, 192}));
  }
}

// As DINO's script groups them: utils.get_params_groups.
TEST_CASE("under AdamW biases and the norms' weights do not decay, whatever the schedule") {
  auto options = small(MethodName::dino);
  options.arch = options.method.arch = "vit_tiny";
  options.method.image_size = 32;
  options.lr = 0.001;
  options.weight_decay = 0.04;
  options.schedule.final_weight_decay = 0.4;
  options.method.frozen_prototypes_epochs = 0;
  const auto groups = [&](int64_t epoch) {
    torch::manual_seed(1);
    SelfSupervised learner(options, 3, 1, torch::kCPU, nullptr);
    learner.step(random_batch(), {epoch, 0});
    Checkpoint checkpoint;
    learner.save(checkpoint);
    for (const auto& group : checkpoint.optimizer.groups) {
      for (const int64_t index : group.params) {
        const auto moment = checkpoint.optimizer.momentum_buffers.find(index);
        if (moment == checkpoint.optimizer.momentum_buffers.end()) continue;  // it stays as it is
        CHECK((moment->second.dim() == 1) == (group.weight_decay == 0));
      }
    }
    return checkpoint.optimizer.groups;
  };
  options.adamw = true;
  const auto first = groups(0), second = groups(1);
  REQUIRE(first.size() == 2);
  CHECK(first[0].weight_decay == doctest::Approx(0.04));
  CHECK(second[0].weight_decay == doctest::Approx(0.22));  // half of the cosine
  // Of 12 blocks: two norms (4), qkv, proj, fc1, fc2; then the patches, the last norm and the
  // head's three layers. The prototypes' lengths are (K, 1), and fixed.
  CHECK(first[1].params.size() == 12 * 8 + 1 + 2 + 3);
}

TEST_CASE("prototypes do not move in their frozen epochs, and move after them") {
  for (const auto name : {MethodName::swav, MethodName::dino}) {
    auto options = small(name);
    options.method.frozen_prototypes_epochs = 1;
    torch::manual_seed(1);
    SelfSupervised learner(options, 3, 1, torch::kCPU, nullptr);
    const auto prototypes = [&] {
      for (const auto& [key, tensor] : state(learner)) {
        if (key == "prototypes.weight_v") return tensor;
      }
      return torch::Tensor();
    };
    const auto before = prototypes();
    learner.step(random_batch(), {0, 0});
    CHECK(prototypes().equal(before));
    learner.step(random_batch(), {1, 0});
    CHECK(!prototypes().equal(before));
  }
}

TEST_CASE("--accumulate of more batches than an epoch has is refused") {
  auto options = small(MethodName::simsiam);
  options.accumulate = 9;
  try {
    SelfSupervised(options, 3, 5, torch::kCPU, nullptr);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code == Code::usage);
    CHECK(std::string(error.what()) ==
          "--accumulate 9 asks for more batches than an epoch has (5)");
  }
}

TEST_CASE("a learner's state goes into a checkpoint and comes back from it") {
  auto options = small(MethodName::byol);
  options.online_classifier = true;
  options.lars_eta = 0.02;
  torch::manual_seed(1);
  SelfSupervised first(options, 3, 4, torch::kCPU, nullptr),
      second(options, 3, 4, torch::kCPU, nullptr);
  const auto batch = random_batch();
  first.step(batch, {0, 0});
  Checkpoint checkpoint;
  first.save(checkpoint);
  second.load(checkpoint, "memory");
  first.step(batch, {0, 1});
  second.step(batch, {0, 1});
  const auto ours = state(first), theirs = state(second);
  REQUIRE(ours.size() == theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) CHECK(ours[i].second.equal(theirs[i].second));
}

namespace {

using Weights = std::map<std::string, torch::Tensor>;

Weights tensors_of(Learner& learner) {
  Weights out;
  for (const auto& [name, tensor] : state(learner)) out[name] = tensor;
  return out;
}

bool of_backbone(const std::string& name) {
  return name.starts_with("encoder.") && !name.starts_with("encoder.fc.");
}

// Names of either kind whose tensors differ.
std::pair<int64_t, int64_t> moved(const Weights& before, const Weights& after) {
  std::pair<int64_t, int64_t> count;
  for (const auto& [name, tensor] : after) {
    if (!tensor.equal(before.at(name))) ++(of_backbone(name) ? count.first : count.second);
  }
  return count;
}

}  // namespace

TEST_CASE("heads are trained alone at first: the backbone stays, and takes no gradient") {
  for (const auto name : {MethodName::simsiam, MethodName::byol}) {
    auto options = small(name);
    options.head_warmup_epochs = 1;
    torch::manual_seed(1);
    SelfSupervised learner(options, 3, 2, torch::kCPU, nullptr);
    learner.begin();
    const auto before = tensors_of(learner);
    for (int64_t step = 0; step < 2; ++step) {
      learner.step(random_batch(), {0, step});
      learner.train(false);  // as an evaluation does
      learner.train(true);
    }
    const auto warmed = tensors_of(learner);
    CHECK(moved(before, warmed).first == 0);  // nor its batch norms' statistics
    CHECK(moved(before, warmed).second > 0);
    Checkpoint saved;
    learner.save(saved);
    int64_t with_momentum = 0;  // of the optimiser: of the heads alone
    for (const auto& [index, buffer] : saved.optimizer.momentum_buffers) {
      with_momentum += buffer.defined();
    }
    CHECK(with_momentum < 15);
    if (name == MethodName::byol) {  // the momentum network's backbone is the online one's
      for (const auto& [key, tensor] : warmed) {
        if (of_backbone(key)) CHECK(warmed.at("momentum_" + key).equal(tensor));
      }
    }
    learner.step(random_batch(), {1, 0});
    CHECK(moved(warmed, tensors_of(learner)).first > 60);  // 20 layers, and their norms
  }
}

TEST_CASE("--backbone-lr-factor: the backbone moves that much as far, the heads as before") {
  auto options = small(MethodName::simsiam);
  options.momentum = options.weight_decay = 0;
  const auto stepped = [&](double factor, Weights& before, double& lr) {
    options.backbone_lr_factor = factor;
    torch::manual_seed(1);
    SelfSupervised learner(options, 3, 2, torch::kCPU, nullptr);
    before = tensors_of(learner);
    torch::manual_seed(2);
    lr = learner.step(random_batch(), {0, 0}).lr;
    return tensors_of(learner);
  };
  Weights before;
  double whole_rate = 0, half_rate = 0;
  const auto whole = stepped(1, before, whole_rate), half = stepped(0.5, before, half_rate);
  CHECK(whole_rate == half_rate);  // that of the heads is told
  for (const auto& [name, tensor] : before) {
    if (!of_backbone(name)) {
      CHECK(half.at(name).equal(whole.at(name)));
    } else if (name == "encoder.conv1.weight") {  // blocks begin as the identity
      const auto far = whole.at(name) - tensor, near = half.at(name) - tensor;
      CHECK(far.abs().max().item<float>() > 0);
      CHECK(torch::allclose(near * 2, far, 1e-3, 1e-6));  // sums of float32 around the weight
    }
  }
}
