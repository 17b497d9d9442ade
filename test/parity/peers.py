"""What the peers need in common: torchvision beside a build of torch that it was not built for."""

import numpy as np
import torch


def import_torchvision():
    """Its own operators, which no classifier calls, are declared so that it can be imported."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        try:
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        except RuntimeError:  # the build has them
            pass
    import torchvision

    return torchvision, library


MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def read_images(paths, size):
    """Binary PPM files of size × size, as ToTensor and Normalize have them."""
    pixels = [np.frombuffer(open(path, "rb").read()[-3 * size * size:], np.uint8) for path in paths]
    images = torch.from_numpy(np.stack(pixels).reshape(-1, size, size, 3).transpose(0, 3, 1, 2))
    return (images / 255 - MEAN) / STD
