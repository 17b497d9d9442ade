"""Compares an export for detectron2 with one for torchvision: its names and values, as pickle.load gives them.

    python3 test/parity/detectron2.py backbone.pkl torchvision.pth DEPTH [and so on]
"""

import pickle
import sys

import numpy as np
import torch

BLOCKS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}


def conv(name):
    """detectron2.layers.Conv2d with its norm, as its state dict lists them."""
    norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    return [f"{name}.weight"] + [f"{name}.norm.{part}" for part in norm]


def names(depth):
    """Of detectron2's ResNet: stem, then res2 to res5; a block has a shortcut where its width or stride changes."""
    convs = 3 if depth >= 50 else 2
    out = conv("stem.conv1")
    for stage, blocks in enumerate(BLOCKS[depth], start=2):
        for block in range(blocks):
            for index in range(convs):
                out += conv(f"res{stage}.{block}.conv{index + 1}")
            if block == 0 and (depth >= 50 or stage > 2):
                out += conv(f"res{stage}.{block}.shortcut")
    return out


def main(file, torchvision, depth):
    with open(file, "rb") as stream:
        written = pickle.load(stream, encoding="latin1")  # as detectron2's checkpointer does
    assert list(written) == ["model", "__author__", "matching_heuristics"], list(written)
    assert written["matching_heuristics"] is True and written["__author__"] == "rdm"
    model = written["model"]
    assert sorted(model) == sorted(names(depth)), set(model) ^ set(names(depth))
    assert all(isinstance(array, np.ndarray) and array.flags.writeable for array in model.values())
    state = torch.load(torchvision, weights_only=True)
    assert len(state) == len(model)
    for (name, tensor), (other, array) in zip(state.items(), model.items()):
        assert torch.equal(tensor, torch.from_numpy(array)), (name, other)
    print("ok")


if __name__ == "__main__":
    for at in range(1, len(sys.argv), 3):
        main(sys.argv[at], sys.argv[at + 1], int(sys.argv[at + 2]))
