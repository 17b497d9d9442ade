"""Times a kNN classification in Python, for `npm run bench:knn` to compare with.

    PYTHONPATH=.libtorch python3 scripts/bench/knn.py TRAIN TEST DIM

The whole matrix of cosines, its largest 20 in each row, and their weighted votes, as solo-learn's
WeightedKNNClassifier takes them for one chunk. Prints seconds, and the peak of the process's memory
in MiB.
"""

import resource
import sys
import time

import torch
import torch.nn.functional as F

CLASSES, K, TEMPERATURE = 1000, 20, 0.07


@torch.no_grad()
def classify(train, labels, test):
    cosines = F.normalize(test) @ F.normalize(train).T
    nearest, indices = cosines.topk(K, dim=1)
    votes = torch.zeros(len(test), CLASSES)
    votes.scatter_add_(1, labels[indices], (nearest / TEMPERATURE).exp())
    return votes.topk(5, dim=1).indices


def main():
    train, test, dim = (int(argument) for argument in sys.argv[1:])
    torch.manual_seed(0)
    train, test = torch.randn(train, dim), torch.randn(test, dim)
    labels = torch.randint(CLASSES, (len(train),))
    start = time.perf_counter()
    classify(train, labels, test)
    seconds = time.perf_counter() - start
    print(f"{seconds:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


main()
