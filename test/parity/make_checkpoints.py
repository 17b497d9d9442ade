"""Writes the checkpoints in test/checkpoints/ with Python's torch, and expected.json beside them.

    PYTHONPATH=.libtorch python3 test/parity/make_checkpoints.py

Every tensor is tiny; the layouts are those of main_simsiam.py, main_lincls.py, solo-learn's Lightning
files and torchvision's downloads. The files are committed, so tests need no Python.
"""

import argparse
import json
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).resolve().parent.parent / "checkpoints"


def counted(*shape, dtype=torch.float32, start=0):
    """Distinct small numbers, exact in every element type."""
    numel = torch.Size(shape).numel()
    return (torch.arange(start, start + numel) % 100).reshape(shape).to(dtype)


def backbone(prefix, batches=True):
    """The first and last modules of a ResNet, in torchvision's order."""
    state = OrderedDict()
    state[prefix + "conv1.weight"] = counted(2, 3, 3, 3)
    state[prefix + "bn1.weight"] = counted(2, start=1)
    state[prefix + "bn1.bias"] = counted(2, start=2)
    state[prefix + "bn1.running_mean"] = counted(2, start=3)
    state[prefix + "bn1.running_var"] = counted(2, start=4)
    if batches:
        state[prefix + "bn1.num_batches_tracked"] = torch.tensor(7)
    state[prefix + "layer1.0.conv1.weight"] = counted(2, 2, 3, 3, start=5)
    state[prefix + "fc.weight"] = counted(4, 2, start=6)
    state[prefix + "fc.bias"] = counted(4, start=7)
    return state


def sgd_state():
    """Two groups as --fix-pred-lr makes them; parameter 1 is frozen, so it has no momentum buffer."""
    encoder = [nn.Parameter(counted(2, 2)), nn.Parameter(counted(3), requires_grad=False)]
    predictor = [nn.Parameter(counted(2, start=5))]
    optimizer = torch.optim.SGD(
        [{"params": encoder, "fix_lr": False}, {"params": predictor, "fix_lr": True}],
        lr=0.05, momentum=0.9, weight_decay=1e-4)
    for step in (1, 2):
        (encoder[0].sum() * step + predictor[0].sum() * 3).backward()
        optimizer.step()
        optimizer.zero_grad()
    return optimizer.state_dict()


def simsiam():
    state = backbone("module.encoder.")
    state["module.predictor.0.weight"] = counted(2, 2, start=8)
    return {"epoch": 3, "arch": "resnet18", "state_dict": state, "optimizer": sgd_state()}


def lincls():
    """A plain dict for the state, a tensor for the accuracy, and old SGD's empty momentum buffers."""
    group = {"lr": 30, "momentum": 0.9, "dampening": 0, "weight_decay": 0.0, "nesterov": False,
             "params": [140001, 140002]}
    state = {140001: {"momentum_buffer": None}, 140002: {"momentum_buffer": counted(4, start=9)}}
    return {"epoch": 12, "arch": "resnet18", "state_dict": dict(backbone("module.")),
            "best_acc1": torch.tensor([67.5]),
            "optimizer": {"state": state, "param_groups": [group]}}


def solo_learn():
    state = backbone("backbone.")
    state["projector.0.weight"] = counted(2, 2)
    state.update((f"momentum_{k}", v + 1) for k, v in backbone("backbone.").items())
    return {"epoch": 399, "global_step": 1000, "pytorch-lightning_version": "1.6.4",
            "state_dict": state, "hyper_parameters": argparse.Namespace(lr=0.5, data=Path("data")),
            "callbacks": {"best": torch.tensor(0.5)}, "optimizer_states": []}


def tensors():
    """Element types, layouts and storages: what a file may hold, not what ours do."""
    shared = counted(6, start=10)
    state = OrderedDict()
    for dtype in (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32,
                  torch.int16, torch.int8, torch.uint8):
        state[str(dtype).removeprefix("torch.")] = counted(3, dtype=dtype)
    state["bool"] = torch.tensor([True, False, True])
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.empty(0, 3)
    state["channels_last"] = counted(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)
    state["transposed"] = counted(2, 3).t()
    state["parameter"] = nn.Parameter(counted(2))
    state["shared_all"] = shared
    state["shared_tail"] = shared[2:5]
    return state


def numbers(tensor):
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch."),
            "values": tensor.detach().double().flatten().tolist()}


class Call:
    """Pickles as a call, which is how a pickle runs code in the reader."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def write_pickles():
    """The same plain object in every protocol."""
    value = {"none": None, "flags": [True, False], "text": "é\n'\\", "float": 0.1,
             "integers": [0, -1, 255, 65536, -(2**31), 2**40, -(2**63)], "pair": (1, "two"),
             "nested": {"list": [[], [1]]}}
    for protocol in range(6):
        (FOLDER / f"plain.{protocol}.pkl").write_bytes(pickle.dumps(value, protocol=protocol))


def main():
    FOLDER.mkdir(exist_ok=True)
    expected = {}
    for name, contents in [("simsiam", simsiam()), ("lincls", lincls()), ("solo", solo_learn()),
                           ("torchvision", backbone("", batches=False)), ("tensors", tensors())]:
        torch.save(contents, FOLDER / f"{name}.pth")
        torch.save(contents, FOLDER / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
        state = contents.get("state_dict", contents)
        expected[name] = {key: numbers(value) for key, value in state.items()}
    hostile = {"state_dict": Call(os.system, "touch rdm-was-here")}
    torch.save(hostile, FOLDER / "hostile.pth")
    torch.save(hostile, FOLDER / "hostile.legacy.pth", _use_new_zipfile_serialization=False)
    write_pickles()
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
