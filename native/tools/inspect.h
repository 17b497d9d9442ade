// What a checkpoint holds, without reading its tensors. Free of LibTorch's headers.
#pragma once
#include <string>

#include "base/plain.h"

namespace rdm {

// {format, kind, arch, stem, branches, projector, epoch, bestAcc1, optimizer, keys, parameters,
// bytes, tensors, rdm, configuration, globals, refused, safe}
//   format: torch or safetensors
//   kind: simsiam, lincls, lightning, torchvision, other
//   arch, stem: told from the shapes, or as recorded
//   branches: online and, of BYOL, momentum; none where there is no backbone
//   projector: features in and out of each linear layer in turn, or null
//   optimizer: {groups, lr, tensors, bytes}, or null
//   keys, parameters (elements), bytes, tensors ([{name, shape, dtype}]): of the state dict
//   rdm: what save_checkpoint recorded; configuration: another program's, where it is plain
//   globals: what the pickle names; refused: those that a checkpoint may not name, so that nothing
//   here would load the file; safe: there are none. None of them is ever run.
// What the file does not say is null. Errors (bad_checkpoint): as Archive's, but for globals.
Plain inspect_checkpoint(const std::string& path);

}  // namespace rdm
