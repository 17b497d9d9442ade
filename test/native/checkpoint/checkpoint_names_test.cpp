// Backbones by whoever wrote them, architectures by their shapes, and what inspecting tells.
#include <nlohmann/json.hpp>

#include "check.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "checkpoint/pickle_writer.h"
#include "checkpoint/safetensors.h"
#include "checkpoint_fixtures.h"
#include "formats/zip_writer.h"
#include "models/heads.h"
#include "models/resnet.h"
#include "models/vit.h"
#include "models/weights.h"
#include "tools/inspect.h"

using namespace rdm;
using namespace rdm::test;

namespace {

// The convolutions of an architecture's blocks, as torchvision shapes them.
Shapes shapes_of(const Architecture& arch) {
  Shapes shapes;
  for (size_t layer = 0; layer < 4; ++layer) {
    const int64_t planes = 64 << layer;
    const int64_t width = planes * arch.width_per_group / 64 * arch.groups;
    for (int64_t block = 0; block < arch.blocks[layer]; ++block) {
      const auto name = message("layer", layer + 1, ".", block, ".");
      shapes[name + "conv1.weight"] = {width, 64, 1, 1};
      shapes[name + "conv2.weight"] = {width, width / arch.groups, 3, 3};
      if (arch.bottleneck) shapes[name + "conv3.weight"] = {planes * 4, width, 1, 1};
    }
  }
  return shapes;
}

// A checkpoint with those convolutions, all but the telling ones without elements.
void save_blocks(const std::string& path, const std::string& arch) {
  Checkpoint checkpoint{.epoch = 1, .arch = arch};
  checkpoint.state_dict.emplace_back("encoder.conv1.weight", torch::zeros({64, 3, 0, 0}));
  for (const auto& [name, shape] : shapes_of(find_architecture(arch))) {
    const bool telling = name == "layer1.0.conv2.weight";
    checkpoint.state_dict.emplace_back("encoder." + name,
                                       telling ? torch::zeros(shape) : torch::zeros({0}));
  }
  save_checkpoint(path, checkpoint);
}

// The first and last modules of a ResNet, every number of them `value`.
StateDict modules(const std::string& prefix, double value) {
  StateDict state;
  for (const std::string name : {"conv1.weight", "bn1.running_var", "layer1.0.conv1.weight"}) {
    state.emplace_back(prefix + name, torch::full({2, 2, 3, 3}, value));
  }
  return state;
}

// {KEY: state dict, …} as torch.save writes it.
void save_below(const std::string& path,
                const std::vector<std::pair<std::string, StateDict>>& all) {
  pickle::Writer writer;
  std::vector<torch::Tensor> tensors;
  writer.dict([&] {
    for (const auto& [key, state] : all) {
      writer.item(key, [&, &state = state] {
        writer.ordered_dict([&] {
          for (const auto& [name, tensor] : state) {
            writer.item(name, [&] { writer.tensor(tensor, std::to_string(tensors.size())); });
            tensors.push_back(tensor);
          }
        });
      });
    }
    writer.item("epoch", [&] { writer.integer(3); });
  });
  write_zip(path, writer.finish(), tensors, [](const std::string&) {});
}

double first_number(const Backbone& backbone) {
  return backbone.weights.front().second.flatten()[0].item<double>();
}

}  // namespace

TEST_CASE("the ten architectures are told from their shapes") {
  CHECK(architectures().size() == 10);
  for (const auto& arch : architectures()) CHECK(arch_of(shapes_of(arch)) == arch.name);
  CHECK(arch_of({}) == "");
  auto odd = shapes_of(find_architecture("resnet50"));
  odd.erase("layer3.5.conv1.weight");
  CHECK(arch_of(odd) == "");
}

