"""Reads a checkpoint that rdm wrote as the reference's programs would, and checks it.

    RDM_CHECKPOINT_OUT=/tmp/rdm.pth.tar build-native/test/native/rdm_core_tests -tc="*Python to read*"
    PYTHONPATH=.libtorch python3 test/parity/checkpoint_read.py /tmp/rdm.pth.tar

The file is the one of checkpoint_write_test.cpp. Prints "ok", or fails with what differs.
"""

import sys
from collections import OrderedDict

import torch
from torch import nn


def backbone_of(state_dict):
    """main_lincls.py keeps the encoder without its fc and drops the prefix."""
    prefix = "module.encoder."
    return {name.removeprefix(prefix): value for name, value in state_dict.items()
            if name.startswith(prefix) and not name.startswith(prefix + "fc")}


def check_weights(checkpoint):
    state = checkpoint["state_dict"]
    assert type(state) is OrderedDict, type(state)
    assert list(state) == ["module.encoder.conv1.weight",
                           "module.encoder.bn1.num_batches_tracked", "module.encoder.fc.0.weight",
                           "module.encoder.fc.6.bias", "module.predictor.0.weight"], list(state)
    weight = state["module.encoder.conv1.weight"]
    assert weight.is_contiguous(), weight.stride()
    assert torch.equal(weight, torch.arange(24.0).reshape(2, 3, 2, 2))
    assert state["module.predictor.0.weight"].dtype == torch.bfloat16
    encoder = nn.Module()
    encoder.conv1 = nn.Conv2d(3, 2, 2, bias=False)
    encoder.bn1 = nn.Module()
    encoder.bn1.register_buffer("num_batches_tracked", torch.tensor(0))
    encoder.load_state_dict(backbone_of(state), strict=True)
    assert encoder.bn1.num_batches_tracked.item() == 2**40


def check_optimizer(checkpoint):
    """torch.optim.SGD takes the state, steps on it, and keeps the reference's own key."""
    conv = nn.Parameter(torch.zeros(2, 3, 2, 2))
    frozen = nn.Parameter(torch.zeros(2), requires_grad=False)
    predictor = nn.Parameter(torch.zeros(2, 2))
    groups = [{"params": [conv, nn.Parameter(torch.zeros(3, 3)), frozen], "fix_lr": False},
              {"params": [predictor], "fix_lr": True}]
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=0.1)
    fresh = set(optimizer.state_dict()["param_groups"][0])
    optimizer.load_state_dict(checkpoint["optimizer"])
    assert fresh <= set(optimizer.param_groups[0]), fresh - set(optimizer.param_groups[0])
    assert [group["fix_lr"] for group in optimizer.param_groups] == [False, True]
    assert [group["lr"] for group in optimizer.param_groups] == [0.025, 0.05]
    conv.grad = torch.ones_like(conv)
    optimizer.step()
    momentum = -torch.arange(24.0).reshape(2, 3, 2, 2) * 0.9 + 1
    torch.testing.assert_close(conv.detach(), -0.025 * momentum)


def main(path):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    assert list(checkpoint) == ["epoch", "arch", "state_dict", "optimizer", "rdm"], list(checkpoint)
    assert (checkpoint["epoch"], checkpoint["arch"]) == (2, "resnet18")
    check_weights(checkpoint)
    check_optimizer(checkpoint)
    assert checkpoint["rdm"] == {
        "version": "0.1.0", "data": "/données/train", "seed": None, "steps": 2**33, "sigma": -0.5,
        "flags": [True, {"a": -1}]}, checkpoint["rdm"]
    print("ok")


if __name__ == "__main__":
    main(sys.argv[1])
