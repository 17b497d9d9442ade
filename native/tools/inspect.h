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
//   globals: what the pickle names, and none of which is ever run; refused: those that a checkpoint
//   may not name, so that nothing here would load the file; safe: there are none of these
// What the file does not say, or says as another kind of value, is null. Errors (bad_checkpoint):
// as Archive's, but for globals; a file that another program could read differently is among them.
Plain inspect_checkpoint(const std::string& path);

}  // namespace rdm
