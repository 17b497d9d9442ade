// Backbones by whoever wrote them, architectures by their shapes, and what inspecting tells.
#include <nlohmann/json.hpp>

#include "check.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "checkpoint_fixtures.h"
#include "models/resnet.h"
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

}  // namespace

TEST_CASE("the ten architectures are told from their shapes") {
  CHECK(architectures().size() == 10);
  for (const auto& arch : architectures()) CHECK(arch_of(shapes_of(arch)) == arch.name);
  CHECK(arch_of({}) == "");
  auto odd = shapes_of(find_architecture("resnet50"));
  odd.erase("layer3.5.conv1.weight");
  CHECK(arch_of(odd) == "");
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
      CHECK(backbone.left.front() == prefix + "fc.weight");
    }
  }
  const auto solo = load_backbone(fixture("solo.pth"), "");
  CHECK(std::ranges::count(solo.left, "projector.0.weight") == 1);
  CHECK(std::ranges::count(solo.left, "momentum_backbone.conv1.weight") == 1);
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
  CHECK(contains(none->what(), "tensors.pth: it holds no ResNet backbone"));
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
  CHECK(*ours.find("optimizer") == Plain(true));
  CHECK(*ours.find("safe") == Plain(true));

  const auto lincls = inspect_checkpoint(fixture("lincls.legacy.pth"));
  CHECK(*lincls.find("kind") == Plain("lincls"));
  CHECK(*lincls.find("arch") == Plain("resnet18"));  // recorded; the shapes tell nothing here
  CHECK(*lincls.find("epoch") == Plain(int64_t{12}));
  CHECK(*lincls.find("bestAcc1") == Plain(67.5));
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
  CHECK(*other.find("optimizer") == Plain(false));
}
