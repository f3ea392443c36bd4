"""Real pictures: a photograph in many versions, others beside it, content credentials, and hashes of a collection."""

import csv
import io
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps
from tests.detect.fabrication.pictures.drawn import EDITS, jpeg

from common import ROOT
from tocsin.detect.fabrication.pictures import PictureIndex, credentials, hash_picture, match
from tocsin.kernels.hamming import parse_hashes
from tocsin.kernels.hamming_index import build, search
from tocsin.kernels.pdq import hexadecimal, luma, pdq

DATA = ROOT.parent / "shared/data/content"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the content data are not beside the checkout")
PLAIN = {"q0003", "q0004"}  # clear sky and cloud: PDQ's own quality is 3 and 4 of 100
#: What breaks the hash of the whole picture, beside the edits that are drawn for the fast tests.
MORE = {
    "a little off every side": lambda p: ImageOps.crop(p, p.width // 30),
    "white frame": lambda p: ImageOps.expand(p, p.width // 12, "white"),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(p.width / 250)),
    "transverse": lambda p: p.transpose(Image.Transpose.TRANSVERSE),
    "tilted": lambda p: p.rotate(-4, Image.Resampling.BICUBIC, expand=True),
    "eighth of the pixels": lambda p: p.resize((max(p.width // 3, 100), max(p.height // 3, 100))),
}


def table(path):
    with path.open() as rows:
        return list(csv.DictReader(rows, delimiter="\t"))


@pytest.fixture(scope="module")
def groups():
    return {row["file"]: row["same_source_group"] for row in table(DATA / "images/groups.tsv")}


@pytest.fixture(scope="module")
def hashed(groups):
    return {name: hash_picture((DATA / "images" / name).read_bytes()) for name in groups}


def test_versions_are_matched_and_nothing_else(groups, hashed):
    names = sorted(hashed, key=lambda name: "orig" not in name)
    led = {names[one.picture]: names[one.original] for one in match([hashed[name] for name in names])}
    assert all(groups[name] == groups[other] for name, other in led.items())
    assert set(led) == {name for name in names if groups[name] == "bridge"} - {"aaa-orig.jpg"}


def test_hashes_are_those_of_the_reference(hashed):
    pdqhash = pytest.importorskip("pdqhash")
    for name in hashed:
        pixels = np.asarray(Image.open(DATA / "images" / name).convert("RGB"))
        bits, quality = pdqhash.compute(pixels)
        found = pdq(luma(pixels))
        assert (hexadecimal(found.hashes[:1])[0], found.quality) == (np.packbits(bits).tobytes().hex(), quality), name


@pytest.mark.slow
def test_edits_of_real_pictures_are_led_back_and_none_to_another(groups, hashed):
    firsts = [name for name, group in groups.items() if name == "aaa-orig.jpg" or group.startswith("q")]
    pictures = [Image.open(DATA / "images" / name).convert("RGB") for name in firsts]
    missed, made = [], 0
    for what, edit in ({name: edit for name, (edit, _) in EDITS.items()} | MORE).items():
        edited = [hash_picture(jpeg(edit(picture), 70)) for picture in pictures]
        led = {one.picture: one.original for one in match(edited, [hashed[name] for name in firsts])}
        assert all(picture == original for picture, original in led.items()), what
        missed += [(what, firsts[n]) for n in range(len(firsts)) if n not in led and groups[firsts[n]] not in PLAIN]
        made += len(firsts) - len(PLAIN)
    assert len(missed) <= 0.02 * made, missed
    assert not [what for what, name in missed if name == "aaa-orig.jpg"]


def test_hashes_of_the_collection_are_looked_up_without_loss(hashed):
    lines = {name: (DATA / f"images/pdq_{name}.txt").read_text().split() for name in ("haystack", "needles")}
    index = PictureIndex(lines["haystack"])
    import pyarrow as pa

    words = {name: parse_hashes(pa.array(told), 256).hashes for name, told in lines.items()}
    apart = np.bitwise_count(words["needles"][:, None] ^ words["haystack"][None]).sum(-1)
    found = search(build(words["haystack"]), words["needles"], 31)
    assert set(zip(found.query.tolist(), found.row.tolist(), strict=True)) == {
        (q, r) for q, r in np.argwhere(apart <= 31).tolist()
    }
    assert not [name for name, one in hashed.items() if one.pdq.quality >= 50 and index.search(one)]


def test_credentials_are_as_they_were_made():
    pytest.importorskip("c2pa")
    said = {"no manifest": "none", "valid, untrusted signer": "holds", "invalid: asset data hash mismatch": "changed"}
    for row in table(DATA / "c2pa/expected.tsv"):
        found = credentials((DATA / "c2pa" / row["file"]).read_bytes())
        assert (found.state, found.trusted) == (said[row["truth"]], found.state == "none" and found.trusted), row


def test_a_stripped_picture_is_led_back_to_the_one_with_credentials():
    """C is a field of soft colours, which only its colours find; CA a photograph, which may be cut besides."""
    pytest.importorskip("c2pa")
    for name, edit in (("C.jpg", "smaller"), ("C_with_CAWG_data.jpg", "saved anew"), ("CA.jpg", "cut by 15 %")):
        data = (DATA / "c2pa" / name).read_bytes()
        stripped = jpeg(EDITS[edit][0](Image.open(io.BytesIO(data)).convert("RGB")))
        assert credentials(stripped).state == "none"
        assert [one.original for one in match([hash_picture(stripped)], [hash_picture(data)])] == [0]


def test_reading_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in sorted(Path(DATA / "c2pa").glob("*.jpg")):
            hash_picture(path.read_bytes())
