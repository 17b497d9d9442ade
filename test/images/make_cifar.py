"""Writes tiny datasets in CIFAR's four layouts: cifar/, two images of noise in each file.

Usage: python3 test/images/make_cifar.py   (needs numpy; the results are kept under version control)
"""

import io
import pickle
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent / "cifar"
TEN = "airplane automobile bird cat deer dog frog horse ship truck".split()
HUNDRED = [f"thing_{i:03d}" for i in range(100)]


class AsPython2(pickle._Pickler):
    """Text and bytes as Python 2 wrote them: byte strings."""

    def save_string(self, obj):
        data = obj.encode("latin1") if isinstance(obj, str) else obj
        head = b"U" + bytes([len(data)]) if len(data) < 256 else b"T" + len(data).to_bytes(4, "little")
        self.write(head + data)
        self.memoize(obj)

    dispatch = dict(pickle._Pickler.dispatch)
    dispatch[str] = save_string
    dispatch[bytes] = save_string


def dump(path, value):
    out = io.BytesIO()
    AsPython2(out, protocol=2).dump(value)
    path.write_bytes(out.getvalue().replace(b"numpy._core", b"numpy.core"))  # before numpy 2


def write(name, classes, files, hundred):
    binary = HERE / f"cifar-{name}-{'binary' if hundred else 'batches-bin'}"
    python = HERE / f"cifar-{name}-{'python' if hundred else 'batches-py'}"
    for folder in (binary, python):
        folder.mkdir(parents=True, exist_ok=True)
    (binary / ("fine_label_names.txt" if hundred else "batches.meta.txt")).write_text(
        "\n".join(classes) + "\n\n"
    )
    key = "fine_label_names" if hundred else "label_names"
    dump(python / ("meta" if hundred else "batches.meta"), {key: classes})
    for number, file in enumerate(files):
        random = np.random.default_rng(number)
        data = random.integers(0, 256, (2, 3072), dtype=np.uint8)
        labels = [int(x) for x in random.integers(0, len(classes), 2)]
        coarse = bytes([7]) if hundred else b""
        (binary / f"{file}.bin").write_bytes(
            b"".join(coarse + bytes([label]) + row.tobytes() for label, row in zip(labels, data))
        )
        dump(python / file, {"fine_labels" if hundred else "labels": labels, "data": data})


def main():
    batches = [f"data_batch_{i}" for i in range(1, 6)]
    write("10", TEN, batches + ["test_batch"], hundred=False)
    write("100", HUNDRED, ["train", "test"], hundred=True)


main()
