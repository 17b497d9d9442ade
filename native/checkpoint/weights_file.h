// The weights in a file by the names that it gives them: of torch.save, whichever program put them
// below whichever key, or of safetensors.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/archive.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/state_dict.h"

namespace rdm {

// The shapes of tensors by their names.
using Shapes = std::map<std::string, std::vector<int64_t>>;

// Where a file of torch.save keeps its weights.
struct FoundWeights {
  std::string key;                       // empty: the file is the state dict
  std::vector<std::string> passed_over;  // keys with other tensors below them
  std::vector<NamedTensor> tensors;      // in the file's order
};

// The first of these keys with tensors below it: state_dict_ema, model_ema, teacher, state_dict,
// model, net, student. Moving averages come first: it is they that timm, torchvision's scripts and
// DINO evaluate.
FoundWeights find_weights(const Archive& archive);

class WeightsFile {
 public:
  // Errors (bad_checkpoint): Archive's, read_safetensors_header's.
  explicit WeightsFile(const std::string& path);

  size_t size() const { return names_.size(); }
  const std::string& name(size_t index) const { return names_[index]; }
  const Shapes& shapes() const { return shapes_; }
  torch::Tensor tensor(size_t index);  // on the CPU, read when it is asked for

  [[noreturn]] void fail(const std::string& reason, const std::string& hint) const;

 private:
  void add(const std::string& name, const std::vector<int64_t>& shape);

  std::string path_;
  std::optional<SafetensorsHeader> header_;
  std::optional<Archive> archive_;  // where there is no header
  FoundWeights found_;              // in the archive
  std::vector<std::string> names_;
  Shapes shapes_;
};

}  // namespace rdm
