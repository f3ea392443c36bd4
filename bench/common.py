"""What the measurements of the detector share: the real files as posts, one cheap scan, results and tables."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.amplification.candidates import support
from tocsin.detect.amplification.coordination import Coordination, Groups, Parameters, find_groups
from tocsin.detect.amplification.describe import describe
from tocsin.detect.amplification.incidence import Incidence, in_order
from tocsin.detect.amplification.layers import read_layers
from tocsin.progress import Silent
from tocsin.sources.base import Batch, ReadOptions
from tocsin.sources.reading import read_posts

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data/coordination"))
RESULTS = ROOT / "bench/results"
FIGURES = ROOT / "docs/methods/figures"

#: Name of each real data set, its file and the mapping a user would give.
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "ira": (
        "ira_tweets_dev.parquet",
        {"post": "row_id", "account": "author_id", "time": "ts", "text": "content", "language": "language"},
    ),
    "gop": ("gop_debate_2015_control.parquet", {"post": "tweet_id", "account": "user", "time": "ts", "text": "text"}),
    "up": (
        "up_election_2017_dev.parquet",
        {
            "post": "tweet_id",
            "account": "user",
            "time": "ts",
            "text": "text",
            "reply_to": "reply_to_id",
            "client": "client",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """The accounts of one lead, the log e-value of its strongest supporting candidate, and whether an innocent
    explanation fits (known only where groups are described)."""

    accounts: frozenset[str]
    log_e: float
    explained: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """What the detector finds in one table of posts."""

    leads: list[Lead]
    label: dict[str, int]  # group of each account that has one: leads and communities of interest
    log_e: Any  # of each candidate
    confirmed: int

    @property
    def named(self) -> set[str]:
        """All accounts named in leads."""
        return {account for lead in self.leads for account in lead.accounts}


@cache
def load(name: str) -> pa.Table:
    """The posts of a real data set."""
    file, mapping = FILES[name]
    read = read_posts([str(DATA / file)], ReadOptions(mapping=mapping))
    return pa.Table.from_batches([item.posts for item in read if isinstance(item, Batch)])


def months(posts: pa.Table) -> dict[str, pa.Table]:
    """Posts by calendar month, UTC."""
    month = pc.strftime(posts["time"], "%Y-%m")
    return {name: posts.filter(pc.equal(month, name)) for name in sorted(pc.unique(month).to_pylist())}


def scan(posts: pa.Table, *, described: bool = False) -> Scan:
    """Run the detector up to its groups, and further to their innocent explanations where asked; without edges."""
    params = Parameters()
    ordered = in_order(posts)
    data = Incidence(ordered, read_layers(ordered, params.layers))
    groups = find_groups(data, params, Silent())
    names = data.accounts.to_pylist()
    label = {names[k]: int(groups.label[k]) for k in np.flatnonzero(groups.label >= 0)}
    explained: set[str | None] = set()
    ids: list[str | None] = [""] * len(label)
    if described and groups.leads:
        findings, _, ids = describe(data, groups, params, Coordination(), Silent())
        explained = {finding.id for finding in findings if finding.standing == "explained"}
    leads = [_lead(groups, names, g, ids[g] in explained) for g in groups.leads]
    return Scan(leads, label, np.array([c.log_e for c in groups.known.candidates]), len(groups.confirmed))


def _lead(groups: Groups, names: Sequence[str], group: int, explained: bool) -> Lead:
    best = max((c.log_e for c in support(groups.confirmed, groups.label == group)), default=-np.inf)
    return Lead(frozenset(names[k] for k in np.flatnonzero(groups.label == group)), float(best), explained)


def need_data(parser: argparse.ArgumentParser) -> None:
    """End the program with a word to the user where the real files are absent."""
    if not DATA.exists():
        parser.exit(message=f"{DATA} is not here; set TOCSIN_DATA to the folder of the coordination data\n")


def write(name: str, results: Any) -> None:
    """Keep results as bench/results/<name>.json."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=1))


def markdown(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; floats with two decimals, None as a dash."""
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def agreement(found: Sequence[Any], known: Sequence[Any]) -> tuple[float, float]:
    """Normalised mutual information (by the arithmetic mean) and adjusted Rand index (Hubert and Arabie 1985) of two
    labellings of the same accounts; at least two accounts, and more than one label on either side."""
    _, a = np.unique(np.asarray(found), return_inverse=True)
    _, b = np.unique(np.asarray(known), return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), table.sum()
    filled = table > 0
    mutual = (table[filled] / n * np.log(n * table[filled] / np.outer(rows, columns)[filled])).sum()
    entropy = [-(x / n * np.log(x / n)).sum() for x in (rows, columns)]
    pairs = [(x * (x - 1) / 2).sum() for x in (table, rows, columns)]
    chance = pairs[1] * pairs[2] / (n * (n - 1) / 2)
    return float(mutual / np.mean(entropy)), float((pairs[0] - chance) / ((pairs[1] + pairs[2]) / 2 - chance))
