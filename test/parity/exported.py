"""Loads what `rdm export` wrote in the library that it is for, strictly, and compares the forward pass.

    python3 test/parity/exported.py LIBRARY < requests.json

Requests: a list of {file, arch, classes, size, paths, features, probabilities, patch}, as rdm computes them (images ×
dim, images × classes); probabilities are null where there is no classifier, patch is of a Vision Transformer. Prints for each, on a line, the largest difference
relative to the largest feature.
"""

import json
import sys

import torch

from peers import import_torchvision, read_images


def torchvision_model(file, arch, classes):
    torchvision, _library = import_torchvision()
    model = getattr(torchvision.models, arch)(**({"num_classes": classes} if classes else {}))
    if not classes:
        model.fc = torch.nn.Identity()
    model.load_state_dict(torch.load(file, weights_only=True), strict=True)
    return model


def safetensors_model(file, arch, classes):
    from safetensors.torch import load_file

    torchvision, _library = import_torchvision()
    model = getattr(torchvision.models, arch)(**({"num_classes": classes} if classes else {}))
    if not classes:
        model.fc = torch.nn.Identity()
    model.load_state_dict(load_file(file), strict=True)
    return model


def timm_model(file, arch, classes, **options):
    _torchvision, _library = import_torchvision()
    import timm

    model = timm.create_model(arch, num_classes=classes or 0, **options)
    model.load_state_dict(torch.load(file, weights_only=True), strict=True)
    return timm.create_model(arch, num_classes=classes or 0, checkpoint_path=file, **options)


def model_of(library, request):
    file, arch, classes, patch = (request.get(key) for key in ("file", "arch", "classes", "patch"))
    if not patch:
        return MODELS[library](file, arch, classes)
    return timm_model(file, f"{arch}_patch16_224", classes, patch_size=patch, img_size=request["size"])


MODELS = {"torchvision": torchvision_model, "safetensors": safetensors_model, "timm": timm_model}


def difference(library, request):
    model = model_of(library, request).eval()
    images = read_images(request["paths"], request["size"])
    if request["classes"]:
        classifier = model.get_classifier() if library == "timm" else model.fc
        assert classifier.out_features == request["classes"], classifier
    if request["probabilities"]:
        # Equal logits, but for a number that is added to all of an image's.
        with torch.no_grad():
            logits = model(images).log_softmax(1)
        away = (torch.tensor(request["probabilities"]).log() - logits).abs().max()
        assert away < 1e-4, f"logits differ by {away}"
    if request["classes"]:
        model.reset_classifier(0) if library == "timm" else setattr(model, "fc", torch.nn.Identity())
    expected = torch.tensor(request["features"])
    with torch.no_grad():
        found = model(images).flatten(1)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    assert found.std() > 0.01, "the features are all the same"
    return float((found - expected).abs().max() / found.abs().max())


if __name__ == "__main__":
    for request in json.load(sys.stdin):
        print(difference(sys.argv[1], request))
