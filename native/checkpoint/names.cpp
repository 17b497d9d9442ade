#include "checkpoint/names.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "base/error.h"

namespace rdm {
namespace {

// Backbones with the same names of modules.
struct Family {
  const char* first_layer;  // it tells a backbone
  const char* head;
  const char* library;  // whose names they are
};
constexpr std::array kFamilies{Family{"conv1.weight", "fc", "torchvision"},
                               Family{"patch_embed.proj.weight", "head", "timm"}};

// Before all names: DistributedDataParallel's and AveragedModel's, torch.compile's, a Lightning
// module's own.
constexpr std::array kWrappers{"module.", "_orig_mod.", "model."};

// Within the wrappers, in the order they are tried; `parallel`: module. is among them.
struct Convention {
  const char* kind;  // null: the family's library
  bool parallel;
  std::array<const char*, 2> backbone, projector;  // an empty projector is the backbone's head
};
constexpr std::array kConventions{
    // this tool, PKU-ML's and the official SimSiam
    Convention{"simsiam", true, {"encoder.", "momentum_encoder."}, {"", ""}},
    // solo-learn, Barlow Twins, VICReg, the official DINO; solo-learn before 1.0.3
    Convention{"lightning",
               false,
               {"backbone.", "momentum_backbone."},
               {"projector.", "momentum_projector."}},
    Convention{"lightning",
               false,
               {"encoder.", "momentum_encoder."},
               {"projector.", "momentum_projector."}},
    Convention{"moco", false, {"encoder_q.", "encoder_k."}, {"", ""}},
    Convention{"lincls", true, {"", nullptr}, {nullptr, nullptr}},  // main_lincls.py
    Convention{nullptr, false, {"", nullptr}, {nullptr, nullptr}},
};

std::string wrapper_of(std::string_view prefix) {
  size_t length = 0;
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view wrapper : kWrappers) {
      if (!prefix.substr(length).starts_with(wrapper)) continue;
      length += wrapper.size();
      more = true;
    }
  }
  return std::string(prefix.substr(0, length));
}

Layout layout_of(const Convention& writer, const Family& family, const std::string& wrapper) {
  Layout layout{writer.kind ? writer.kind : family.library, family.head, {}, {}};
  for (size_t branch = 0; branch < layout.backbone.size(); ++branch) {
    const auto *backbone = writer.backbone[branch], *projector = writer.projector[branch];
    if (backbone) layout.backbone[branch] = wrapper + backbone;
    if (!projector) continue;
    layout.projector[branch] =
        wrapper + (*projector ? projector : message(backbone, family.head, "."));
  }
  return layout;
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

// Of a Vision Transformer, by the width of its class token and its blocks; heads leave no trace.
std::string transformer_of(const Shapes& shapes) {
  struct Arch {
    const char* name;
    int64_t width, blocks;
  };
  static constexpr std::array kArchs{Arch{"vit_tiny", 192, 12}, Arch{"vit_small", 384, 12},
                                     Arch{"vit_base", 768, 12}};
  const auto token = shapes.find("cls_token");
  if (token == shapes.end() || token->second.empty()) return "";
  int64_t blocks = 0;
  while (shapes.contains(message("blocks.", blocks, ".attn.qkv.weight"))) ++blocks;
  for (const auto& arch : kArchs) {
    if (arch.width == token->second.back() && arch.blocks == blocks) return arch.name;
  }
  return "";
}

// The part of a backbone that a tensor of the file belongs to, null for none, and its name there.
struct Part {
  StateDict Backbone::* part = nullptr;
  std::string name;
};

Part part_of(const std::string& name, const Layout& layout, Branch branch) {
  const auto index = static_cast<size_t>(branch);
  const auto &backbone = layout.backbone[index], &projector = layout.projector[index];
  if (projector && name.starts_with(*projector)) {
    auto inner = name.substr(projector->size());
    const bool layer = !inner.empty() && inner[0] >= '0' && inner[0] <= '9';
    return {layer ? &Backbone::projector : nullptr, std::move(inner)};
  }
  if (!backbone || !name.starts_with(*backbone)) return {};
  auto inner = name.substr(backbone->size());
  const auto head = message(layout.head, ".");
  if (!inner.starts_with(head)) return {&Backbone::weights, std::move(inner)};
  const bool linear = !projector && (inner == head + "weight" || inner == head + "bias");
  return {linear ? &Backbone::classifier : nullptr, std::move(inner)};
}

// Of what is no backbone: the first few tensors.
std::string some_of(const WeightsFile& file) {
  constexpr size_t kMost = 3;
  std::string names;
  for (size_t i = 0; i < std::min(file.size(), kMost); ++i) {
    names += (names.empty() ? ", but " : ", ") + file.name(i);
  }
  return file.size() > kMost ? names + ", …" : names;
}

}  // namespace

