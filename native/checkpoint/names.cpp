#include "checkpoint/names.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace rdm {
namespace {

// In the order they are tried: the longer prefixes first.
constexpr std::array kLayouts{
    // this tool, PKU-ML's and the official SimSiam
    Layout{"simsiam",
           {"module.encoder.", "module.momentum_encoder."},
           {"module.encoder.fc.", "module.momentum_encoder.fc."}},
    // solo-learn, and solo-learn before 1.0.3
    Layout{"lightning", {"backbone.", "momentum_backbone."}, {"projector.", "momentum_projector."}},
    Layout{"lightning", {"encoder.", "momentum_encoder."}, {"projector.", "momentum_projector."}},
    Layout{"lincls", {"module.", nullptr}, {nullptr, nullptr}},  // main_lincls.py
    Layout{"torchvision", {"", nullptr}, {nullptr, nullptr}},
};

const pickle::Value& state_dict_of(const Archive& archive) {
  const auto* state = archive.root().find("state_dict");
  return state ? *state : archive.root();
}

// Files from before PyTorch 0.4.1 do not count batches; zero is what Python puts there.
void add_batch_counters(StateDict& weights) {
  constexpr std::string_view kVariance = "running_var", kCounter = "num_batches_tracked";
  StateDict out;
  for (size_t i = 0; i < weights.size(); ++i) {
    const auto& name = weights[i].first;
    out.push_back(weights[i]);
    if (!name.ends_with(kVariance)) continue;
    if (i + 1 < weights.size() && weights[i + 1].first.ends_with(kCounter)) continue;
    const auto module = name.substr(0, name.size() - kVariance.size());
    out.emplace_back(module + std::string(kCounter), torch::zeros({}, torch::kLong));
  }
  weights = std::move(out);
}

int64_t count_blocks(const Shapes& shapes, int layer) {
  int64_t blocks = 0;
  while (shapes.contains(message("layer", layer, ".", blocks, ".conv1.weight"))) ++blocks;
  return blocks;
}

// The part of a backbone that a tensor of the file belongs to, if any, and its name there.
struct Place {
  StateDict* part = nullptr;
  std::string name;
};

Place place_of(const std::string& name, const Layout& layout, Branch branch, Backbone& parts) {
  const auto index = static_cast<size_t>(branch);
  const std::string backbone = layout.backbone[index];
  const auto* projector = layout.projector[index];
  if (projector && name.starts_with(projector)) {
    auto inner = name.substr(std::strlen(projector));
    const bool layer = !inner.empty() && inner[0] >= '0' && inner[0] <= '9';
    return {layer ? &parts.projector : nullptr, std::move(inner)};
  }
  if (!name.starts_with(backbone)) return {};
  auto inner = name.substr(backbone.size());
  if (!inner.starts_with("fc.")) return {&parts.weights, std::move(inner)};
  const bool linear = !projector && (inner == "fc.weight" || inner == "fc.bias");
  return {linear ? &parts.classifier : nullptr, std::move(inner)};
}

}  // namespace

const char* name_of(Branch branch) {
  return branch == Branch::online ? "online" : "momentum";
}

Shapes shapes_of(const Archive& archive) {
  Shapes shapes;
  for (auto& [name, info, value] : archive.list(state_dict_of(archive))) {
    shapes.emplace(std::move(name), std::move(info.shape));
  }
  return shapes;
}

const Layout* find_layout(const Shapes& file) {
  const auto* found = std::ranges::find_if(kLayouts, [&](const Layout& layout) {
    return file.contains(std::string(layout.backbone[0]) + "conv1.weight");
  });
  return found == kLayouts.end() ? nullptr : found;
}

std::vector<Branch> branches_of(const Shapes& file, const Layout& layout) {
  std::vector<Branch> branches{Branch::online};
  if (!below(layout.backbone[1], file).empty()) branches.push_back(Branch::momentum);
  return branches;
}

Shapes below(const char* prefix, const Shapes& file) {
  Shapes out;
  if (!prefix) return out;
  for (const auto& [name, shape] : file) {
    if (name.starts_with(prefix)) out[name.substr(std::strlen(prefix))] = shape;
  }
  return out;
}

std::string stem_of(const Shapes& backbone) {
  const auto conv = backbone.find("conv1.weight");
  if (conv == backbone.end() || conv->second.size() != 4) return "";
  return conv->second[2] == 7 ? "imagenet" : conv->second[2] == 3 ? "cifar" : "";
}

std::string arch_of(const Shapes& shapes) {
  struct Arch {
    const char* name;
    std::array<int64_t, 4> blocks;
    int64_t width, group_width;  // layer1.0.conv2.weight is (width, group_width, 3, 3)
    bool bottleneck;
  };
  static constexpr std::array kArchs{
      Arch{"resnet18", {2, 2, 2, 2}, 64, 64, false},
      Arch{"resnet34", {3, 4, 6, 3}, 64, 64, false},
      Arch{"resnet50", {3, 4, 6, 3}, 64, 64, true},
      Arch{"resnet101", {3, 4, 23, 3}, 64, 64, true},
      Arch{"resnet152", {3, 8, 36, 3}, 64, 64, true},
      Arch{"resnext50_32x4d", {3, 4, 6, 3}, 128, 4, true},
      Arch{"resnext101_32x8d", {3, 4, 23, 3}, 256, 8, true},
      Arch{"resnext101_64x4d", {3, 4, 23, 3}, 256, 4, true},
      Arch{"wide_resnet50_2", {3, 4, 6, 3}, 128, 128, true},
      Arch{"wide_resnet101_2", {3, 4, 23, 3}, 128, 128, true},
  };
  std::array<int64_t, 4> blocks{};
  for (int layer = 1; layer <= 4; ++layer) blocks[layer - 1] = count_blocks(shapes, layer);
  const auto conv = shapes.find("layer1.0.conv2.weight");
  if (conv == shapes.end() || conv->second.size() != 4) return "";
  const bool bottleneck = shapes.contains("layer1.0.conv3.weight");
  for (const auto& arch : kArchs) {
    if (arch.blocks == blocks && arch.bottleneck == bottleneck && arch.width == conv->second[0] &&
        arch.group_width == conv->second[1]) {
      return arch.name;
    }
  }
  return "";
}

Backbone load_backbone(const std::string& path, const std::string& arch, Branch branch) {
  Archive archive(path);
  const auto shapes = shapes_of(archive);
  const auto* layout = find_layout(shapes);
  if (!layout) {
    archive.fail("it holds no ResNet backbone",
                 "Expected conv1.weight under module.encoder., backbone., encoder., module. or "
                 "without a prefix.");
  }
  const auto backbone = below(layout->backbone[static_cast<size_t>(branch)], shapes);
  if (backbone.empty()) {
    archive.fail("it holds no momentum networks", "Only BYOL has them: leave --branch out.");
  }
  Backbone out;
  out.kind = layout->kind;
  out.arch = arch_of(backbone);
  if (!arch.empty() && out.arch != arch) {
    const auto held = out.arch.empty() ? "another network" : "a " + out.arch;
    archive.fail(message("it holds ", held, ", not a ", arch),
                 out.arch.empty() ? "" : "Say --arch " + out.arch + ".");
  }
  for (const auto& [name, info, value] : archive.list(state_dict_of(archive))) {
    if (const auto place = place_of(name, *layout, branch, out); place.part) {
      place.part->emplace_back(place.name, archive.tensor(*value));
    } else {
      out.left.push_back(name);
    }
  }
  add_batch_counters(out.weights);
  add_batch_counters(out.projector);
  return out;
}

}  // namespace rdm
