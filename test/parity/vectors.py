"""What numpy, polars and safetensors read in files of vectors, as JSON: kind, paths, labels, and the rows."""

import json
import sys

import numpy as np

request = json.load(sys.stdin)
path = request["path"]
labels = None
if path.endswith(".npy"):
    rows = np.load(path, mmap_mode="r")
    paths = None
elif path.endswith(".safetensors"):
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        rows = file.get_tensor("features")
        metadata = file.metadata()
    paths = json.loads(metadata["paths"])
    labels = json.loads(metadata["labels"]) if "labels" in metadata else None
else:
    import polars

    if path.endswith(".parquet"):
        table = polars.read_parquet(path)
        rows = np.array(table["features"].to_list())
    else:
        table = polars.read_csv(path)
        rows = table.select(polars.exclude("path", "label")).to_numpy().astype(np.float32)
    paths = table["path"].to_list()
    labels = table["label"].to_list() if "label" in table.columns else None
print(json.dumps({
    "dtype": str(rows.dtype),
    "shape": list(rows.shape),
    "paths": paths,
    "labels": labels,
    "rows": np.asarray(rows, np.float64).tolist(),
}))
