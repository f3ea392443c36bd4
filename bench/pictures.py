"""Hashes of pictures, look-ups among a million of them, and which edits are led back to their original.

    python bench/pictures.py [--photographs FOLDER]

Where the content data are beside the checkout their pictures are edited; pictures of any folder are added. Each pair of
originals, and each pair of pages and captions around them, is a chance for a false match. Figures are of CPU time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from common import ROOT, markdown, write
from tocsin.detect.fabrication.pictures import PictureHashes, hash_picture, match
from tocsin.errors import InputError
from tocsin.kernels.hamming_index import build, search
from tocsin.kernels.pdq import luma, pdq

sys.path.insert(0, str(ROOT))
from tests.detect.fabrication.pictures.drawn import EDITS, caption, cut, jpeg, scene, screenshot

DATA = ROOT.parent / "shared/data/content/images"
HASHES, ASKED, RADIUS = 1_000_000, 20_000, 31
LEAST_PER_S = 5_000
SIDE = 1_000  # of an original here, pixels
MORE: dict[str, Callable[[Any], Any]] = {
    "cut on one side": lambda p: cut(p, 0.15, 0, 0, 0),
    "cut by half": lambda p: cut(p, 0.25, 0.25, 0.25, 0.25),
    "tilted by 2": lambda p: p.rotate(2, Image.Resampling.BICUBIC),
    "tilted by 10": lambda p: p.rotate(10, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(p.width / 250)),
    "small screenshot": lambda p: screenshot(p, 0.6),
    "frame of a tenth": lambda p: ImageOps.expand(p, p.width // 10, "black"),
    "cut, mirrored, captioned": lambda p: caption(ImageOps.mirror(cut(p, 0.1, 0.1, 0.05, 0.1))),
    "posterised": lambda p: ImageOps.posterize(p, 3),
}


def timed(work: Callable[[], Any], times: int = 1) -> float:
    """CPU seconds of one run, after one to warm up."""
    work()
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def hashing() -> dict[str, float]:
    """Pictures a CPU-second: PDQ of all orientations and of the reference at 512 pixels, and all that is kept."""
    pixels = np.asarray(scene(1, (512, 512)))
    data = jpeg(scene(1, (1280, 960)), 85)
    found = {
        "PDQ, all eight orientations": 1 / timed(lambda: pdq(luma(pixels)), 200),
        "file to hashes and points": 1 / timed(lambda: hash_picture(data), 20),
    }
    try:
        import pdqhash
    except ImportError:
        return found
    return found | {"pdqhash, one orientation": 1 / timed(lambda: pdqhash.compute(pixels), 100)}


def lookups() -> dict[str, float]:
    """Look-ups a CPU-second among random hashes, of which some are planted with 0 to 40 changed bits."""
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**64, (HASHES, 4), np.uint64)
    queries = hashes[rng.integers(0, HASHES, ASKED)].copy()
    flips = rng.integers(0, 41, ASKED)
    for query, many in zip(queries, flips, strict=True):
        for bit in rng.choice(256, many, replace=False):
            query[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    search(build(hashes[:100]), queries[:10], RADIUS)
    start = time.process_time()
    index = build(hashes)
    built = time.process_time()
    found = search(index, queries, RADIUS)
    took = time.process_time() - built
    recall = len(np.unique(found.query)) / int((flips <= RADIUS).sum())
    return {"built in CPU-seconds": built - start, "look-ups a CPU-second": ASKED / took, "recall": recall}


def originals(folder: Path | None) -> dict[str, Any]:
    """Pictures to edit, by name."""
    paths = [path for path in sorted(DATA.glob("*.jpg")) if path.name.startswith(("q", "aaa"))] if DATA.exists() else []
    paths += sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    found = {f"drawn {n}": scene(n, (900, 650)) for n in range(4)}
    for path in paths:
        try:
            picture = Image.open(path).convert("RGB")
        except (OSError, Image.DecompressionBombError):
            continue
        picture.thumbnail((SIDE, SIDE))
        found[path.name] = picture
    return found


def led_back(pictures: dict[str, Any]) -> tuple[list[list[Any]], Counter[str], int]:
    """For each edit how many are led back; which originals are missed how often; matches to a wrong original."""
    names = list(pictures)
    known = [hash_picture(jpeg(pictures[name], 90)) for name in names]
    rows, missed, wrong = [], Counter[str](), 0
    for what, edit in ({name: edit for name, (edit, _) in EDITS.items()} | MORE).items():
        found = match([hash_picture(jpeg(edit(pictures[name]), 70)) for name in names], known)
        right = {one.picture for one in found if one.picture == one.original}
        wrong += len(found) - len(right)
        missed.update(names[n] for n in range(len(names)) if n not in right)
        rows.append([what, len(right), len(names)])
    return rows, missed, wrong


def false_matches(pictures: Sequence[Any]) -> tuple[int, int]:
    """Pairs of different pictures, alone, in the page of one program, under one caption; and those that matched."""
    drawn: list[Callable[[Any], Any]] = [lambda p: p, screenshot, lambda p: screenshot(p, 0.5), caption]
    pairs = matched = 0
    for way in drawn:
        some: list[PictureHashes] = []
        for picture in pictures:
            try:
                some.append(hash_picture(jpeg(way(picture), 80)))
            except InputError:
                continue
        pairs += len(some) * (len(some) - 1) // 2
        matched += len(match(some))
    return pairs, matched


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path)
    folder = parser.parse_args().photographs
    speed, looked = hashing(), lookups()
    pictures = originals(folder)
    rows, missed, wrong = led_back(pictures)
    pairs, matched = false_matches(list(pictures.values()))
    print(markdown(["what", "figure"], [*speed.items(), *looked.items()]))
    print(markdown(["edit", "led back", "of"], rows))
    print(f"missed most: {missed.most_common(8)}; to a wrong original: {wrong}; {matched} of {pairs:,} pairs matched")
    write("pictures", {"speed": speed, "lookups": looked, "edits": rows, "wrong": wrong, "pairs": [pairs, matched]})
    assert looked["recall"] == 1
    assert looked["look-ups a CPU-second"] >= LEAST_PER_S
    assert not wrong


if __name__ == "__main__":
    main()
