"""Writes the images in this folder, and beside each the pixels that Pillow decodes from it (.ppm).

Usage: python3 test/images/make.py   (needs Pillow; the results are kept under version control)
"""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

HERE = Path(__file__).parent
WIDTH, HEIGHT = 37, 23


def picture():
    """A smooth picture with some noise and some edges."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = np.random.default_rng(7).integers(-12, 13, (HEIGHT, WIDTH, 3))
    base = np.stack([x * 6, y * 9, 255 - (x + y) * 4], axis=-1) + noise
    base[5:12, 8:20] = (220, 40, 60)
    return Image.fromarray(base.clip(0, 255).astype(np.uint8))


def png(name, depth, colour, rows, palette=None):
    """A PNG of a kind that Pillow does not write itself."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    if palette is not None:
        out += chunk(b"PLTE", palette)
    out += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b"")
    (HERE / name).write_bytes(out)


def main():
    image = picture()
    random = np.random.default_rng(8)
    for sampling, name in enumerate(["444", "422", "420"]):
        image.save(HERE / f"{name}.jpg", quality=88, subsampling=sampling)
    image.save(HERE / "progressive.jpg", quality=80, progressive=True)
    image.save(HERE / "rgb.jpg", quality=90, keep_rgb=True)
    image.convert("L").save(HERE / "grey.jpg", quality=85)
    image.convert("CMYK").save(HERE / "cmyk.jpg", quality=90)
    # The same bytes declared as YCCK: the transform flag at the end of Adobe's segment.
    cmyk = bytearray((HERE / "cmyk.jpg").read_bytes())
    cmyk[cmyk.index(b"Adobe") + 11] = 2
    (HERE / "ycck.jpg").write_bytes(cmyk)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees: ignored when only opened
    image.save(HERE / "turned.jpg", exif=exif)
    image.crop((0, 0, 1, 1)).save(HERE / "one_pixel.jpg")
    # A PNG under another name.
    image.save(HERE / "png_inside.jpg", format="PNG")

    image.save(HERE / "rgb.png")
    image.convert("L").save(HERE / "grey.png")
    image.convert("1").save(HERE / "grey1.png")
    image.quantize(200).save(HERE / "palette.png")
    image.quantize(4).save(HERE / "palette2.png", bits=2)
    alpha = Image.fromarray(random.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8))
    with_alpha = image.copy()
    with_alpha.putalpha(alpha)
    with_alpha.save(HERE / "rgba.png")
    with_alpha.convert("LA").save(HERE / "grey_alpha.png")
    values = lambda channels: random.integers(0, 65536, (HEIGHT, WIDTH * channels))
    big_endian = lambda rows: [row.astype(">u2").tobytes() for row in rows]
    png("rgb16.png", 16, 2, big_endian(values(3)))
    png("rgba16.png", 16, 6, big_endian(values(4)))
    png("grey16.png", 16, 0, big_endian(values(1) // 100))
    png("grey_alpha16.png", 16, 4, big_endian(values(2)))
    png("grey4.png", 4, 0, [random.bytes((WIDTH + 1) // 2) for _ in range(HEIGHT)])
    short = [bytes(random.integers(0, 6, WIDTH, dtype=np.uint8)) for _ in range(HEIGHT)]
    png("palette_short.png", 8, 3, short, palette=bytes(range(10, 22)))

    image.save(HERE / "colour.pnm", format="PPM")
    image.convert("L").save(HERE / "grey.pnm", format="PPM")
    image.save(HERE / "rgb.bmp")
    image.convert("L").save(HERE / "grey.bmp")
    image.convert("1").save(HERE / "two_colours.bmp")
    with_alpha.save(HERE / "rgba.bmp")
    image.save(HERE / "lossy.webp", quality=80)
    with_alpha.save(HERE / "lossless.webp", lossless=True, exact=True)
    image.save(HERE / "rgb.tiff", compression="tiff_lzw")
    image.convert("L").save(HERE / "grey.tiff")

    # Blurs wider than the recipes use, also wider than the image.
    (HERE / "blur").mkdir(exist_ok=True)
    for radius in (3, 8, 40):
        blurred = Image.open(HERE / "rgb.png").filter(ImageFilter.GaussianBlur(radius))
        blurred.save(HERE / "blur" / f"{radius}.ppm")

    for path in sorted(HERE.iterdir()):
        if path.suffix in (".jpg", ".png", ".pnm", ".bmp", ".webp", ".tiff"):
            with Image.open(path) as opened:
                opened.convert("RGB").save(HERE / f"{path.name}.ppm")


main()
