#include "train/whole_network.h"

#include <torch/torch.h>

#include "base/error.h"
#include "checkpoint/names.h"
#include "layers/batch_norm.h"

namespace rdm {

void refuse_other_input(const StateDict& backbone, const BackboneSpec& spec,
                        const std::string& path) {
  const auto shapes = shapes_of(backbone);
  if (const int64_t patch = patch_of(shapes); patch > 0) {
    if (patch == spec.patch_size) return;
    throw Error(Code::bad_checkpoint,
                message("cannot begin with ", path, ": its patches are of ", patch,
                        " pixels, not of ", spec.patch_size),
                message("say --patch-size ", patch));
  }
  const std::string wanted = spec.stem.kind == Stem::Kind::cifar ? "cifar" : "imagenet";
  const auto held = stem_of(shapes);
  if (held == wanted) return;
  throw Error(
      Code::bad_checkpoint,
      message("cannot begin with ", path, ": its first layers are not the ", wanted, " stem"),
      held.empty() ? "" : "say --stem " + held);
}

void start_alike(torch::nn::Module& module, Group& group) {
  synchronise_batch_norms(module, group);
  auto weights = module.parameters();
  for (const auto& buffer : module.buffers()) weights.push_back(buffer);
  group.broadcast(weights);
}

}  // namespace rdm
