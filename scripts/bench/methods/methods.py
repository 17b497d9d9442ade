"""Times a training step of each method in Python, for `npm run bench:methods` to compare with.

    PYTHONPATH=.libtorch:scripts/bench python3 scripts/bench/methods/methods.py --method swav --crops 2x32,4x16

The networks, widths and losses are those of `rdm pretrain --method METHOD` with its defaults; every crop goes
through the network by itself, so that batch norms see one crop, as in solo-learn. What Python can do is done:
channels_last, fused SGD, averages by _foreach. Prints one line of JSON: the median of the timed steps in
seconds, and the loss of the last.
"""

import argparse
import contextlib
import copy
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

from step import backbone, encoder


def two_layers(inputs, hidden, outputs, bias=True):
    return [nn.Linear(inputs, hidden, bias=bias), nn.BatchNorm1d(hidden), nn.ReLU(inplace=True),
            nn.Linear(hidden, outputs)]


def with_head(network, head):
    layers, width = backbone(network)
    return nn.Sequential(*layers, *head(width))


class Prototypes(nn.Module):
    """Logits by directions of unit length."""

    def __init__(self, features, count):
        super().__init__()
        self.directions = nn.Parameter(nn.Linear(features, count, bias=False).weight.detach().clone())

    def forward(self, outputs):
        with torch.autocast("cpu", enabled=False):
            return F.linear(F.normalize(outputs.float()), F.normalize(self.directions))


def following(network):
    """A copy that takes no gradient."""
    return copy.deepcopy(network).requires_grad_(False)


def follow(target, online, tau):
    with torch.no_grad():
        torch._foreach_lerp_(list(target.parameters()), list(online.parameters()), 1 - tau)


def cross_entropy(logits, targets, temperature):
    """The mean over every pair of a target and another crop's prediction of it."""
    terms = [-(target * F.log_softmax(prediction / temperature, dim=1)).sum(dim=1).mean()
             for t, target in enumerate(targets)
             for p, prediction in enumerate(logits) if p != t]
    return torch.stack(terms).mean()


