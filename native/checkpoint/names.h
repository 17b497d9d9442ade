// Finds a backbone in a checkpoint, whoever wrote it, under torchvision's module names.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "checkpoint/archive.h"
#include "checkpoint/state_dict.h"

namespace rdm {

// Where a backbone lies in a file.
struct BackboneKeys {
  std::string kind;    // simsiam, lincls, lightning, torchvision; other where there is no backbone
  std::string prefix;  // what the file puts before torchvision's names: module.encoder.
  const pickle::Value* state_dict = nullptr;  // the dictionary that holds it; null for `other`
};

struct Backbone {
  std::string kind;               // as above
  std::string arch;               // told from the shapes; empty where it is none of the ten
  StateDict weights;              // conv1.weight, … without fc
  std::vector<std::string> left;  // names that were not taken: fc, heads, momentum networks
};

using Shapes = std::map<std::string, std::vector<int64_t>>;  // by torchvision's names

BackboneKeys find_backbone(const Archive& archive);
Shapes backbone_shapes(const Archive& archive, const BackboneKeys& keys);

// resnet18, resnet34, …, wide_resnet101_2 by the blocks and their widths; empty for anything else.
std::string arch_of(const Shapes& shapes);

// Errors (bad_checkpoint): as Archive's; no backbone in the file; or `arch` is not empty and the
// file holds another architecture, with both names.
Backbone load_backbone(const std::string& path, const std::string& arch);

}  // namespace rdm
