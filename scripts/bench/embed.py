"""What npm run bench:embed compares with: a resnet50 of torchvision over images, in float32.

    python3 scripts/bench/embed.py save WEIGHTS             random weights as torchvision saves them
    python3 scripts/bench/embed.py time WEIGHTS DIR THREADS  DIR/*.jpg, as one line of JSON
"""

import json
import sys
import time
from pathlib import Path

import torch
from beside_torchvision import torchvision
from PIL import Image
from torchvision import transforms

BATCH = 64


class Images(torch.utils.data.Dataset):
    def __init__(self, paths):
        self.paths = paths
        self.transform = transforms.Compose([
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return self.transform(Image.open(self.paths[index]).convert("RGB"))


def main(what, weights, folder=None, threads="2"):
    torch.manual_seed(0)
    network = torchvision.models.resnet50()
    if what == "save":
        torch.save(network.state_dict(), weights)
        return
    torch.set_num_threads(int(threads))
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.fc = torch.nn.Identity()
    network.eval()
    images = Images(sorted(Path(folder).glob("*.jpg")))
    loader = torch.utils.data.DataLoader(images, batch_size=BATCH, num_workers=int(threads))
    done, start = 0, None
    features = []
    with torch.inference_mode():
        for batch in loader:
            features.append(network(batch))
            if start is None:
                start = time.perf_counter()  # after the first batch
            else:
                done += len(batch)
    print(json.dumps({"imagesPerSecond": done / (time.perf_counter() - start)}))


main(*sys.argv[1:])
