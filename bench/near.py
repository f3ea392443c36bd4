"""Near-duplicate pairs of real short posts against the exact list of them, ours beside rensa and datasketch.

    python bench/near.py

Texts and truth are near_duplicates of the content data: 200,000 posts, all pairs with Jaccard >= 0.7 on sets of
character 5-grams. All contenders cut the same 5-grams and each is a process of its own, measured from outside as in
bench/neardup.py: CPU-seconds of the whole process, start and reading included. The recall of ours at .99 is also stated
by its plan. The table goes to bench/results/near.json. rensa and datasketch come with the dev group; datasketch takes
half a minute of CPU.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import neardup
from common import ROOT, markdown, write

DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data/content")) / "near_duplicates"
SIZE, THRESHOLD = 5, 0.7
HEAD = ("contender", "cpu_s", "peak_mib", "found", "recall", "precision")


def tocsin(path: str, recall: float) -> Any:
    from tocsin.kernels.features import shingles
    from tocsin.kernels.near import near_pairs

    tokens = shingles(neardup.read(path), SIZE)
    pairs = near_pairs(tokens.offsets, tokens.hashes, THRESHOLD, recall)
    return np.stack([pairs.i, pairs.j])


def grams(path: str) -> list[set[str]]:
    texts = neardup.read(path).to_pylist()
    return [{text[n : n + SIZE] for n in range(max(1, len(text) - SIZE + 1))} for text in texts]


def rensa(path: str) -> Any:
    from rensa import RMinHash, RMinHashLSH

    sketches = RMinHash.from_token_sets([list(some) for some in grams(path)], 128, 1)
    lsh = RMinHashLSH(THRESHOLD, 128, 16)
    lsh.insert_many(sketches)
    return neardup.pairs_of(lsh.query_all(sketches))


def datasketch(path: str) -> Any:
    from datasketch import MinHash, MinHashLSH

    lsh, sketches = MinHashLSH(THRESHOLD, 128), []
    for row, some in enumerate(grams(path)):
        sketch = MinHash(128)
        sketch.update_batch([gram.encode() for gram in some])
        sketches.append(sketch)
        lsh.insert(row, sketch)
    return neardup.pairs_of(lsh.query(sketch) for sketch in sketches)


CONTENDERS: dict[str, Callable[[str], Any]] = {
    "tocsin exact": lambda path: tocsin(path, 1.0),
    "tocsin .99": lambda path: tocsin(path, 0.99),
    "rensa": rensa,
    "datasketch": datasketch,
}


def posts() -> tuple[Any, Any]:
    """The ids and texts."""
    import pyarrow.csv as csv

    options = csv.ParseOptions(delimiter="\t", quote_char=False)
    table = csv.read_csv(DATA / "texts.tsv.gz", parse_options=options)
    return table["id"].to_numpy(), table["text"].combine_chunks()


def truth(ids: Any) -> Any:
    """The pairs as numbers i * n + j of rows i < j."""
    import pyarrow.csv as csv

    table = csv.read_csv(DATA / "pairs_j70.tsv.gz", parse_options=csv.ParseOptions(delimiter="\t"))
    order = np.argsort(ids)
    rows = [order[np.searchsorted(ids, table[name].to_numpy(), sorter=order)] for name in ("id1", "id2")]
    return np.unique(np.minimum(*rows) * ids.size + np.maximum(*rows))


def main() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not DATA.exists():
        raise SystemExit(f"{DATA} is not there; set TOCSIN_DATA to the folder that holds near_duplicates")
    ids, texts = posts()
    known, lines = truth(ids), []
    with tempfile.TemporaryDirectory() as folder:
        source, answer = Path(folder) / "posts.parquet", Path(folder) / "pairs.npy"
        pq.write_table(pa.table({"text": texts}), source)
        for name in ("tocsin exact", "tocsin .99", *CONTENDERS):  # the first two compile
            line = neardup.measure(name, source, answer, __file__)
            pairs = line.pop("pairs").astype(np.int64)
            keys = np.unique(pairs.min(0) * ids.size + pairs.max(0))
            hits = int(np.isin(keys, known, assume_unique=True).sum())
            line |= {"contender": name, "found": keys.size, "recall": hits / known.size, "precision": hits / keys.size}
            lines.append(line)
    write("near", lines[2:])
    print(markdown(HEAD, ([line[name] for name in HEAD] for line in lines[2:])))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        np.save(sys.argv[3], CONTENDERS[sys.argv[1]](sys.argv[2]))
    else:
        main()
