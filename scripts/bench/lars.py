"""Times a LARS update of resnet50's tensors in Python, for `npm run bench:lars` to compare with.

    PYTHONPATH=.libtorch python3 scripts/bench/lars.py WARMUP STEPS

The loop over parameters that solo-learn has: norms, rate, decay, momentum and update, tensor by
tensor. Prints the median seconds of an update.
"""

import statistics
import sys
import time

import torch

ETA, RATE, DECAY, MOMENTUM = 0.02, 0.3, 1e-5, 0.9


def shapes():
    """Of resnet50's parameters: a stem, bottlenecks (1x1, 3x3, 1x1, each with a norm), a classifier."""
    norm = lambda planes: [(planes,), (planes,)]
    out = [(64, 3, 7, 7), *norm(64)]
    inputs = 64
    for planes, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            outputs = planes * 4
            out += [(planes, inputs, 1, 1), *norm(planes), (planes, planes, 3, 3), *norm(planes)]
            out += [(outputs, planes, 1, 1), *norm(outputs)]
            if block == 0:
                out += [(outputs, inputs, 1, 1), *norm(outputs)]
            inputs = outputs
    return out + [(1000, inputs), (1000,)]


@torch.no_grad()
def update(parameters, buffers):
    for parameter in parameters:
        change = parameter.grad
        norm, gradient_norm = torch.norm(parameter), torch.norm(change)
        if parameter.ndim != 1 and norm != 0 and gradient_norm != 0:
            rate = ETA * norm / (gradient_norm + norm * DECAY + 1e-8)
            rate = min(rate / RATE, 1)
            change = change.add(parameter, alpha=DECAY)
            change *= rate
        if parameter in buffers:
            buffer = buffers[parameter].mul_(MOMENTUM).add_(change)
        else:
            buffer = buffers[parameter] = change.clone()
        parameter.add_(buffer, alpha=-RATE)


def main():
    warmup, steps = int(sys.argv[1]), int(sys.argv[2])
    torch.manual_seed(0)
    parameters = [torch.randn(shape) * 0.05 for shape in shapes()]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter) * 0.01
    buffers, seconds = {}, []
    for step in range(warmup + steps):
        start = time.perf_counter()
        update(parameters, buffers)
        if step >= warmup:
            seconds.append(time.perf_counter() - start)
    print(f"{statistics.median(seconds):.6f}")


main()
