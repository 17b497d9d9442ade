"""Loads each file that is named on standard input, a line each, with torch.load(weights_only=False), and answers a
line: "ran" where the file's code set the recursion limit to the number given, "quiet" otherwise."""
import sys
import warnings

import torch

mark = int(sys.argv[1])
usual = sys.getrecursionlimit()
warnings.simplefilter("ignore")

for line in sys.stdin:
    sys.setrecursionlimit(usual)
    try:
        torch.load(line.rstrip("\n"), weights_only=False)
    except Exception:
        pass  # what is no file of torch.save, or ends too early
    print("ran" if sys.getrecursionlimit() == mark else "quiet", flush=True)
