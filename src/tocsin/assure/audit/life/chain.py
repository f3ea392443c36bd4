"""The check of an audit's log: its chain, the order of its steps, their times, and what its lines seal.

Who holds the folder can write the whole log anew; only the SHA-256 that somebody noted when it was published tells.
What is checked here is that the log fits the files, and the files the log.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime

from tocsin.assure.audit.life.files import (
    COMMITMENT,
    LOG,
    PRIVATE,
    REPORT,
    SALT,
    SEED,
    SETUP,
    TABLES,
    AuditFolder,
    digest,
    round_folder,
)
from tocsin.model.audit import AuditReport, LogLine

Found = Iterator[tuple[str, str]]  # what was looked at, and what is wrong; "" where nothing is
CODES = {"new": "n", "commit": "c", "dice": "d", "seed": "s", "draw": "r", "entries": "e", "risk": "k", "report": "p"}
ORDER = re.compile(r"n+(c(d+(s((re*k)*(re*|p)?)?)?)?)?")


def linked(folder: AuditFolder) -> Found:
    """Each line seals the one before; steps and times are in their order."""
    log, lines = folder.log(), folder.data(LOG).split(b"\n")[:-1]
    before = ["0" * 64, *map(digest, lines)]
    broken = [line.number for n, line in enumerate(log) if line.previous != before[n] or line.number != n + 1]
    yield "each line of the log seals the one before", f"line {broken[0]} does not" if broken else ""
    late = [one.number for one, next_ in itertools.pairwise(log) if next_.at < one.at]
    yield "the steps follow one another in time", f"line {late[0]} is later than the next" if late else ""
    fits = ORDER.fullmatch("".join(CODES.get(line.step, "?") for line in log))
    yield "no step is missing from the log, and none is there twice", "" if fits else "steps are missing or in disorder"
    thrown = folder.seed
    people = [one.person for one in thrown.dice] if thrown else []
    same = people == [line.by for line in log if line.step == "dice"]
    yield "the log has a line for each throw of dice", "" if same else "it has others"
    yield "what was made has the time of its step", ", ".join(_untimely(folder, log))


def sealed(folder: AuditFolder) -> dict[str, str]:
    """SHA-256 of each file as the log has it last; what a setup sealed that was made again counts no more."""
    log = folder.log()
    first = max((n for n, line in enumerate(log) if line.step == "new"), default=0)
    return {name: sha256 for line in log[first:] for name, sha256 in line.files.items()}


def unsealed(folder: AuditFolder) -> list[str]:
    """The files of confirmed steps that no line of their step seals."""
    log = folder.log()
    by_step = {(line.step, name) for line in log for name in line.files}
    by_person = {(name, line.by) for line in log if line.step == "entries" for name in line.files}
    wanted = [("new", name) for name in (SETUP, *TABLES)]
    wanted += [("commit", COMMITMENT), ("dice", SEED), ("report", REPORT)]
    for number in range(1, len(folder.rounds) + 1):
        place = round_folder(number)
        wanted += [("draw", f"{place}/{name}") for name in ("round.json", "draw.csv")]
        wanted += [("risk", f"{place}/{name}") for name in ("readings.csv", "compared.csv", "opened.csv", "risk.json")]
    missing = [name for step, name in wanted if folder.has(name) and (step, name) not in by_step]
    for name, person, _ in _entered(folder, len(folder.risks)):
        if (name, person) not in by_person:
            missing.append(name)
    return list(dict.fromkeys(missing))


def changed(folder: AuditFolder, names: Iterator[str] | list[str]) -> list[str]:
    """Which of these files are missing or not as the log has them."""
    found = sealed(folder)
    return [name for name in names if not folder.has(name) or folder.fingerprint(name) != found[name]]


def hidden(folder: AuditFolder) -> list[str]:
    """Files that the log seals and that are not published."""
    secret = not folder.has(SALT)
    return [name for name in sealed(folder) if name.startswith(f"{PRIVATE}/") and (secret or not folder.has(name))]


def _entered(folder: AuditFolder, rounds: int) -> Iterator[tuple[str, str, datetime]]:
    """File, person and time of each published reading."""
    for number in range(1, rounds + 1):
        for path in sorted((folder.path / round_folder(number) / "entries").glob("*.csv")):
            name = path.relative_to(folder.path).as_posix()
            for row in folder.rows(name):
                yield name, row["person"], datetime.fromisoformat(row["at"])


def _untimely(folder: AuditFolder, log: tuple[LogLine, ...]) -> list[str]:
    """Files whose times are not between the line before their step and the line of it."""
    spans = {
        step: [(log[n - 1].at if n else line.at, line.at) for n, line in enumerate(log) if line.step == step]
        for step in CODES
    }
    made = {"commit": [(COMMITMENT, folder.commitment.at)] if folder.commitment else []}
    made["dice"] = [(SEED, one.at) for one in folder.seed.dice] if folder.seed else []
    made["draw"] = [(f"{round_folder(one.number)}/round.json", one.at) for one in folder.rounds]
    made["risk"] = [(f"{round_folder(one.number)}/risk.json", one.at) for one in folder.risks]
    made["report"] = [(REPORT, folder.read(REPORT, AuditReport).at)] if folder.has(REPORT) else []
    wrong = [
        name
        for step, files in made.items()
        for (name, at), (since, until) in zip(files, spans[step], strict=False)
        if not since <= at <= until
    ]
    for number, (_, drawn) in enumerate(spans["draw"], 1):
        until = spans["risk"][number - 1][1] if len(spans["risk"]) >= number else log[-1].at
        entries = (one for one in _entered(folder, number) if one[0].startswith(f"{round_folder(number)}/"))
        wrong += [name for name, _, at in entries if not drawn <= at <= until]
    return list(dict.fromkeys(wrong))
