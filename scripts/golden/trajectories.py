"""Whole training steps of plain PyTorch modules: SimSiam, BYOL, SwAV, DINO; and the weights that a seed draws."""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from features import filter_of
from losses import centred_and_sharpened, cross_entropy, sinkhorn
from peers import import_torchvision

torchvision, _operators = import_torchvision()


class SimSiam(nn.Module):
    """As main_simsiam.py builds it, in its order of draws."""

    def __init__(self, arch, dim, pred_dim, learned=True):
        super().__init__()
        self.encoder = torchvision.models.get_model(arch, num_classes=dim, zero_init_residual=True)
        width = self.encoder.fc.in_features
        last = self.encoder.fc
        hidden = [[nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True)] for _ in range(2)]
        self.encoder.fc = nn.Sequential(*hidden[0], *hidden[1], last, nn.BatchNorm1d(dim, affine=False))
        last.bias.requires_grad = False
        self.predictor = nn.Identity()
        if learned:
            self.predictor = nn.Sequential(nn.Linear(dim, pred_dim, bias=False), nn.BatchNorm1d(pred_dim),
                                           nn.ReLU(inplace=True), nn.Linear(pred_dim, dim))


def initial_weights(seed):
    models = {}
    for arch in ("resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2"):
        torch.manual_seed(seed)
        model = SimSiam(arch, dim=512, pred_dim=128)
        state = {name: tensor for name, tensor in model.state_dict().items() if "num_batches" not in name}
        names = list(state)
        digests = {}
        for name in names[:6] + names[-10:]:
            values = state[name].double().flatten()
            digests[name] = {"shape": list(state[name].shape), "sum": values.sum().item(),
                             "abs": values.abs().sum().item(), "first": values[:2].tolist()}
        models[arch] = {"parameters": sum(p.numel() for p in model.parameters()),
                        "keys": len(model.state_dict()), "tensors": digests}
    return {"models": models, "seed": seed}


def filtered(p, z, kind, location, sigma):
    if kind == "mlp":
        return p, z
    if location == "online":
        return p @ filter_of(p.detach(), kind, sigma).to(p.dtype), z
    return p, z @ filter_of(z, kind, sigma).to(z.dtype)


def cosine(p, z, predictor):
    p, z = filtered(p, z.detach(), *predictor)
    return F.cosine_similarity(p, z).mean()


def simsiam(weights_seed, data_seed):
    runs = []
    for predictor in (("mlp", "online", 0.0), ("poly", "online", 1.0), ("log_1", "online", 0.0), ("poly", "target", -0.5)):
        torch.manual_seed(weights_seed)
        model = SimSiam("resnet18", dim=64, pred_dim=32, learned=predictor[0] == "mlp")
        optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad],
                                    lr=0.05, momentum=0.9, weight_decay=1e-4)
        torch.manual_seed(data_seed)
        losses = []
        for _ in range(5):
            views = [torch.randn(96, 3, 32, 32) for _ in range(2)]
            z = [model.encoder(view) for view in views]
            p = [model.predictor(one) for one in z]
            loss = -0.5 * (cosine(p[0], z[1], predictor) + cosine(p[1], z[0], predictor))
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        runs.append({**dict(zip(("pred_type", "pred_location", "sigma"), predictor)), "losses": losses})
    return {"tolerance_per_step": [1e-5, 1e-4, 5e-4, 2e-3, 5e-3], "trajectories": runs,
            "weights_seed": weights_seed, "data_seed": data_seed}


def cifar_resnet18():
    network = torchvision.models.resnet18()
    network.conv1 = nn.Conv2d(3, 64, kernel_size=3, stride=1, padding=2, bias=False)
    network.maxpool = nn.Identity()
    network.fc = nn.Identity()
    return network


@torch.no_grad()
def fill(parameters):
    for name, parameter in parameters:
        if parameter.dim() > 1:
            parameter.normal_(0, 0.05)
        else:
            parameter.fill_(1 if name.endswith("weight") else 0)


def abs_sum(parameters):
    return sum(p.detach().double().abs().sum().item() for p in parameters)


class Lars:
    """Rate .3, momentum .9, eta .02, clipped; tensors of one dimension take plain momentum without decay."""

    def __init__(self, parameters, weight_decay):
        self.parameters, self.weight_decay = list(parameters), weight_decay
        self.moved = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        for p, moved in zip(self.parameters, self.moved):
            if p.grad is None:
                continue
            d = p.grad
            if p.dim() != 1 and p.norm() > 0 and d.norm() > 0:
                trust = 0.02 * p.norm() / (d.norm() + self.weight_decay * p.norm() + 1e-8)
                d = (d + self.weight_decay * p) * min(trust / 0.3, 1)
            moved.mul_(0.9).add_(d)
            p.sub_(0.3 * moved)
        for p in self.parameters:
            p.grad = None


@torch.no_grad()
def follow(target, online, tau):
    for t, o in zip(target, online):
        t.copy_(tau * t + (1 - tau) * o)


def tau_after(step, steps):
    return 1 - 0.01 * (math.cos(math.pi * step / steps) + 1) / 2


