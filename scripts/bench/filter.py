"""Times a filter's forward pass in Python, for `npm run bench:filter` to compare with.

    PYTHONPATH=.libtorch python3 scripts/bench/filter.py --rows 256 --columns 2048

Two ways, both by torch.linalg.svd in float32, nothing dropped:
  reference  W = V s^sigma V' formed, then p W, as the reference writes it
  factored   p V, then s^sigma, then V': the same without the columns x columns matrix
Prints one line of JSON: seconds of each way for each sigma, the fastest of the timed runs, since
other work on the machine only adds.
"""

import argparse
import json
import time

import torch


def features(rows, columns):
    """As a trained network's: directions of falling size, k^-1/2, then a batch norm."""
    rank = min(rows, columns)
    size = torch.arange(1, rank + 1, dtype=torch.float32).rsqrt()
    x = (torch.randn(rows, rank) * size) @ torch.randn(rank, columns)
    return (x - x.mean(0)) / x.std(0)


def reference(p, sigma):
    _, values, basis = torch.linalg.svd(p, full_matrices=False)
    weight = basis.T @ torch.diag(values**sigma) @ basis
    return p @ weight


def factored(p, sigma):
    _, values, basis = torch.linalg.svd(p, full_matrices=False)
    return p @ basis.T @ torch.diag(values**sigma) @ basis


@torch.no_grad()
def fastest(way, p, sigma, warmup, runs):
    times = []
    for _ in range(warmup + runs):
        start = time.perf_counter()
        way(p, sigma)
        times.append(time.perf_counter() - start)
    return min(times[warmup:])


def main():
    parser = argparse.ArgumentParser(description="seconds per filter in Python")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--columns", type=int, required=True)
    parser.add_argument("--sigmas", default="1,2,-1")
    parser.add_argument("--warmup", type=int, default=1, help="untimed runs")
    parser.add_argument("--runs", type=int, default=5, help="timed runs")
    args = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    p = features(args.rows, args.columns)
    print(json.dumps({
        way.__name__: {sigma: fastest(way, p, float(sigma), args.warmup, args.runs)
                       for sigma in args.sigmas.split(",")}
        for way in (reference, factored)
    }))


if __name__ == "__main__":
    main()
