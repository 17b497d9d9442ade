"""Compares the backbone of a checkpoint of rdm with a state dict, tensor by tensor, bit for bit.

    python3 test/parity/same_weights.py CHECKPOINT STATE_DICT

Prints how many tensors are equal, all but the head's.
"""

import sys

import torch


def main(checkpoint, file):
    ours = torch.load(checkpoint, weights_only=True)["state_dict"]
    prefix = "module.encoder."
    backbone = {name[len(prefix):]: tensor for name, tensor in ours.items() if name.startswith(prefix)}
    theirs = torch.load(file, weights_only=True)
    names = [name for name in theirs if not name.startswith("head.")]
    assert names == [name for name in backbone if not name.startswith("head.")], "other names"
    for name in names:
        assert torch.equal(backbone[name], theirs[name]), f"{name} differs"
    print(f"{len(names)} tensors are equal")


main(*sys.argv[1:])
