// What a checkpoint holds, without reading its tensors. Free of LibTorch's headers.
#pragma once
#include <string>

#include "base/plain.h"

namespace rdm {

// {kind, arch, epoch, bestAcc1, optimizer, keys, parameters, bytes, tensors: [{name, shape,
// dtype}], rdm, safe}. kind: simsiam, lincls, lightning, torchvision, other. arch: told from the
// shapes, or as recorded. keys, parameters (elements) and bytes count the state dict's tensors.
// arch, epoch, bestAcc1 and rdm (what save_checkpoint recorded) are null where the file does not
// say. safe: always true, since anything outside the closed list of globals is an error. Errors
// (bad_checkpoint): as Archive's.
Plain inspect_checkpoint(const std::string& path);

}  // namespace rdm
