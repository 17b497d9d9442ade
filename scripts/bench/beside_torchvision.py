"""torchvision beside a torch that it was not built for: its operations are declared, and never called."""

import torch

library = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    try:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:  # the build has them
        pass
import torchvision  # noqa: E402,F401
