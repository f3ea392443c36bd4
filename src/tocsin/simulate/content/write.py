"""Simulated content as files, as users would have them, and the truth beside."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import orjson
import pyarrow.csv

from tocsin import __version__
from tocsin.errors import UsageError
from tocsin.progress import Progress, Silent
from tocsin.simulate.content.election import Content, ContentParams, simulate_content
from tocsin.simulate.content.mailbox import keys_of, received
from tocsin.simulate.content.outlets import outlets
from tocsin.simulate.content.said import Check

#: The election office of a county: its notices are passed on.
OFFICE = ("jorvholmcounty.example", "Jorvholm County Elections", "office", "xx-jorvholm", "")


def write_content(params: ContentParams, folder: Path, progress: Progress | None = None) -> Path:
    """Simulate into `folder`, which is returned: posts.csv, claims.json, official.csv, observed.jsonl, pictures/ with
    pictures.csv beside it, leak/mails/, leak/papers/, originals/, keys.json, truth.csv, units.csv, README.md.

    Files of the same name are replaced. Raises UsageError where the folder cannot be made or written.
    """
    progress = progress or Silent()
    progress.start("lay out posts, claims, pictures and a leak")
    made = simulate_content(params)
    progress.start("write them")
    try:
        for name in ("pictures", "leak/mails", "leak/papers", "originals"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        _posts(made, folder)
        (folder / "claims.json").write_bytes(orjson.dumps([_review(one) for one in made.checks]) + b"\n")
        _names(made, folder)
        _all(made.pictures, folder / "pictures")
        _all(made.mails, folder / "leak" / "mails")
        _all(made.papers.leaked, folder / "leak" / "papers")
        _all(made.papers.originals, folder / "originals")
        (folder / "keys.json").write_text(json.dumps(keys_of(made.key), indent=1) + "\n", encoding="utf-8")
        pyarrow.csv.write_csv(made.truth, folder / "truth.csv")
        pyarrow.csv.write_csv(made.units, folder / "units.csv")
        (folder / "README.md").write_text(_readme(params, made), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the simulation to {folder}: {error.strerror or error}",
            hint="Name a folder that you may write to, with room for it.",
        ) from error
    return folder


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _all(files: Mapping[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _posts(made: Content, folder: Path) -> None:
    rows = ((p.post, p.account, p.time.strftime("%Y-%m-%dT%H:%M:%SZ"), p.platform, p.text) for p in made.posts)
    _write(folder / "posts.csv", ("id", "account", "time", "platform", "text"), rows)
    _write(folder / "pictures.csv", ("post", "file"), ((p.post, p.picture) for p in made.posts if p.picture))


def _review(check: Check) -> dict[str, object]:
    """A fact-check as its publisher marks it up (schema.org ClaimReview)."""
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": check.url,
        "datePublished": check.day.isoformat(),
        "inLanguage": check.language,
        "name": check.title,
        "claimReviewed": check.claim,
        "author": {"@type": "Organization", "name": "Checks of the Coast", "url": "https://checks.example"},
        "reviewRating": {"@type": "Rating", "alternateName": check.verdict},
        "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": "posts"}},
    }


def _names(made: Content, folder: Path) -> None:
    owners = [(one.domain, one.name, "outlet", "", "") for one in outlets()] + [OFFICE]
    _write(folder / "official.csv", ("name", "office", "kind", "jurisdiction", "brands"), owners)
    with (folder / "observed.jsonl").open("wb") as file:
        for one in made.seen:
            told = {"all_domains": [one.name], "seen": one.time.isoformat(), "issuer": {"O": one.issuer}}
            file.write(orjson.dumps(told) + b"\n")


def _readme(params: ContentParams, made: Content) -> str:
    """What is planted, in words."""
    lines = [
        "# Simulated content of an election",
        "",
        f"Made by Tocsin {__version__}; no person, outlet, claim or document in it is real. posts.csv holds what was",
        "posted, pictures/ the pictures shown (pictures.csv says by which post), claims.json fact-checks, official.csv",
        "the outlets' own names, observed.jsonl the names that a certificate feed showed. leak/ holds mails and",
        f"documents that were public from {received():%Y-%m-%d} on, originals/ what their owner has, keys.json the key",
        "that signed the mails. truth.csv says what each item is, units.csv lists what was planted. The same",
        "parameters give the same files:",
        "",
        f"    {params.model_dump_json()}",
        "",
        "| unit | what it is | level | items | what should see it | in words |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for unit in made.units.to_pylist():
        covert = unit["role"] == "operation"
        level = unit["difficulty"] if covert else ""
        cells = [unit["unit"], "covert" if covert else "lawful", level, unit["items"], unit["detector"], unit["what"]]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join([*lines, ""])