const char* name_of(Branch branch) {
  return branch == Branch::online ? "online" : "momentum";
}

std::optional<Layout> find_layout(const Shapes& file) {
  std::vector<std::pair<std::string, const Family*>> prefixes;
  for (const auto& [name, shape] : file) {
    for (const auto& family : kFamilies) {
      if (!name.ends_with(family.first_layer)) continue;
      prefixes.emplace_back(name.substr(0, name.size() - std::strlen(family.first_layer)), &family);
    }
  }
  for (const auto& writer : kConventions) {
    for (const auto& [prefix, family] : prefixes) {
      const auto wrapper = wrapper_of(prefix);
      const bool parallel = wrapper.find("module.") != std::string::npos;
      if (prefix == wrapper + writer.backbone[0] && (parallel || !writer.parallel)) {
        return layout_of(writer, *family, wrapper);
      }
    }
  }
  return std::nullopt;
}

std::vector<Branch> branches_of(const Shapes& file, const Layout& layout) {
  std::vector<Branch> branches{Branch::online};
  if (!below(layout.backbone[1], file).empty()) branches.push_back(Branch::momentum);
  return branches;
}

Shapes below(const Layout::Prefix& prefix, const Shapes& file) {
  Shapes out;
  if (!prefix) return out;
  for (const auto& [name, shape] : file) {
    if (name.starts_with(*prefix)) out[name.substr(prefix->size())] = shape;
  }
  return out;
}

std::vector<std::string> left_out(const Shapes& file, const Layout& layout, Branch branch) {
  std::vector<std::string> out;
  for (const auto& [name, shape] : file) {
    if (!part_of(name, layout, branch).part) out.push_back(name);
  }
  return out;
}

Shapes shapes_of(const StateDict& weights) {
  Shapes shapes;
  for (const auto& [name, tensor] : weights) shapes[name] = tensor.sizes().vec();
  return shapes;
}

int64_t patch_of(const Shapes& backbone) {
  const auto embedding = backbone.find("patch_embed.proj.weight");
  if (embedding == backbone.end() || embedding->second.size() != 4) return 0;
  const auto& shape = embedding->second;  // (D, 3, patch, patch)
  return shape[0] > 0 && shape[1] == 3 && shape[2] == shape[3] ? shape[2] : 0;
}

int64_t image_of(const Shapes& backbone) {
  const auto positions = backbone.find("pos_embed");
  if (positions == backbone.end() || positions->second.size() != 3) return 0;
  if (positions->second[0] != 1 || positions->second[2] == 0) return 0;
  const auto patches = static_cast<double>(positions->second[1] - 1);  // and the class token
  return std::llround(std::sqrt(std::max(patches, 0.0))) * patch_of(backbone);
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
  if (patch_of(shapes) > 0) return transformer_of(shapes);
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
  WeightsFile file(path);
  const auto layout = find_layout(file.shapes());
  if (!layout) {
    file.fail(
        message("it holds neither a ResNet nor a Vision Transformer", some_of(file)),
        "Expected conv1.weight or patch_embed.proj.weight under encoder., backbone., encoder_q. or "
        "without a prefix, all of it under module., _orig_mod. or model. or not.");
  }
  const auto backbone = below(layout->backbone[static_cast<size_t>(branch)], file.shapes());
  if (backbone.empty()) {
    file.fail("it holds no momentum networks",
              "Only BYOL, DINO and MoCo have them: leave --branch out.");
  }
  Backbone out;
  out.kind = layout->kind;
  out.arch = arch_of(backbone);
  out.head = layout->head;
  if (!arch.empty() && out.arch != arch) {
    const auto held = out.arch.empty() ? "another network" : "a " + out.arch;
    file.fail(message("it holds ", held, ", not a ", arch),
              out.arch.empty() ? "" : "Say --arch " + out.arch + ".");
  }
  for (size_t i = 0; i < file.size(); ++i) {
    if (const auto place = part_of(file.name(i), *layout, branch); place.part) {
      (out.*place.part).emplace_back(place.name, file.tensor(i));
      (place.part == &Backbone::weights ? out.taken : out.heads).push_back(file.name(i));
    } else {
      out.left.push_back(file.name(i));
    }
  }
  std::ranges::sort(out.classifier, std::greater(), &StateDict::value_type::first);
  add_batch_counters(out.weights);
  add_batch_counters(out.projector);
  return out;
}

}  // namespace rdm
