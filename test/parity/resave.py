"""Reads a checkpoint of `rdm pretrain` as the reference's programs do, checks it, and writes it again
with torch.save and without rdm's own key: a file as main_simsiam.py leaves it.

    PYTHONPATH=.libtorch python3 test/parity/resave.py checkpoint_0000.pth.tar reference.pth.tar
"""

import sys

import torch

source, target = sys.argv[1:]
checkpoint = torch.load(source, weights_only=True)
state = checkpoint["state_dict"]

# main_lincls.py: the encoder without its projector, torchvision's names.
encoder = "module.encoder."
backbone = [name.removeprefix(encoder) for name in state
            if name.startswith(encoder) and not name.startswith(encoder + "fc")]
assert backbone[:2] == ["conv1.weight", "bn1.weight"], backbone[:2]
assert "layer4.1.bn2.running_var" in backbone, backbone
assert all(name.startswith(("module.encoder.", "module.predictor.")) for name in state), list(state)

# main_simsiam.py --resume: the optimizer over the same parameters in the same order.
buffers = ("running_mean", "running_var", "num_batches_tracked")
parameters = {name: value for name, value in state.items() if not name.endswith(buffers)}
optimizer = torch.optim.SGD(parameters.values(), lr=1.0)
optimizer.load_state_dict(checkpoint["optimizer"])
moments = [entry["momentum_buffer"] for entry in optimizer.state.values()]
assert moments and all(moment.isfinite().all() for moment in moments)

assert checkpoint.pop("rdm")["command"] == "pretrain"
assert sorted(checkpoint) == ["arch", "epoch", "optimizer", "state_dict"], sorted(checkpoint)
torch.save(checkpoint, target)
print("ok", checkpoint["arch"], checkpoint["epoch"])
