"""A golden set of the form of test/golden, from PyTorch alone, with seeds of one's own.

    PYTHONPATH=.libtorch:.peers/torchvision:.peers/timm:test/parity python3 scripts/golden/make.py OUT --seed 7

Without --seed the trajectories and initial weights are those of test/golden but for rounding; the drawn inputs of the
other files are not. Copies what depends on no seed from test/golden.
"""

import argparse
import json
import pathlib
import shutil

import torch

import features
import losses
import trajectories
import vit
from safetensors.torch import save_file

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden"


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0, help="is added to every seed of test/golden")
    args = parser.parse_args()
    out, seed = args.out, args.seed
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(GOLDEN / "augment", out / "augment", dirs_exist_ok=True)
    shutil.copy(GOLDEN / "schedules.json", out)

    made = {
        "init.json": trajectories.initial_weights(seed),
        "simsiam_trajectory.json": trajectories.simsiam(weights_seed=3 + seed, data_seed=4 + seed),
        "byol_trajectory.json": trajectories.byol(weights_seed=5 + seed, data_seed=6 + seed),
        "methods_trajectory.json": trajectories.prototype_methods(seed),
    }
    torch.manual_seed(seed)
    made["predictor.json"], predictor = features.predictor_cases()
    made["evaluation.json"], evaluation = features.evaluation()
    made["methods.json"], methods = losses.methods()
    made["methods.json"]["seed"] = seed
    made["methods.json"]["vit"], weights = vit.case()
    for name, value in made.items():
        write_json(out / name, value)
    for name, tensors in {"predictor": predictor, "evaluation": evaluation, "methods": methods | weights,
                          "larc": features.larc()}.items():
        save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, out / f"{name}.safetensors")


if __name__ == "__main__":
    main()
