// Finds the networks in a checkpoint, whoever wrote it, under torchvision's module names.
#pragma once
#include <array>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/archive.h"
#include "checkpoint/branch.h"
#include "checkpoint/state_dict.h"

namespace rdm {

// What a writer puts before the names of its networks, by branch; null where it has none.
struct Layout {
  const char* kind;                      // simsiam, lincls, lightning, torchvision
  std::array<const char*, 2> backbone;   // before torchvision's names: module.encoder.
  std::array<const char*, 2> projector;  // before 0.weight, 1.weight, …: module.encoder.fc.
};

using Shapes = std::map<std::string, std::vector<int64_t>>;

// The state dict's tensors by their names in the file.
Shapes shapes_of(const Archive& archive);

// Null where there is no ResNet backbone.
const Layout* find_layout(const Shapes& file);
std::vector<Branch> branches_of(const Shapes& file, const Layout& layout);

// The shapes whose names begin with `prefix`, under what follows it; none for a null prefix.
Shapes below(const char* prefix, const Shapes& file);

// The architecture (resnet18, resnet34, …, wide_resnet101_2), told from the blocks and their
// widths, and the stem (imagenet or cifar), told from the first convolution; empty for anything
// else.
std::string arch_of(const Shapes& backbone);
std::string stem_of(const Shapes& backbone);

struct Backbone {
  std::string kind;               // as the layout's
  std::string arch;               // told from the shapes; empty where it is none of the ten
  StateDict weights;              // conv1.weight, … without fc
  StateDict classifier;           // fc.weight and fc.bias, where fc is a linear layer
  StateDict projector;            // 0.weight, … of its layers in order; empty where there is none
  std::vector<std::string> left;  // names that were not taken: predictor, the other branch
};

// Errors (bad_checkpoint): as Archive's; no backbone in the file, or none of this branch; or `arch`
// is not empty and the file holds another architecture, with both names.
Backbone load_backbone(const std::string& path, const std::string& arch,
                       Branch branch = Branch::online);

}  // namespace rdm