def byol(weights_seed, data_seed):
    steps, runs = 4, []
    for predictor in (("poly", "online", 1.0), ("poly", "target", -1.0), ("log_2", "online", 0.0)):
        online = nn.Sequential(cifar_resnet18(), nn.Linear(512, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 48))
        torch.manual_seed(weights_seed)
        fill(online.named_parameters())
        target = copy.deepcopy(online).requires_grad_(False)
        optimizer = Lars(online.parameters(), weight_decay=1e-5)
        torch.manual_seed(data_seed)
        losses = []
        for step in range(steps):
            views = [torch.randn(64, 3, 16, 16) for _ in range(2)]
            p = [online(view) for view in views]
            z = [target(view) for view in views]
            loss = sum(2 - 2 * cosine(p[1 - at], z[at], predictor) for at in range(2))
            losses.append(loss.item())
            loss.backward()
            optimizer.step()
            follow(target.parameters(), online.parameters(), tau_after(step, steps))
        runs.append({**dict(zip(("pred_type", "pred_location", "sigma"), predictor)), "losses": losses,
                     "target_abs_sum": abs_sum(target.parameters()), "final_tau": tau_after(steps, steps)})
    return {"tolerance_per_step": [1e-5, 1e-4, 5e-4, 1e-2], "trajectories": runs,
            "weights_seed": weights_seed, "data_seed": data_seed}


class WithPrototypes(nn.Module):
    """A network, its head, and logits by directions of unit length."""

    def __init__(self, method):
        super().__init__()
        self.backbone = cifar_resnet18()
        self.head = (nn.Sequential(nn.Linear(512, 96), nn.BatchNorm1d(96), nn.ReLU(), nn.Linear(96, 32)) if method == "swav"
                     else nn.Sequential(nn.Linear(512, 96), nn.GELU(), nn.Linear(96, 96), nn.GELU(), nn.Linear(96, 32)))
        self.prototypes = nn.Parameter(torch.empty(60, 32))

    def logits(self, outputs):
        return outputs @ F.normalize(self.prototypes).T

    def forward(self, crop):
        outputs = F.normalize(self.head(self.backbone(crop)))
        return outputs, self.logits(outputs)


def prototype_steps(method, multicrop, weights_seed, data_seed, dtype):
    """The losses, and the sum of absolute weights at the start and at the end (DINO: of the teacher)."""
    steps = 4
    torch.manual_seed(weights_seed)
    online = WithPrototypes(method)
    torch.manual_seed(weights_seed)
    fill(online.backbone.named_parameters())
    fill(online.head.named_parameters())
    fill([("prototypes.weight", online.prototypes)])
    initial = abs_sum(online.parameters())
    # In channels_last float64's convolutions take half the time.
    layout = torch.channels_last if dtype == torch.float64 else torch.contiguous_format
    online.to(dtype=dtype, memory_format=layout)
    teacher = copy.deepcopy(online).requires_grad_(False)
    optimizer = Lars(online.parameters(), weight_decay=1e-6)
    centre = torch.zeros(1, 60, dtype=dtype)
    queues = None
    torch.manual_seed(data_seed)
    losses = []
    for step in range(steps):
        epoch = step // 2
        sizes = [16, 16, 8, 8] if multicrop else [16, 16]
        crops = [torch.randn(48, 3, size, size).to(dtype, memory_format=layout) for size in sizes]
        outputs, logits = zip(*[online(crop) for crop in crops])
        if method == "swav":
            rows = [view.detach() for view in outputs[:2]]
            full = rows if queues is None or epoch < 1 else [torch.cat(pair) for pair in zip(rows, queues)]
            targets = [sinkhorn(online.logits(one).detach(), 0.05, 3)[:48] for one in full]
            queues = [torch.cat([one, torch.zeros(96, 32, dtype=dtype) if queues is None else queues[at]])[:96]
                      for at, one in enumerate(rows)]
        else:
            taught = [teacher(crop)[1] for crop in crops[:2]]
            targets = [centred_and_sharpened(view, centre, (0.04, 0.07)[epoch]) for view in taught]
            centre = 0.9 * centre + 0.1 * torch.cat(taught).mean(dim=0, keepdim=True)
        loss = cross_entropy(logits, targets, 0.1)
        losses.append(loss.item())
        loss.backward()
        if epoch == 0:
            online.prototypes.grad = None
        optimizer.step()
        follow(teacher.parameters(), online.parameters(), tau_after(step, steps))
    return losses, initial, abs_sum((teacher if method == "dino" else online).parameters())


def prototype_methods(seed):
    settings = {
        "swav": {"temperature": 0.1, "epsilon": 0.05, "iterations": 3, "queue": 96, "queue_from_epoch": 1,
                 "prototypes_frozen_epochs": 1},
        "dino": {"student_temperature": 0.1, "teacher_temperatures_per_epoch": [0.04, 0.07], "center_momentum": 0.9,
                 "last_layer_frozen_epochs": 1, "base_tau": 0.99, "final_tau": 1.0, "final_abs_sum_of": "teacher"},
    }
    runs = []
    for multicrop in (False, True):
        for method, first in (("swav", 20), ("dino", 30)):
            seeds = {"weights_seed": first + seed, "data_seed": first + 1 + seed}
            found = {name: prototype_steps(method, multicrop, *seeds.values(), dtype)
                     for name, dtype in (("float64", torch.float64), ("float32", torch.float32))}
            runs.append({"method": method, "multicrop": multicrop, **seeds, "initial_abs_sum": found["float64"][1],
                         "losses": {name: one[0] for name, one in found.items()},
                         "final_abs_sum": {name: one[2] for name, one in found.items()}, **settings[method]})
    return {"seed": seed, "runs": runs}
