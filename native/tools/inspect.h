// What a checkpoint holds, without reading its tensors. Free of LibTorch's headers.
#pragma once
#include <string>

#include "base/plain.h"

namespace rdm {

// {format, kind, arch, stem, patchSize, branches, weights, projector, epoch, bestAcc1, optimizer,
// keys, parameters, bytes, tensors, rdm, configuration, globals, refused, safe}
//   format: torch or safetensors
//   kind: simsiam, lincls, lightning, moco, torchvision, timm, other
//   arch, stem: found out from the shapes, or as recorded
//   patchSize: of a Vision Transformer, in pixels, found out likewise; or null
//   branches: online and, for BYOL and MoCo, momentum; empty where there is no backbone
//   weights: {key, passedOver, prefix, taken, left}: the key that the state dict lies below, or
//   null, other keys with tensors, what is before the backbone's names, how many tensors are of the
//   online branch, and the names of the others; or null projector: sizes of the features, before
//   the first and after each linear layer, or null optimizer: {groups, lr, tensors, bytes}, or null
//   keys, parameters (elements), bytes, tensors ([{name, shape, dtype}]): of the state dict
//   rdm: what save_checkpoint recorded; configuration: another program's, where it is plain
//   globals: the Python names that the pickle refers to, none of which is ever run
//   refused: those of them that a checkpoint may not refer to; every other command refuses the file
//   safe: whether there are none of these
// What the file does not say, or says as another kind of value, is null. Errors (bad_checkpoint):
// Archive's, also for a file that another program could read differently; but no global is refused.
Plain inspect_checkpoint(const std::string& path);

}  // namespace rdm
