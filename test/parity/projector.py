"""Projects checkpoints' backbone features with their own projectors, as torch.nn has them.

    python3 test/parity/projector.py < requests.json

Requests: a list of {checkpoint, prefix, features (images × dim)}. Prints a list of projected features.
"""

import json
import sys

import torch
from torch import nn


def projected(checkpoint, prefix, features):
    state = torch.load(checkpoint, weights_only=True)["state_dict"]
    state = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}

    def linear(place):
        out, width = state[f"{place}.weight"].shape
        return nn.Linear(width, out, bias=f"{place}.bias" in state)

    def norm(place, affine=True):
        return nn.BatchNorm1d(len(state[f"{place}.running_mean"]), affine=affine)

    if "6.weight" in state:  # SimSiam's three layers
        head = nn.Sequential(linear(0), norm(1), nn.ReLU(), linear(3), norm(4), nn.ReLU(), linear(6),
                             norm(7, affine=False))
    else:  # BYOL's two
        head = nn.Sequential(linear(0), norm(1), nn.ReLU(), linear(3))
    head.load_state_dict(state)
    return head.eval()(torch.tensor(features)).tolist()


with torch.no_grad():
    json.dump([projected(**request) for request in json.load(sys.stdin)], sys.stdout)
