"""How far the classifier of a probe's checkpoint is from scikit-learn's, on the same features.

    python3 test/parity/probe.py CHECKPOINT FEATURES.npy STRENGTH

FEATURES.paths.csv, beside the matrix, says which image each row is of; its folder is its class.
Prints {"away": …, "agree": …}: of the coefficients, relative, and the share of equal guesses.
"""

import csv
import json
import os
import sys

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

checkpoint, features, strength = sys.argv[1], np.load(sys.argv[2]), float(sys.argv[3])
with open(sys.argv[2][: -len(".npy")] + ".paths.csv", newline="") as file:
    names = [os.path.basename(os.path.dirname(row["path"])) for row in csv.DictReader(file)]
classes = sorted(set(names))
labels = np.array([classes.index(name) for name in names])
state = torch.load(checkpoint, weights_only=True)["state_dict"]
ours = {name: state[f"module.fc.{name}"].double().numpy() for name in ("weight", "bias")}
wide = features.astype(np.float64)
theirs = LogisticRegression(C=strength, max_iter=100_000, tol=1e-10).fit(wide, labels)
away = np.linalg.norm(ours["weight"] - theirs.coef_) / np.linalg.norm(theirs.coef_)
guesses = (wide @ ours["weight"].T + ours["bias"]).argmax(1)
print(json.dumps({"away": away, "agree": np.mean(guesses == theirs.predict(wide))}))
