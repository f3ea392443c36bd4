"""A simulated targeting as files, as offices would have them, and the truth beside."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson
import pyarrow.csv

from tocsin import __version__
from tocsin.errors import UsageError
from tocsin.progress import Progress, Silent
from tocsin.simulate.voting.ballots import RACES, Card, Marks, reported
from tocsin.simulate.voting.election import Voting, VotingParams, simulate_voting
from tocsin.simulate.voting.stations import CHOICES

_VERSION = "5.10.50.85"  # of the Dominion export whose layout the records have


def write_voting(params: VotingParams, folder: Path, progress: Progress | None = None) -> Path:
    """Simulate into `folder`, which is returned: official.csv, observed.jsonl, logs/<office>/, results/, audit/ (a
    manifest, records by county, reported results, what two persons read and what is on the paper), truth.csv,
    units.csv, README.md.

    Files of the same name are replaced. Raises UsageError where the folder cannot be made or written.
    """
    progress = progress or Silent()
    progress.start("lay out names, logs, results and ballots")
    made = simulate_voting(params)
    progress.start("write them")
    try:
        for name in ("logs", "results", "audit/cvrs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        _names(made, folder)
        _logs(made, folder / "logs")
        _results(made, folder / "results")
        _audit(made, folder / "audit")
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


def _names(made: Voting, folder: Path) -> None:
    owners = ((o.domain, o.name, o.kind, o.jurisdiction, o.place.lower()) for o in made.offices)
    _write(folder / "official.csv", ("name", "office", "kind", "jurisdiction", "brands"), owners)
    with (folder / "observed.jsonl").open("wb") as file:
        for one in made.seen:
            told = {"all_domains": [one.name], "seen": one.time.isoformat(), "issuer": {"O": one.issuer}}
            file.write(orjson.dumps(told) + b"\n")


def _logs(made: Voting, folder: Path) -> None:
    for office, requests in made.logs.items():
        (folder / office).mkdir(exist_ok=True)
        lines = (
            f'{r.client} - - [{r.time:%d/%b/%Y:%H:%M:%S} +0000] "{r.method} {r.path} HTTP/1.1" {r.status} {r.size} '
            f'"-" "{r.agent}"\n'
            for r in requests
        )
        with (folder / office / "access.log").open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        with (folder / office / "auth.log").open("w", encoding="utf-8", newline="") as file:
            file.writelines(one.line(n) + "\n" for n, one in enumerate(made.sign_ins[office]))


def _results(made: Voting, folder: Path) -> None:
    header = ("region", "unit", "registered", "cast", "valid", *CHOICES)
    for contest, stations in made.results.items():
        rows = ((s.region, s.unit, s.registered, s.cast, s.valid, *s.votes) for s in stations)
        _write(folder / f"{contest}.csv", header, rows)


def _audit(made: Voting, folder: Path) -> None:
    counts: dict[tuple[str, int, int], int] = {}
    for card in made.cards:
        key = (card.county, card.tabulator, card.batch)
        counts[key] = counts.get(key, 0) + 1
    manifest = ((*key, cards, f"Shelf {key[2]}") for key, cards in counts.items())
    _write(folder / "manifest.csv", ("County", "Tabulator", "Batch", "Number of Ballots", "Location"), manifest)
    for county in dict.fromkeys(card.county for card in made.cards):
        _records(folder / "cvrs" / f"{county}.csv", [card for card in made.cards if card.county == county])
    votes = reported(made.cards)
    rows = ((race.name, choice, votes[race.name][choice], race.allowed) for race in RACES for choice in race.choices)
    _write(folder / "reported.csv", ("contest", "choice", "votes", "winners"), rows)
    papers = (("paper", [card.paper for card in made.cards]), ("first", made.read[0]), ("second", made.read[1]))
    for name, read in papers:
        _write(folder / f"{name}.csv", _READ, _by_hand(made.cards, read))


_READ = ("jurisdiction", "tabulator", "batch", "position", "card", "contest", "choice")


def _by_hand(cards: Sequence[Card], read: Sequence[Marks]) -> Iterator[Sequence[object]]:
    """One row a mark, one with an empty choice for a contest without any."""
    for card, marks in zip(cards, read, strict=True):
        at = (card.county, card.tabulator, card.batch, card.position, card.id)
        for contest, chosen in marks.items():
            for choice in chosen or ("",):
                yield (*at, contest, choice)


def _records(path: Path, cards: Sequence[Card]) -> None:
    """The records of a county in the layout of Dominion's CSV export, four header lines."""
    races = [race for race in RACES if race.name in cards[0].paper]
    columns = [(race, choice) for race in races for choice in race.choices]
    told = ("CvrNumber", "TabulatorNum", "BatchId", "RecordId", "ImprintedId", "CountingGroup", "BallotType")
    blank = [""] * len(told)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["Simulated election", _VERSION, *blank[2:], *("" for _ in columns)])
        writer.writerow([*blank, *(f"{race.name} (Vote For={race.allowed})" for race, _ in columns)])
        writer.writerow([*blank, *(choice for _, choice in columns)])
        writer.writerow([*told, *("" for _ in columns)])
        for n, card in enumerate(cards, 1):
            if card.record is not None:
                votes = (int(choice in card.record[race.name]) for race, choice in columns)
                at = (n, card.tabulator, card.batch, card.position, card.id, "Mail", card.county)
                writer.writerow([*at, *votes])


def _readme(params: VotingParams, made: Voting) -> str:
    """What is planted, in words."""
    lines = [
        "# A simulated targeting of election offices",
        "",
        f"Made by Tocsin {__version__}; no office, person or name in it is real. official.csv lists whose names are",
        "whose, observed.jsonl the names a certificate feed showed, logs/ what servers of the offices wrote, results/",
        "two contests by polling station, audit/ an election to audit. truth.csv says what each item is, units.csv",
        "lists what was planted. Addresses are of the range that providers use inside (RFC 6598). The same parameters",
        "give the same files:",
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
