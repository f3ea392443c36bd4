"""PDQ and pHash against the reference programs; a turned picture's hash is that of the picture turned."""

import imagehash
import numpy as np
import pdqhash
from PIL import Image

from tocsin.kernels.pdq import ORIENTATIONS, hexadecimal, luma, pdq, phash


def picture(seed, height, width):
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 11, 3), np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def test_hash_and_quality_are_those_of_the_reference():
    for seed, (height, width) in enumerate([(64, 64), (100, 160), (257, 130), (512, 512), (600, 901)]):
        pixels = picture(seed, height, width)
        bits, quality = pdqhash.compute(pixels)
        found = pdq(luma(pixels))
        assert (hexadecimal(found.hashes[:1])[0], found.quality) == (np.packbits(bits).tobytes().hex(), quality)
        grey = Image.fromarray(pixels).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
        assert f"{phash(np.asarray(grey, np.float32)):016x}" == str(imagehash.phash(Image.fromarray(pixels)))


def test_orientations_are_the_hashes_of_the_turned_pictures():
    pixels = picture(1, 120, 170)
    found = pdq(luma(pixels)).hashes
    for hashed, (mirrored, quarters) in zip(found, ORIENTATIONS, strict=True):
        turned = np.ascontiguousarray(np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters))
        assert (hashed == pdq(luma(turned)).hashes[0]).all(), (mirrored, quarters)
    assert len({row.tobytes() for row in found}) == len(ORIENTATIONS)
