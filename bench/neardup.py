"""Near-identical texts, ours beside rensa and datasketch: CPU-seconds of the whole process, recall and precision.

    python bench/neardup.py

Each contender is a process of its own that reads texts from Parquet and writes the pairs it finds; its user and system
time, peak memory and pairs are taken from outside. All cut words at blanks, so all mean the same Jaccard similarity.
Truth is our exact join, whose tests compare it with brute force. Our kernels are compiled once before the clock runs.
The synthetic posts are 5 to 20 words under Zipf's law, one fifth of them in clusters of 2 to 50 copies with 0 to 2
words edited. The table goes to bench/results/neardup.json too. The peers come with
the dev group.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

THRESHOLD = 0.7
IRA = Path(__file__).parents[2] / "shared/data/coordination/ira_tweets_dev.parquet"
RESULTS = Path(__file__).parent / "results/neardup.json"
ROWS_MAX = {"datasketch": 50_000}  # it takes minutes beyond


def read(path: str) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=["text"])["text"].combine_chunks()


def distinct_tokens(path: str) -> tuple[Any, Any]:
    """First rows of the distinct texts, and their token sets."""
    import pyarrow as pa

    from tocsin.kernels.text import text_hash, tokenise

    texts = read(path)
    first = np.sort(np.unique(text_hash(texts).hash, return_index=True)[1])
    return first, tokenise(texts.take(pa.array(first)))


def tocsin(path: str, recall: float) -> Any:
    from tocsin.kernels.near import near_pairs

    first, tokens = distinct_tokens(path)
    pairs = near_pairs(tokens.offsets, tokens.hashes, THRESHOLD, recall)
    return np.stack([first[pairs.i], first[pairs.j]])


def tocsin_clusters(path: str) -> Any:
    from tocsin.kernels.near import near_clusters

    first, tokens = distinct_tokens(path)
    clusters = near_clusters(tokens.offsets, tokens.hashes, THRESHOLD, 1.0)
    members = np.flatnonzero(clusters.first != np.arange(first.size))
    return np.stack([first[clusters.first[members]], first[members]])


def rensa(path: str) -> Any:
    from rensa import RMinHash, RMinHashLSH

    sketches = RMinHash.from_token_sets([text.split() for text in read(path).to_pylist()], 128, 1)
    lsh = RMinHashLSH(THRESHOLD, 128, 16)
    lsh.insert_many(sketches)
    return pairs_of(lsh.query_all(sketches))


def datasketch(path: str) -> Any:
    from datasketch import MinHash, MinHashLSH

    lsh, sketches = MinHashLSH(THRESHOLD, 128), []
    for row, text in enumerate(read(path).to_pylist()):
        sketch = MinHash(128)
        sketch.update_batch([word.encode() for word in set(text.split())])
        sketches.append(sketch)
        lsh.insert(row, sketch)
    return pairs_of(lsh.query(sketch) for sketch in sketches)


def pairs_of(found: Any) -> Any:
    pairs = [(row, other) for row, others in enumerate(found) for other in others if row < other]
    return np.array(pairs, np.int64).reshape(-1, 2).T


CONTENDERS: dict[str, Callable[[str], Any]] = {
    "tocsin exact": lambda path: tocsin(path, 1.0),
    "tocsin .99": lambda path: tocsin(path, 0.99),
    "tocsin clusters": tocsin_clusters,
    "rensa": rensa,
    "datasketch": datasketch,
}


def synthetic(rows: int, seed: int = 1) -> list[str]:
    """Distinct posts; one fifth in planted clusters."""
    rng = np.random.default_rng(seed)
    weights = 1.0 / np.arange(1, 100_001)
    places = np.cumsum(weights) / weights.sum()

    def post() -> list[int]:
        return np.searchsorted(places, rng.random(rng.integers(5, 21))).tolist()

    posts = []
    while len(posts) < rows // 5:
        model = post()
        for _ in range(int(min(50, 2 + rng.pareto(1.2)))):
            copy = list(model)
            for place in rng.integers(0, len(copy), rng.integers(0, 3)):
                copy[place] = int(rng.integers(100_000))
            posts.append(copy)
    posts += [post() for _ in range(rows - len(posts))]
    rng.shuffle(posts)
    return [" ".join(f"w{word}" for word in words) for words in posts]


def real() -> list[str]:
    """The IRA development texts, reduced to words."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    texts = pc.utf8_lower(pq.read_table(IRA, columns=["content"])["content"])
    texts = pc.replace_substring_regex(texts, r"https?://\S+|@\w+", "")
    texts = pc.utf8_trim(pc.replace_substring_regex(texts, r"[^\p{L}\p{N}]+", " "), " ").unique()
    return [text for text in texts.to_pylist() if text and text.count(" ") >= 2 and len(text) >= 15]


def measure(name: str, source: Path, answer: Path, script: str = __file__) -> dict[str, Any]:
    """Run one contender in a process of its own."""
    pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, script, name, str(source), str(answer)])
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{name} failed on {source.name}")
    pairs = np.load(answer)
    return {"cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024, "pairs": pairs}


def write(folder: str) -> None:
    """Write the texts of each round to data-rows.parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sets = {"synthetic": synthetic(1_000_000)} | ({"IRA": real()} if IRA.exists() else {})
    for label, texts in sets.items():
        for rows in (50_000, 200_000, 1_000_000):
            if rows <= len(texts):
                pq.write_table(pa.table({"text": texts[:rows]}), Path(folder) / f"{label}-{rows:07}.parquet")


def compare(folder: Path) -> Iterator[dict[str, Any]]:
    """One line for each data set, size and contender."""
    answer = folder / "pairs.npy"
    sources = sorted(folder.glob("*.parquet"))
    for name in ("tocsin exact", "tocsin .99", "tocsin clusters"):  # compile
        measure(name, sources[0], answer)
    for source in sources:
        label, rows = source.stem.split("-")[0], int(source.stem.split("-")[1])
        truth, ours = np.zeros(0), 1.0
        for name in CONTENDERS:
            if rows > ROWS_MAX.get(name, rows):
                continue
            line = measure(name, source, answer)
            keys = line["pairs"][0] * rows + line.pop("pairs")[1]
            if name == "tocsin exact":
                truth, ours = keys, line["cpu_s"]
            line |= {"data": label, "rows": rows, "contender": name, "found": keys.size, "ratio": line["cpu_s"] / ours}
            if name != "tocsin clusters":  # these are members and their first, not all pairs
                hits = int(np.isin(keys, truth, assume_unique=True).sum())
                line |= {"recall": hits / max(truth.size, 1), "precision": hits / max(keys.size, 1)}
            yield line


def main() -> None:
    columns = {"data": 10, "rows": 10, "contender": 17, "cpu_s": 8, "ratio": 7, "peak_mib": 9, "found": 10}
    columns |= {"recall": 8, "precision": 10}
    lines = []
    print("".join(f"{name:>{width}}" for name, width in columns.items()))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, folder], check=True)
        for line in compare(Path(folder)):
            lines.append(line)
            cells = {k: f"{v:.4g}" if isinstance(v, float) else str(v) for k, v in line.items()}
            print("".join(f"{cells.get(name, ''):>{width}}" for name, width in columns.items()), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(lines, indent=1))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        np.save(sys.argv[3], CONTENDERS[sys.argv[1]](sys.argv[2]))
    elif len(sys.argv) == 2:
        write(sys.argv[1])
    else:
        main()
