"""Times an epoch of RDM_SimSiam in Python from the files to the last update, for `npm run bench:epoch`.

    PYTHONPATH=.libtorch:.peers/torchvision python3 scripts/bench/epoch.py DIR reference

ResNet-18 with ImageNet's stem on the views of the recipe cifar/rdmsimsiam, `poly target -1`, batches of
256 from a DataLoader of two workers. The ways are those of step.py. Prints one line of JSON.
"""

import argparse
import json
import time
from collections import defaultdict

import torch
from data import Views, torchvision_modules
from step import Trainer, cosine, low_pass


def target_loss(first, second):
    first, second = first.float(), second.float()

    def towards(online, target):
        return cosine(online, low_pass(target.detach(), sigma=-1.0))

    return -0.5 * (towards(first, second) + towards(second, first))


def first_of_each_class(dataset, count):
    taken = defaultdict(int)
    indices = []
    for index, label in enumerate(dataset.targets):
        if not count or taken[label] < count:
            taken[label] += 1
            indices.append(index)
    return torch.utils.data.Subset(dataset, indices)


def main():
    parser = argparse.ArgumentParser(description="seconds of an epoch in Python")
    parser.add_argument("folder")
    parser.add_argument("way", choices=["reference", "best"])
    parser.add_argument("--images-per-class", type=int, default=0, help="0: all")
    args = parser.parse_args()
    datasets, transforms = torchvision_modules()
    trainer = Trainer("resnet18", 256, args.way, loss=target_loss)

    begin = time.perf_counter()
    images = datasets.ImageFolder(f"{args.folder}/train", Views("cifar", transforms))
    loader = torch.utils.data.DataLoader(
        first_of_each_class(images, args.images_per_class), 256, shuffle=True, drop_last=True,
        num_workers=2)
    steps = 0
    for views, _ in loader:
        trainer.step(views)
        steps += 1
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": round(seconds, 3), "steps": steps,
                      "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