TEST_CASE("the Vision Transformers and their patches are told from their shapes") {
  for (const auto& arch : vit_architectures()) {
    for (const int64_t patch : {4, 16}) {
      CAPTURE(arch.name);
      const BackboneSpec spec{.arch = arch.name, .patch_size = patch, .image_size = 32};
      auto shapes = shapes_of(state_dict(*make_network(spec, 2)));
      CHECK(arch_of(shapes) == arch.name);
      CHECK(patch_of(shapes) == patch);
      CHECK(image_of(shapes) == 32);
      CHECK(stem_of(shapes) == "");
      shapes.erase("blocks.11.attn.qkv.weight");
      CHECK(arch_of(shapes) == "");
    }
  }
  CHECK(patch_of({}) == 0);
  CHECK(image_of({}) == 0);
}

TEST_CASE("the official DINO's file: the teacher's backbone, under its wrappers, without heads") {
  const ScratchFolder folder;
  const auto path = folder.file("dino.pth");
  torch::manual_seed(1);
  const auto network = make_network({.arch = "vit_tiny", .image_size = 32}, 2);
  const auto under = [&](const std::string& wrapper, double value) {
    StateDict state;
    for (const auto& [name, tensor] : state_dict(*network)) {
      if (!name.starts_with("head.")) {
        state.emplace_back(wrapper + "backbone." + name, torch::full_like(tensor, value));
      }
    }
    state.emplace_back(wrapper + "head.mlp.0.weight", torch::zeros({4, 192}));
    state.emplace_back(wrapper + "head.last_layer.weight_g", torch::zeros({4, 1}));
    return state;
  };
  save_below(path, {{"student", under("module.", 1)}, {"teacher", under("", 2)}});
  const auto held = load_backbone(path, "vit_tiny");
  CHECK(held.head == "head");
  CHECK(first_number(held) == 2);
  CHECK(held.weights.size() == state_dict(*network).size() - 2);
  CHECK(held.classifier.empty());
  CHECK(held.projector.empty());
  CHECK(held.left == std::vector<std::string>{"head.mlp.0.weight", "head.last_layer.weight_g"});
  const auto weights = *inspect_checkpoint(path).find("weights");
  CHECK(*weights.find("key") == Plain("teacher"));
  CHECK(*weights.find("passedOver") == Plain(Plain::List{"student"}));
  CHECK(*inspect_checkpoint(path).find("patchSize") == Plain(int64_t{16}));

  save_below(path, {{"student", under("module.", 1)}});
  CHECK(first_number(load_backbone(path, "vit_tiny")) == 1);
  const auto other = error_of([&] { load_backbone(path, "resnet50"); });
  REQUIRE(other);
  CHECK(other->hint == "Say --arch vit_tiny.");
}

TEST_CASE("timm's file: a Vision Transformer's head is its classifier") {
  const ScratchFolder folder;
  const auto path = folder.file("timm.safetensors");
  const auto network = make_network({.arch = "vit_small", .patch_size = 8, .image_size = 32}, 7);
  save_safetensors(path, state_dict(*network), {{"format", "pt"}});
  const auto held = load_backbone(path, "");
  CHECK(held.kind == "timm");
  CHECK(held.arch == "vit_small");
  REQUIRE(held.classifier.size() == 2);
  CHECK(held.classifier[0].first == "head.weight");
  CHECK(held.classifier[0].second.size(0) == 7);
  CHECK(held.left.empty());
}

TEST_CASE("a backbone is found under each writer's names, without its heads") {
  const auto numbers = nlohmann::json::parse(read_bytes(fixture("expected.json")));
  const std::vector<std::array<std::string, 3>> files{{"simsiam", "simsiam", "module.encoder."},
                                                      {"lincls", "lincls", "module."},
                                                      {"solo", "lightning", "backbone."},
                                                      {"torchvision", "torchvision", ""}};
  for (const auto& [file, kind, prefix] : files) {
    for (const std::string ending : {".pth", ".legacy.pth"}) {
      CAPTURE(file + ending);
      const auto backbone = load_backbone(fixture(file + ending), "");
      CHECK(backbone.kind == kind);
      std::vector<std::string> names;
      for (const auto& [name, tensor] : backbone.weights) names.push_back(name);
      CHECK(names == std::vector<std::string>{"conv1.weight", "bn1.weight", "bn1.bias",
                                              "bn1.running_mean", "bn1.running_var",
                                              "bn1.num_batches_tracked", "layer1.0.conv1.weight"});
      CHECK(backbone.weights[4].second[1].item<double>() ==
            numbers[file][prefix + "bn1.running_var"]["values"][1].get<double>());
      CHECK(backbone.weights[5].second.item<int64_t>() == (file == "torchvision" ? 0 : 7));
      const bool linear = kind == "lincls" || kind == "torchvision";  // others project with fc
      CHECK(backbone.classifier.size() == (linear ? 2 : 0));
      if (!linear) CHECK(backbone.left.front() == prefix + "fc.weight");
    }
  }
  const auto solo = load_backbone(fixture("solo.pth"), "");
  REQUIRE(solo.projector.size() == 1);
  CHECK(solo.projector[0].first == "0.weight");
  CHECK(std::ranges::count(solo.left, "momentum_backbone.conv1.weight") == 1);
}

