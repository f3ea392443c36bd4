"""The same thing said, on real posts and sentences: recall of near copies, of translations, errors of languages."""

import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest

from tocsin.detect.fabrication import encoders, languages, same
from tocsin.kernels.features import SHINGLE, shingles
from tocsin.kernels.near import near_pairs

DATA = Path(os.environ.get("TOCSIN_DATA", Path(__file__).parents[3] / "shared/data")) / "content"
HAVE = {encoder.name for encoder in encoders.available()}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the content data are not beside the checkout"),
]


@pytest.fixture(scope="module")
def posts():
    options = pyarrow.csv.ParseOptions(delimiter="\t", quote_char=False)
    return pyarrow.csv.read_csv(DATA / "near_duplicates/texts.tsv.gz", parse_options=options)


@pytest.fixture(scope="module")
def known(posts):
    options = pyarrow.csv.ParseOptions(delimiter="\t")
    table = pyarrow.csv.read_csv(DATA / "near_duplicates/pairs_j70.tsv.gz", parse_options=options)
    place = {id_: n for n, id_ in enumerate(posts["id"].to_pylist())}
    return {
        tuple(sorted((place[a], place[b])))
        for a, b in zip(*(table[n].to_pylist() for n in ("id1", "id2")), strict=True)
    }


@pytest.mark.parametrize(("recall", "least"), [(1.0, 1.0), (0.99, 0.99)])
def test_near_pairs(posts, known, recall, least):
    tokens = shingles(posts["text"].combine_chunks(), SHINGLE)
    pairs = near_pairs(tokens.offsets, tokens.hashes, 0.7, recall)
    found = set(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True))
    assert len(known & found) / len(known) >= least
    # every pair is verified: what is not in the list differs in a character that is not seen
    assert len(found - known) <= 5
    assert (pairs.jaccard >= 0.7 - 1e-6).all()


@pytest.fixture(scope="module")
def sentences():
    with gzip.open(DATA / "multilingual_sts/pairs.tsv.gz", "rt", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.skipif("USE" not in HAVE, reason="the extra `meaning` is not installed")
@pytest.mark.parametrize(("language", "least"), [("de", 0.85), ("ru", 0.8), ("pl", 0.75)])
def test_translations_find_their_first_wording(sentences, language, least):
    """Sentences in two languages, the second after the first: how many join the cluster of their own first version."""
    said = {code: [r["sentence1"] for r in sentences if r["lang"] == code][::4] for code in ("en", language)}
    n = len(said["en"])
    found = same.cluster(said["en"] + said[language], np.arange(2 * n), ["en"] * n + [language] * n)
    own = found.first[n:] == found.first[:n]
    assert own.mean() >= least
    # joined to another: small scenes that are alike
    assert ((found.first[n:] < n) & ~own).mean() <= 0.1


@pytest.mark.parametrize(
    ("tell", "right", "wrong"), [(languages._eldc, 0.97, 0.003), (lambda: languages._lexical, 0.86, 0.02)]
)
def test_languages(sentences, tell, right, wrong):
    detect = tell()
    if detect is None:
        pytest.skip("eldc is not installed")
    told = [(row["lang"][:2], detect(row["sentence1"])) for row in sentences]
    assert np.mean([known == said for known, said in told]) >= right
    assert np.mean([said not in ("", known) for known, said in told]) <= wrong
