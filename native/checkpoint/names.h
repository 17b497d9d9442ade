// Finds the networks in a checkpoint, whoever wrote it, under torchvision's module names.
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
  const char* kind;                 // simsiam, lincls, lightning, moco, torchvision
  std::array<Prefix, 2> backbone;   // before torchvision's names: module.encoder.
  std::array<Prefix, 2> projector;  // before 0.weight, 1.weight, …: module.encoder.fc.
};

// Nothing where there is no ResNet backbone. What PyTorch, its compiler and Lightning put before
// all names (module., _orig_mod., model., in any order) belongs to the prefixes.
std::optional<Layout> find_layout(const Shapes& file);
std::vector<Branch> branches_of(const Shapes& file, const Layout& layout);

// The shapes whose names begin with `prefix`, under what follows it; none without a prefix.
Shapes below(const Layout::Prefix& prefix, const Shapes& file);

// The names of a file of this layout that are not of the networks of the branch.
std::vector<std::string> left_out(const Shapes& file, const Layout& layout, Branch branch);

// The architecture (resnet18, resnet34, …, wide_resnet101_2), told from the blocks and their
// widths, and the stem (imagenet or cifar), told from the first convolution; empty for anything
// else.
std::string arch_of(const Shapes& backbone);
std::string stem_of(const Shapes& backbone);

struct Backbone {
  std::string kind;                // as the layout's
  std::string arch;                // told from the shapes; empty where it is none of the ten
  StateDict weights;               // conv1.weight, … without fc
  StateDict classifier;            // fc.weight, then fc.bias, where fc is a linear layer
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
