"""Draws features, and fits scikit-learn's logistic regression to them, for `npm run bench:probe`.

    PYTHONPATH=.peers/sklearn python3 scripts/bench/probe.py draw FOLDER ROWS DIM CLASSES
    PYTHONPATH=.peers/sklearn python3 scripts/bench/probe.py fit FOLDER ROWS DIM CLASSES STRENGTH

FOLDER holds features.bin (float32) and labels.bin (int64); to fit, also coefficients.bin, rdm's for
this strength (CLASSES × (DIM + 1), float64). Prints JSON: seconds of one fit at this strength and at
scikit-learn's own tolerance; how far rdm's coefficients are from those of an exact fit, relative;
and the share of the images on which the two agree.
"""

import json
import sys
import time

import numpy as np
from sklearn.linear_model import LogisticRegression


def draw(folder, rows, dim, classes):
    """As of a network: positive, with a spectrum that falls, classes that overlap."""
    random = np.random.default_rng(0)
    labels = random.integers(classes, size=rows)
    own = random.normal(size=(classes, dim))[labels]
    mixing = np.linalg.qr(random.normal(size=(dim, dim)))[0]
    features = ((random.normal(size=(rows, dim)) + 0.3 * own) * np.arange(1, dim + 1) ** -0.6) @ mixing
    np.maximum(features + 0.2, 0).astype(np.float32).tofile(f"{folder}/features.bin")
    labels.astype(np.int64).tofile(f"{folder}/labels.bin")


def fit(folder, rows, dim, classes, strength):
    features = np.fromfile(f"{folder}/features.bin", dtype=np.float32).reshape(rows, dim)
    labels = np.fromfile(f"{folder}/labels.bin", dtype=np.int64)
    ours = np.fromfile(f"{folder}/coefficients.bin").reshape(classes, dim + 1)

    start = time.perf_counter()
    LogisticRegression(C=strength, max_iter=1000).fit(features, labels)
    seconds = time.perf_counter() - start

    wide = features.astype(np.float64)
    exact = LogisticRegression(C=strength, solver="newton-cg", max_iter=1000, tol=1e-9).fit(wide, labels)
    weights = ours[:, :-1] if classes > 2 else ours[1:, :-1] - ours[:1, :-1]
    away = np.linalg.norm(weights - exact.coef_) / np.linalg.norm(exact.coef_)
    guesses = (wide @ ours[:, :-1].T + ours[:, -1]).argmax(1)
    agree = np.mean(guesses == exact.predict(wide))
    print(json.dumps({"seconds": seconds, "away": away, "agree": agree}))


def main():
    what, folder = sys.argv[1:3]
    sizes = [int(argument) for argument in sys.argv[3:6]]
    if what == "draw":
        draw(folder, *sizes)
    else:
        fit(folder, *sizes, float(sys.argv[6]))


main()
