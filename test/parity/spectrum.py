"""Singular values and effective ranks by numpy.

    python3 test/parity/spectrum.py < request.json

The request: {features (images × dim)}. Prints {singularValues, effectiveRank, effectiveRankSquared}.
"""

import json
import sys

import numpy as np

s = np.linalg.svd(np.array(json.load(sys.stdin)["features"], dtype=np.float64), compute_uv=False)


def effective_rank(weights):
    q = weights / weights.sum()
    q = q[q > 0]
    return float(np.exp(-(q * np.log(q)).sum()))


json.dump({"singularValues": s.tolist(), "effectiveRank": effective_rank(s),
           "effectiveRankSquared": effective_rank(s**2)}, sys.stdout)
