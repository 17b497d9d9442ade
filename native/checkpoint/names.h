// Finds the networks in a checkpoint, whoever wrote it, under torchvision's and timm's module
// names.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/branch.h"
#include "checkpoint/weights_file.h"

namespace rdm {

// What stands before the names of the networks in a file, by branch; nothing where it has none.
struct Layout {
  using Prefix = std::optional<std::string>;
  const char* kind;                 // simsiam, lightning, moco, lincls, torchvision, timm
  const char* head;                 // of the backbone: fc or head
  std::array<Prefix, 2> backbone;   // before torchvision's or timm's names: module.encoder.
  std::array<Prefix, 2> projector;  // before 0.weight, 1.weight, …: module.encoder.fc.
};

// Nothing where there is no backbone that we know. What PyTorch, its compiler and Lightning put
// before all names (module., _orig_mod., model., in any order) belongs to the prefixes.
std::optional<Layout> find_layout(const Shapes& file);
std::vector<Branch> branches_of(const Shapes& file, const Layout& layout);

// The shapes whose names begin with `prefix`, under what follows it; none without a prefix.
Shapes below(const Layout::Prefix& prefix, const Shapes& file);

// The names of a file of this layout that are not of the networks of the branch.
std::vector<std::string> left_out(const Shapes& file, const Layout& layout, Branch branch);

Shapes shapes_of(const StateDict& weights);

// The architecture (resnet18, …, wide_resnet101_2, vit_tiny, vit_small, vit_base), told from the
// blocks and their widths, and the stem of a residual network (imagenet or cifar), told from the
// first convolution; empty for anything else.
std::string arch_of(const Shapes& backbone);
std::string stem_of(const Shapes& backbone);

// Of a Vision Transformer, in pixels: its patches, and the images that it has positions for; 0 for
// anything else.
int64_t patch_of(const Shapes& backbone);
int64_t image_of(const Shapes& backbone);

struct Backbone {
  std::string kind;                // as the layout's
  std::string arch;                // told from the shapes; empty where it is none that we know
  std::string head;                // as the layout's
  StateDict weights;               // conv1.weight, … without the head
  StateDict classifier;            // fc.weight, then fc.bias, where the head is a linear layer
  StateDict projector;             // 0.weight, … of its layers in order; empty where there is none
  std::vector<std::string> taken;  // the names of `weights` in the file
  std::vector<std::string> heads;  // those of `classifier` and `projector`
  std::vector<std::string> left;   // all others: predictor, the other branch
};

// Errors (bad_checkpoint): as WeightsFile's; no backbone in the file, or none of this branch; or
// `arch` is not empty and the file holds another architecture, with both names.
Backbone load_backbone(const std::string& path, const std::string& arch,
                       Branch branch = Branch::online);

}  // namespace rdm
