"""Makes the parquet files of this folder, as Hugging Face's datasets library lays them out: images.parquet
(two groups of rows, names of classes), plain.parquet (a column of bytes, labels as texts, gzip), none.parquet
(no images). Needs pyarrow.

    python3 test/parquet/make.py
"""

import json
import os
import struct
import zlib

import pyarrow
import pyarrow.parquet

HERE = os.path.dirname(os.path.abspath(__file__))


def png(grey):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    rows = b"".join(b"\0" + bytes([grey, grey]) for _ in range(2))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def write(name, table, **options):
    pyarrow.parquet.write_table(table, os.path.join(HERE, name), **options)


images = [{"bytes": png(40 * i), "path": f"{i}.png" if i % 2 else None} for i in range(5)]
features = {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
schema = pyarrow.schema(
    [
        ("image", pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])),
        ("label", pyarrow.int64()),
    ],
    metadata={"huggingface": json.dumps({"info": {"features": features}})},
)
labelled = pyarrow.table({"image": images, "label": [0, 1, 1, 0, 1]}, schema=schema)
write("images.parquet", labelled, row_group_size=3)
write(
    "plain.parquet",
    pyarrow.table({"img": [png(10), png(20)], "label": ["ant", "bee"]}),
    compression="gzip",
)
write("none.parquet", pyarrow.table({"text": ["a"], "vector": [[1.0, 2.0]]}))
