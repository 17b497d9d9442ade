"""What npm run bench:lincls compares with: a loop of linear evaluation on torchvision, in float32.

    python3 scripts/bench/lincls.py save WEIGHTS             random weights as torchvision saves them
    python3 scripts/bench/lincls.py time WEIGHTS DIR THREADS  DIR/CLASS/*.jpg, as one line of JSON
"""

import json
import sys
import time

import torch
from beside_torchvision import torchvision
from torchvision import transforms

BATCH = 64


def loader_of(folder, workers):
    views = transforms.Compose([
        transforms.RandomResizedCrop(224),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    images = torchvision.datasets.ImageFolder(folder, views)
    return torch.utils.data.DataLoader(images, batch_size=BATCH, shuffle=True, num_workers=workers, drop_last=True)


def main(what, weights, folder=None, threads="2"):
    torch.manual_seed(0)
    network = torchvision.models.resnet50()
    if what == "save":
        torch.save(network.state_dict(), weights)
        return
    torch.set_num_threads(int(threads))
    network.load_state_dict(torch.load(weights, weights_only=True))
    loader = loader_of(folder, int(threads))
    network.fc = torch.nn.Linear(2048, len(loader.dataset.classes))
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.startswith("fc."))
    network.eval()  # the statistics of the backbone stay, too
    optimizer = torch.optim.SGD(network.fc.parameters(), 0.1 * BATCH / 256, momentum=0.9)
    steps, start = 0, None
    for images, labels in loader:
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()  # the meters
        if start is None:
            start = time.perf_counter()  # after the first batch
        else:
            steps += 1
    print(json.dumps({"imagesPerSecond": steps * BATCH / (time.perf_counter() - start)}))


main(*sys.argv[1:])