TEST_CASE("weights are found below the keys of other programs, moving averages before the rest") {
  const ScratchFolder folder;
  const auto path = folder.file("foreign.pth");
  const std::vector<std::string> keys{"state_dict_ema", "model_ema", "teacher", "state_dict",
                                      "model",          "net",       "student"};
  for (size_t first = 0; first < keys.size(); ++first) {
    CAPTURE(keys[first]);
    save_below(path, {{keys[first], modules("", 1)}});
    CHECK(first_number(load_backbone(path, "")) == 1);
    if (first + 1 == keys.size()) continue;
    // The order in the file decides nothing.
    save_below(path, {{keys[first + 1], modules("", 2)}, {keys[first], modules("", 3)}});
    CHECK(first_number(load_backbone(path, "")) == 3);
    const auto weights = *inspect_checkpoint(path).find("weights");
    CHECK(*weights.find("key") == Plain(keys[first]));
    CHECK(*weights.find("passedOver") == Plain(Plain::List{keys[first + 1]}));
  }
  save_below(path, {{"state_dict_ema", {}}, {"model", modules("", 4)}});  // an average not kept
  CHECK(first_number(load_backbone(path, "")) == 4);
}

TEST_CASE("weights are found within the prefixes of wrappers, in any order") {
  const ScratchFolder folder;
  const auto path = folder.file("foreign.pth");
  const std::vector<std::array<std::string, 2>> prefixes{
      {"module.", "lincls"},
      {"_orig_mod.", "torchvision"},
      {"module._orig_mod.", "lincls"},
      {"_orig_mod.module.", "lincls"},
      {"model.", "torchvision"},
      {"module.encoder.", "simsiam"},
      {"_orig_mod.module.encoder.", "simsiam"},
      {"_orig_mod.encoder.", "lightning"},
      {"module.backbone.", "lightning"},
      {"model.backbone.", "lightning"},
      {"module.encoder_q.", "moco"},
      {"encoder_q.", "moco"},
  };
  for (const auto& [prefix, kind] : prefixes) {
    CAPTURE(prefix);
    auto state = modules(prefix, 1);
    state.emplace_back("n_averaged", torch::ones({}));
    save_below(path, {{"model", state}});
    const auto backbone = load_backbone(path, "");
    CHECK(backbone.kind == kind);
    CHECK(backbone.weights.front().first == "conv1.weight");
    CHECK(backbone.weights.size() == 4);  // with a counter of batches
    CHECK(backbone.left == std::vector<std::string>{"n_averaged"});
    CHECK(*inspect_checkpoint(path).find("weights") ==
          Plain(Plain::Dict{{"key", "model"},
                            {"passedOver", Plain::List()},
                            {"prefix", prefix},
                            {"taken", int64_t{3}},
                            {"left", Plain::List{"n_averaged"}}}));
  }
  save_below(path, {{"model", modules("generator.", 1)}});
  const auto none = error_of([&] { load_backbone(path, ""); });
  REQUIRE(none);
  CHECK(contains(none->what(), "foreign.pth: it holds neither a ResNet nor a Vision Transformer"));
  CHECK(none->hint ==
        "Expected conv1.weight or patch_embed.proj.weight under encoder., backbone., encoder_q. or "
        "without a prefix, all of it under module., _orig_mod. or model. or not.");
}

