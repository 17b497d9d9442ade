// Writes a backbone as a file of another library. Free of LibTorch's headers.
#pragma once
#include <string>

#include "base/plain.h"

namespace rdm {

// options: {checkpoint, output, format: torchvision | timm | safetensors | detectron2, branch:
// online | momentum}. Writes the backbone, and the linear classifier where the checkpoint has one
// and the format is not detectron2. timm's ResNets have torchvision's names, so that both are one
// format; its Vision Transformers are ours. Returns {format, kind, arch, patchSize and imageSize
// (of a Vision Transformer, in pixels, or null), branch, classes (of the classifier, or null),
// keys, parameters}.
// Errors: load_backbone's and AtomicFile's; bad_checkpoint for a network that the library does not
// have, such as one with the cifar stem, or with tensors of other names and shapes.
Plain export_checkpoint(const Plain& options);

}  // namespace rdm
