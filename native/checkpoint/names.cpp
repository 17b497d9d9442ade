#include "checkpoint/names.h"

#include <array>
#include <functional>

#include "base/error.h"

namespace rdm {
namespace {

struct Layout {
  const char* kind;
  const char* prefix;
};

// In the order they are tried: the longer prefixes first.
constexpr std::array kLayouts{
    Layout{"simsiam", "module.encoder."},  // this tool, PKU-ML's and the official SimSiam
    Layout{"lightning", "backbone."},      // solo-learn
    Layout{"lightning", "encoder."},       // solo-learn before 1.0.3
    Layout{"lincls", "module."},           // main_lincls.py
    Layout{"torchvision", ""},
};

bool is_head(const std::string& name) {
  return name.starts_with("fc.");
}

// Calls visit(name, value) for each tensor of the dictionary.
void each_tensor(const pickle::Value& dictionary,
                 const std::function<void(const std::string&, const pickle::Value&)>& visit) {
  for (const auto& [key, value] : dictionary.get_if<pickle::Dict>()->items) {
    const auto* name = key->get_if<std::string>();
    if (name && Archive::is_tensor(*value)) visit(*name, *value);
  }
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

}  // namespace

BackboneKeys find_backbone(const Archive& archive) {
  const auto* state = archive.root().find("state_dict");
  if (!state) state = &archive.root();
  for (const auto& layout : kLayouts) {
    const auto* stem = state->find(std::string(layout.prefix) + "conv1.weight");
    if (stem && Archive::is_tensor(*stem)) return {layout.kind, layout.prefix, state};
  }
  return {"other", "", nullptr};
}

Shapes backbone_shapes(const Archive& archive, const BackboneKeys& keys) {
  Shapes shapes;
  if (!keys.state_dict) return shapes;
  each_tensor(*keys.state_dict, [&](const std::string& name, const pickle::Value& value) {
    if (name.starts_with(keys.prefix)) {
      shapes[name.substr(keys.prefix.size())] = archive.describe(value).shape;
    }
  });
  return shapes;
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

Backbone load_backbone(const std::string& path, const std::string& arch) {
  Archive archive(path);
  const auto keys = find_backbone(archive);
  if (!keys.state_dict) {
    archive.fail("it holds no ResNet backbone",
                 "Expected conv1.weight under module.encoder., backbone., encoder., module. or "
                 "without a prefix.");
  }
  Backbone out;
  out.kind = keys.kind;
  out.arch = arch_of(backbone_shapes(archive, keys));
  if (!arch.empty() && out.arch != arch) {
    const auto held = out.arch.empty() ? "another network" : "a " + out.arch;
    archive.fail("it holds " + held + ", not a " + arch,
                 out.arch.empty() ? "" : "Say --arch " + out.arch + ".");
  }
  each_tensor(*keys.state_dict, [&](const std::string& name, const pickle::Value& value) {
    const bool inside = name.starts_with(keys.prefix);
    const auto inner = inside ? name.substr(keys.prefix.size()) : "";
    if (inside && !is_head(inner)) {
      out.weights.emplace_back(inner, archive.tensor(value));
    } else {
      out.left.push_back(name);
    }
  });
  add_batch_counters(out.weights);
  return out;
}

}  // namespace rdm