class SimSiam(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.online = encoder(network, dim=2048)
        self.predictor = nn.Sequential(*two_layers(2048, 512, 2048, bias=False))

    def forward(self, crops):
        z = [self.online(crop) for crop in crops]
        p = [self.predictor(outputs) for outputs in z]
        z = [outputs.detach().float() for outputs in z]
        cosines = [F.cosine_similarity(p[i].float(), z[1 - i]).mean() for i in (0, 1)]
        return -0.5 * (cosines[0] + cosines[1])

    def moved(self):
        pass


class Byol(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.online = with_head(network, lambda width: two_layers(width, 4096, 256))
        self.predictor = nn.Sequential(*two_layers(256, 4096, 256))
        self.target = following(self.online)

    def forward(self, crops):
        p = [self.predictor(self.online(crop)).float() for crop in crops]
        with torch.no_grad():
            z = [self.target(crop).float() for crop in crops[:2]]
        pairs = [(i, t) for t in (0, 1) for i in range(len(crops)) if i != t]
        return sum(2 - 2 * F.cosine_similarity(p[i], z[t]).mean() for i, t in pairs)

    def moved(self):
        follow(self.target, self.online, 0.99)


class Swav(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.online = with_head(network, lambda width: two_layers(width, 2048, 128))
        self.prototypes = Prototypes(128, 3000)
        self.register_buffer("queue", torch.zeros(2, 3840, 128))

    @torch.no_grad()
    def assignments(self, outputs, crop):
        rows = torch.cat([F.normalize(outputs.float()), self.queue[crop]])
        self.queue[crop] = rows[: len(self.queue[crop])]
        q = torch.exp(self.prototypes(rows) / 0.05)
        q /= q.sum()
        for _ in range(3):
            q /= q.sum(dim=0, keepdim=True) * q.shape[1]
            q /= q.sum(dim=1, keepdim=True) * q.shape[0]
        return (q * q.shape[0])[: len(outputs)]

    def forward(self, crops):
        outputs = [self.online(crop) for crop in crops]
        logits = [self.prototypes(rows) for rows in outputs]
        targets = [self.assignments(outputs[crop].detach(), crop) for crop in (0, 1)]
        return cross_entropy(logits, targets, 0.1)

    def moved(self):
        pass


class Dino(nn.Module):
    def __init__(self, network):
        super().__init__()

        def head(width):
            return [nn.Linear(width, 2048), nn.GELU(), nn.Linear(2048, 2048), nn.GELU(), nn.Linear(2048, 256)]

        self.online = nn.ModuleList([with_head(network, head), Prototypes(256, 4096)])
        self.target = following(self.online)
        self.register_buffer("centre", torch.zeros(1, 4096))

    def forward(self, crops):
        network, prototypes = self.online
        logits = [prototypes(network(crop)) for crop in crops]
        with torch.no_grad():
            network, prototypes = self.target
            taught = [prototypes(network(crop)) for crop in crops[:2]]
            targets = [F.softmax((rows - self.centre) / 0.04, dim=1) for rows in taught]
            self.centre.mul_(0.9).add_(torch.cat(taught).mean(dim=0, keepdim=True), alpha=0.1)
        return cross_entropy(logits, targets, 0.1)

    def moved(self):
        follow(self.target, self.online, 0.99)


class Symmetric(nn.Module):
    def __init__(self, network):
        super().__init__()

        def head(width):
            return [*two_layers(width, 2048, 2048)[:3], *two_layers(2048, 2048, 2048)]

        self.online = with_head(network, head)

    def forward(self, crops):
        outputs = [self.online(crop).float() for crop in crops]
        with torch.autocast("cpu", enabled=False):
            return self.loss(*outputs)

    def moved(self):
        pass


class Barlow(Symmetric):
    def loss(self, first, second):
        a, b = (F.batch_norm(z, None, None, training=True) for z in (first, second))
        c = a.T @ b / len(a)
        diagonal = c.diagonal()
        off = c.square().sum() - diagonal.square().sum()
        return 0.1 * ((diagonal - 1).square().sum() + 0.005 * off)


class Vicreg(Symmetric):
    def loss(self, first, second):
        def spread(z):
            return F.relu(1 - torch.sqrt(z.var(dim=0) + 1e-4)).mean()

        def shared(z):
            z = z - z.mean(dim=0)
            c = z.T @ z / (len(z) - 1)
            return (c.square().sum() - c.diagonal().square().sum()) / z.shape[1]

        return (25 * F.mse_loss(first, second) + 25 * (spread(first) + spread(second))
                + shared(first) + shared(second))


METHODS = {"simsiam": SimSiam, "byol": Byol, "swav": Swav, "dino": Dino, "barlow": Barlow, "vicreg": Vicreg}


def crops_of(text, batch):
    crops = []
    for part in text.split(","):
        count, size = map(int, part.split("x"))
        crops += [torch.randn(batch, 3, size, size).contiguous(memory_format=torch.channels_last)
                  for _ in range(count)]
    return crops


def main():
    parser = argparse.ArgumentParser(description="seconds per training step of a method in Python")
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--network", default="resnet18/cifar")
    parser.add_argument("--crops", default="2x32")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--warmup", type=int, default=1, help="untimed steps")
    parser.add_argument("--steps", type=int, default=3, help="timed steps")
    args = parser.parse_args()
    torch.manual_seed(0)
    method = METHODS[args.method](args.network).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD([p for p in method.parameters() if p.requires_grad],
                                lr=0.05, momentum=0.9, weight_decay=1e-4, fused=True)
    autocast = (torch.autocast("cpu", torch.bfloat16) if args.precision == "bf16"
                else contextlib.nullcontext())
    crops = crops_of(args.crops, args.batch)
    times = []
    for _ in range(args.warmup + args.steps):
        start = time.perf_counter()
        with autocast:
            loss = method(crops)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        method.moved()
        times.append(time.perf_counter() - start)
    print(json.dumps({"secondsPerStep": round(statistics.median(times[args.warmup:]), 6),
                      "loss": loss.item(), "torch": torch.__version__}))


if __name__ == "__main__":
    main()
