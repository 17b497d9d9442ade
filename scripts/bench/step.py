"""Times a training step of RDM_SimSiam in Python, for `npm run bench:step` to compare with.

    PYTHONPATH=.libtorch python3 scripts/bench/step.py --steps 10

Ways of doing the same step (two views, `poly online` with sigma 1, SGD on all parameters):
  reference  float32, contiguous, torch.optim.SGD, as main_simsiam.py does it
  best       what Python can do at its best: bfloat16 autocast, channels_last, fused SGD
  compiled   the same, with the network through torch.compile
All filter in float32 by torch.linalg.svd. Prints one line of JSON: seconds per step for each case and
way; on a CPU the median of the timed steps, elsewhere the mean of as many in a row.
"""

import argparse
import contextlib
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

BLOCKS = {"resnet18": (False, (2, 2, 2, 2)), "resnet50": (True, (3, 4, 6, 3))}


class Block(nn.Module):
    """A residual block of He et al. 2016: two 3x3 convolutions, or 1x1, 3x3, 1x1 (bottleneck)."""

    def __init__(self, inputs, planes, stride, bottleneck):
        super().__init__()
        outputs = planes * 4 if bottleneck else planes
        if bottleneck:
            layout = [(inputs, planes, 1, 1), (planes, planes, 3, stride), (planes, outputs, 1, 1)]
        else:
            layout = [(inputs, planes, 3, stride), (planes, planes, 3, 1)]
        self.convs = nn.ModuleList(
            nn.Conv2d(i, o, k, s, padding=k // 2, bias=False) for i, o, k, s in layout)
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for _, o, _, _ in layout)
        nn.init.zeros_(self.norms[-1].weight)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = x
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            out = norm(conv(out))
            if i + 1 < len(self.convs):
                out = F.relu(out, inplace=True)
        return F.relu(out + self.shortcut(x), inplace=True)


def backbone(network):
    """The layers of a ResNet without its classifier, and how many features they put out."""
    arch, _, stem = network.partition("/")
    bottleneck, counts = BLOCKS[arch]
    if stem == "cifar":
        layers = [nn.Conv2d(3, 64, 3, 1, padding=2, bias=False), nn.BatchNorm2d(64),
                  nn.ReLU(inplace=True)]
    else:
        layers = [nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64),
                  nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, padding=1)]
    width = 64
    for stage, count in enumerate(counts):
        for block in range(count):
            stride = 2 if stage > 0 and block == 0 else 1
            layers.append(Block(width, 64 << stage, stride, bottleneck))
            width = (64 << stage) * (4 if bottleneck else 1)
    return [*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()], width


def encoder(network, dim):
    """A ResNet with SimSiam's three-layer projector in the place of its classifier."""
    layers, width = backbone(network)
    last = nn.Linear(width, dim)
    last.bias.requires_grad_(False)
    projector = [nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True),
                 nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True),
                 last, nn.BatchNorm1d(dim, affine=False)]
    return nn.Sequential(*layers, *projector)


def low_pass(features, sigma=1.0):
    """p W with W = V s^sigma V', from the features' own singular values; gradient through p only."""
    with torch.no_grad():
        _, values, basis = torch.linalg.svd(features, full_matrices=False)
        weight = basis.T @ torch.diag(values**sigma) @ basis
    return features @ weight


def cosine(online, target):
    return F.cosine_similarity(online, target, dim=1).mean()


def simsiam_loss(first, second):
    first, second = first.float(), second.float()

    def towards(online, target):
        return cosine(low_pass(online), target.detach())

    return -0.5 * (towards(first, second) + towards(second, first))


class Trainer:
    def __init__(self, arch, batch, way, device="cpu", loss=simsiam_loss):
        torch.manual_seed(0)
        best = way != "reference"
        self.loss = loss
        self.layout = torch.channels_last if best else torch.contiguous_format
        self.device = torch.device(device)
        self.model = encoder(arch, dim=2048).to(self.device, memory_format=self.layout).train()
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=0.05 * batch / 256, momentum=0.9, weight_decay=1e-4,
            fused=True if best else None)
        self.autocast = (torch.autocast(self.device.type, torch.bfloat16) if best
                         else contextlib.nullcontext())
        if way == "compiled":
            self.model = torch.compile(self.model)

    def step(self, views):
        views = [view.contiguous(memory_format=self.layout) for view in views]
        with self.autocast:
            outputs = [self.model(view) for view in views]
        loss = self.loss(*outputs)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss


def seconds_per_step(trainer, views, warmup, steps):
    for _ in range(warmup):
        trainer.step(views)
    if trainer.device.type != "cpu":
        torch.accelerator.synchronize()
        start = time.perf_counter()
        for _ in range(steps):
            trainer.step(views)
        torch.accelerator.synchronize()
        return (time.perf_counter() - start) / steps
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        trainer.step(views)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description="seconds per training step in Python")
    parser.add_argument("--cases", default="resnet50:224:8,resnet18:32:128",
                        help="ARCH[/cifar]:SIZE:BATCH,…")
    parser.add_argument("--ways", default="reference,best", help="of reference, best, compiled")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--warmup", type=int, default=2, help="untimed steps")
    parser.add_argument("--steps", type=int, default=10, help="timed steps")
    args = parser.parse_args()
    torch.backends.cudnn.benchmark = True
    results = []
    for case in args.cases.split(","):
        arch, size, batch = case.split(":")
        for way in args.ways.split(","):
            trainer = Trainer(arch, int(batch), way, args.device)
            views = [torch.randn(int(batch), 3, int(size), int(size))
                     .to(trainer.device, memory_format=trainer.layout) for _ in range(2)]
            seconds = seconds_per_step(trainer, views, args.warmup, args.steps)
            results.append({"arch": arch, "size": int(size), "batch": int(batch), "way": way,
                            "secondsPerStep": round(seconds, 6)})
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(),
                      "results": results}))


if __name__ == "__main__":
    main()
