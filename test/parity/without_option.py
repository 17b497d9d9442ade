"""Takes an option out of a checkpoint's record: without_option.py CHECKPOINT KEY."""

import sys

import torch

path, key = sys.argv[1:]
checkpoint = torch.load(path, weights_only=True)
del checkpoint["rdm"][key]
torch.save(checkpoint, path)