TEST_CASE("MoCo's second encoder is the momentum branch, and its fc no classifier") {
  const ScratchFolder folder;
  const auto path = folder.file("moco.pth.tar");
  auto state = modules("module.encoder_q.", 1);
  for (auto& entry : modules("module.encoder_k.", 2)) state.push_back(std::move(entry));
  state.emplace_back("module.encoder_q.fc.weight", torch::ones({4, 2}));
  state.emplace_back("module.queue", torch::ones({4, 2}));
  save_below(path, {{"state_dict", state}});
  CHECK(first_number(load_backbone(path, "")) == 1);
  CHECK(load_backbone(path, "").classifier.empty());
  CHECK(first_number(load_backbone(path, "", Branch::momentum)) == 2);
}

TEST_CASE("a safetensors file is read as a file of torch.save with the same tensors is") {
  const ScratchFolder folder;
  const auto path = folder.file("weights.safetensors");
  auto state = modules("module.", 1);
  state.emplace_back("module.fc.weight", torch::arange(8, torch::kFloat64).view({4, 2}));
  state.emplace_back("module.fc.bias", torch::arange(4).to(torch::kBFloat16));
  state.emplace_back("module.bn1.num_batches_tracked", torch::tensor(int64_t{7}));
  save_safetensors(path, state, {{"format", "pt"}});
  const auto backbone = load_backbone(path, "");
  CHECK(backbone.kind == "lincls");
  REQUIRE(backbone.classifier.size() == 2);
  for (const auto& [name, tensor] : backbone.classifier) {
    const auto same = std::ranges::find(state, "module." + name, &StateDict::value_type::first);
    CHECK(tensor.dtype() == same->second.dtype());
    CHECK(tensor.equal(same->second));
  }
  const auto none = error_of([&] { load_backbone(path, "resnet50"); });
  REQUIRE(none);
  CHECK(none->what() == "cannot load " + path + ": it holds another network, not a resnet50");
}

TEST_CASE("a classifier's weight comes before its bias, in whatever order a file has them") {
  const ScratchFolder folder;
  const auto path = folder.file("weights.safetensors");
  torch::manual_seed(1);
  const auto network = ResNet(find_architecture("resnet18"), ResNetOptions{.num_classes = 3});
  auto state = state_dict(*network);
  std::ranges::reverse(state);
  save_safetensors(path, state, {{"format", "pt"}});
  const auto held = load_backbone(path, "resnet18").classifier;
  REQUIRE(held.size() == 2);
  CHECK(held[0].first == "fc.weight");
  CHECK(held[1].first == "fc.bias");
}

TEST_CASE("the momentum branch is its own network, and only BYOL has one") {
  const auto path = fixture("solo.pth");
  const auto online = load_backbone(path, ""), momentum = load_backbone(path, "", Branch::momentum);
  REQUIRE(online.weights.size() == momentum.weights.size());
  for (size_t i = 0; i < online.weights.size(); ++i) {
    CHECK(online.weights[i].first == momentum.weights[i].first);
    CHECK(torch::equal(online.weights[i].second + 1, momentum.weights[i].second));
  }
  CHECK(momentum.projector.empty());
  const auto none = error_of([] { load_backbone(fixture("simsiam.pth"), "", Branch::momentum); });
  REQUIRE(none);
  CHECK(none->what() ==
        "cannot load " + fixture("simsiam.pth") + ": it holds no momentum networks");
  CHECK(none->hint == "Only BYOL, DINO and MoCo have them: leave --branch out.");
}

TEST_CASE("a head is rebuilt from its state dict: linear layers, batch norms, ReLUs between") {
  torch::manual_seed(3);
  for (auto head : {simsiam_projector(6, torch::nn::Linear(6, 4)), simsiam_predictor(6, 3),
                    byol_head(6, 5, 4)}) {
    auto again = head_of(state_dict(*head));
    load_state_dict(*again, state_dict(*head), "", "the head");
    head->eval();
    again->eval();
    const auto x = torch::randn({3, 6});
    CHECK(torch::equal(head->forward(x), again->forward(x)));
  }
}

