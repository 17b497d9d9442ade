"""Writes backbones with random weights as other programs save them, for `rdm pretrain --init`.

    python3 test/parity/start_weights.py LAYOUT ARCH FILE

torchvision and timm make the network themselves; the other layouts put the tensors of torchvision's network
under the names that their programs give them: solo-learn's Lightning checkpoints, and the files of the official
SimSiam (main_simsiam.py) and MoCo (main_moco.py).
"""

import sys

import torch

from peers import import_torchvision


def torchvision_state(arch):
    torchvision, _library = import_torchvision()
    network = getattr(torchvision.models, arch)()
    for name, buffer in network.named_buffers():  # not those of a network that has seen nothing
        if name.endswith("running_mean"):
            torch.nn.init.normal_(buffer, std=0.1)
        if name.endswith("running_var"):
            torch.nn.init.uniform_(buffer, 0.5, 1.5)
    return network.state_dict()


def timm_state(arch):
    import_torchvision()
    import timm

    return timm.create_model(arch, pretrained=False).state_dict()


def under(prefix, state):
    return {prefix + name: tensor for name, tensor in state.items() if not name.startswith("fc.")}


def head(prefix, width):
    return {f"{prefix}0.weight": torch.randn(8, width), f"{prefix}0.bias": torch.ones(8)}


def solo_learn(state):
    width = state["fc.weight"].shape[1]
    tensors = {**under("backbone.", state), **head("projector.", width), **head("predictor.", 8)}
    return {"epoch": 400, "state_dict": tensors, "pytorch-lightning_version": "1.6.4"}


def simsiam(state):
    width = state["fc.weight"].shape[1]
    tensors = {**under("module.encoder.", state), **head("module.encoder.fc.", width),
               **head("module.predictor.", 8)}
    return {"epoch": 100, "arch": "resnet18", "state_dict": tensors, "optimizer": {}}


def moco(state):
    width = state["fc.weight"].shape[1]
    other = {name: torch.zeros_like(tensor) for name, tensor in state.items()}
    tensors = {**under("module.encoder_q.", state), **head("module.encoder_q.fc.", width),
               **under("module.encoder_k.", other), "module.queue": torch.randn(8, 16)}
    return {"epoch": 200, "arch": "resnet18", "state_dict": tensors}


def main(layout, arch, file):
    torch.manual_seed(0)
    if layout == "timm":
        return torch.save(timm_state(arch), file)
    state = torchvision_state(arch)
    made = {"torchvision": lambda state: state, "solo-learn": solo_learn, "simsiam": simsiam, "moco": moco}
    torch.save(made[layout](state), file)


main(*sys.argv[1:])
