"""Writes perceptual-hashes.json: pictures drawn by an integer generator, and what imagehash.phash says of them.

Run: python test/parity/imagehash/make-numbers.py   (imagehash 4.3.2, Pillow 13.0.0, numpy, scipy 1.17.1)
The pictures are drawn again by the test from (seed, width, height); see `drawn` there.
"""
import json
import pathlib

import imagehash
import numpy
import PIL
import scipy
from PIL import Image


def drawn(seed: int, width: int, height: int) -> numpy.ndarray:
    """Slow waves of random direction plus noise, all in whole numbers below 2^32."""
    state = (seed * 2654435761 + 12345) & 0xFFFFFFFF
    out = numpy.zeros((height, width, 3), numpy.uint8)
    slopes = []
    for _ in range(6):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        slopes.append(state >> 28)
    for y in range(height):
        for x in range(width):
            for c in range(3):
                state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
                wave = (x * slopes[2 * c] + y * slopes[2 * c + 1]) % 384
                out[y, x, c] = min(255, abs(wave - 192) + (state >> 26))
    return out


sizes = [(32, 32), (31, 33), (1, 1), (2, 50), (200, 3), (64, 64), (100, 75), (256, 171), (33, 256), (8, 8), (256, 256)]
cases = []
for seed in range(1, 45):
    width, height = sizes[seed % len(sizes)]
    picture = Image.fromarray(drawn(seed, width, height))
    grey = numpy.asarray(picture.convert("L").resize((32, 32), Image.Resampling.LANCZOS)).astype(numpy.int64)
    checksum = int((grey.flatten() * (numpy.arange(1024) + 1)).sum())
    cases.append({"seed": seed, "width": width, "height": height, "square": checksum, "hash": str(imagehash.phash(picture))})
versions = {"imagehash": imagehash.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__}
path = pathlib.Path(__file__).with_name("perceptual-hashes.json")
path.write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")