TEST_CASE("a backbone of another architecture, or none, is refused with what the file holds") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint.pth.tar");
  save_blocks(path, "resnet18");
  CHECK(load_backbone(path, "resnet18").arch == "resnet18");
  const auto other = error_of([&] { load_backbone(path, "resnet50"); });
  REQUIRE(other);
  CHECK(other->code == Code::bad_checkpoint);
  CHECK(other->what() == "cannot load " + path + ": it holds a resnet18, not a resnet50");
  CHECK(other->hint == "Say --arch resnet18.");

  const auto none = error_of([&] { load_backbone(fixture("tensors.pth"), "resnet18"); });
  REQUIRE(none);
  CHECK(contains(none->what(), "tensors.pth: it holds neither a ResNet nor a Vision Transformer"));
}

TEST_CASE("inspecting tells kind, architecture, epoch, size and what the run recorded") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint.pth.tar");
  save_blocks(path, "resnet50");
  const auto ours = inspect_checkpoint(path);
  CHECK(*ours.find("kind") == Plain("simsiam"));
  CHECK(*ours.find("arch") == Plain("resnet50"));
  CHECK(*ours.find("parameters") == Plain(int64_t{64 * 64 * 9}));
  CHECK(*ours.find("bytes") == Plain(int64_t{64 * 64 * 9 * 4}));
  CHECK(*ours.find("branches") == Plain(Plain::List{"online"}));
  CHECK(*ours.find("optimizer")->find("groups") == Plain(int64_t{0}));
  CHECK(*ours.find("safe") == Plain(true));
  CHECK(*ours.find("refused") == Plain(Plain::List()));

  const auto lincls = inspect_checkpoint(fixture("lincls.legacy.pth"));
  CHECK(*lincls.find("kind") == Plain("lincls"));
  CHECK(*lincls.find("arch") == Plain("resnet18"));  // recorded; the shapes tell nothing here
  CHECK(*lincls.find("epoch") == Plain(int64_t{12}));
  CHECK(*lincls.find("bestAcc1") == Plain(67.5));
  CHECK(
      *lincls.find("optimizer") ==
      Plain(Plain::Dict{
          {"groups", int64_t{1}}, {"lr", 30.0}, {"tensors", int64_t{1}}, {"bytes", int64_t{16}}}));
  CHECK(*lincls.find("keys") == Plain(int64_t{9}));
  CHECK(lincls.find("rdm")->is_null());
  const auto& first = lincls.find("tensors")->get_if<Plain::List>()->front();
  CHECK(first ==
        Plain(Plain::Dict{{"name", "module.conv1.weight"},
                          {"shape", Plain::List{int64_t{2}, int64_t{3}, int64_t{3}, int64_t{3}}},
                          {"dtype", "float32"}}));

  const auto other = inspect_checkpoint(fixture("tensors.pth"));
  CHECK(*other.find("kind") == Plain("other"));
  CHECK(other.find("arch")->is_null());
  CHECK(other.find("optimizer")->is_null());

  const auto solo = inspect_checkpoint(fixture("solo.pth"));
  CHECK(*solo.find("branches") == Plain(Plain::List{"online", "momentum"}));
  CHECK(*solo.find("projector") == Plain(Plain::List{int64_t{2}, int64_t{2}}));
  CHECK(*solo.find("stem") == Plain("cifar"));
}

TEST_CASE("inspecting a file that would run a command names it, and runs nothing") {
  for (const std::string file : {"hostile.pth", "hostile.legacy.pth"}) {
    const auto info = inspect_checkpoint(fixture(file));
    CHECK(*info.find("safe") == Plain(false));
    CHECK(*info.find("refused") == Plain(Plain::List{"posix.system"}));
    CHECK(*info.find("kind") == Plain("other"));
  }
  CHECK(!std::filesystem::exists("rdm-was-here"));
}
