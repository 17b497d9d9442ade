"""The features that a plain loop over torchvision makes of images, as JSON: one row an image."""

import json
import sys

import torch
from PIL import Image

from peers import import_torchvision

torchvision, _ = import_torchvision()
from torchvision import transforms

request = json.load(sys.stdin)
if "save" in request:  # weights as the library itself writes them
    torch.manual_seed(0)
    if request["library"] == "timm":
        import timm

        network = timm.create_model(request["arch"], pretrained=False)
    else:
        network = torchvision.models.get_model(request["arch"])
    for module in network.modules():  # statistics as after training: not 0 and 1
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    torch.save(network.state_dict(), request["save"])
    sys.exit()

network = torchvision.models.get_model(request["arch"])
network.load_state_dict(torch.load(request["weights"], weights_only=True))
network.fc = torch.nn.Identity()
network.eval()
crop = transforms.Compose([
    transforms.Resize(request["resize"]),
    transforms.CenterCrop(request["crop"]),
    transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
with torch.inference_mode():
    images = torch.stack([crop(Image.open(path).convert("RGB")) for path in request["paths"]])
    print(json.dumps(network(images).tolist()))
