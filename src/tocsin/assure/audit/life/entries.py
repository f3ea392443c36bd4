"""What people read from the paper: two persons apart, and a third where they disagree.

round-K/entries/NAME.csv holds what one person entered. The first two readings of a contest on a card are made without
sight of each other; if they are the same they stand, else a third person's does. Readings of cards whose votes are not
published are kept under private/.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.files import PRIVATE, AuditFolder, round_folder
from tocsin.assure.audit.life.readings import KEYWORDS, typed
from tocsin.errors import ConflictError, UsageError

ENTRY = ("unit", "contest", "reading", "turn", "person", "at")
READ = ("unit", "contest", "reading", "how")
ALL = "*"  # every contest of the unit that the same file does not name otherwise
NOT_ASKED = "-"  # in a form: of a contest that the card does not hold
AGREED, THIRD = "two agree", "third reading"
Key = tuple[str, str]  # unit, contest


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person read of one contest on one card or batch; `turn` says as which of the readers."""

    unit: str
    contest: str
    reading: str
    turn: int
    person: str
    at: str

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.unit, self.contest


class Desk:
    """The data entry of one round."""

    def __init__(self, election: Election, number: int) -> None:
        self.election, self.number = election, number
        self.place = round_folder(number)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The cards or batches that this round draws for the first time, in the order drawn."""
        before = _drawn(self.election.folder, self.number - 1)
        return tuple(unit for unit in _drawn(self.election.folder, self.number) if unit not in before)

    @cached_property
    def wanted(self) -> dict[Key, None]:
        """What must be read: every audited contest on every card of `units`."""
        return {(unit, contest): None for unit in self.units for contest in self.contests_of(unit)}

    def contests_of(self, unit: str) -> tuple[str, ...]:
        """The contests to be read on a card or batch."""
        setup = self.election.setup
        if setup.by_style:
            number = self.election.number(unit)
            return tuple(c for c, holds in self.election.holds.items() if holds[number])
        return tuple(self.election.contests)

    def entries(self) -> dict[Key, list[Entry]]:
        """What was entered, by what it is about, in the order of turns."""
        found: dict[Key, list[Entry]] = defaultdict(list)
        for entry in self._every():
            found[entry.key].append(entry)
        for made in found.values():
            made.sort(key=lambda entry: entry.turn)
        return dict(found)

    def enter(self, person: str, given: Iterable[tuple[str, str, str]]) -> int:
        """Keep one person's readings, each a unit, a contest (or `*`) and a text; returns how many are new.

        Raises `UsageError` for a wrong one, and nothing is kept then; `ConflictError` for one that two persons have
        made already, or where the round has its risk.
        """
        if len(self.election.folder.risks) >= self.number:
            raise ConflictError(f"round {self.number} has its risk", hint="what was read stands")
        name, kept = person.strip(), self.entries()
        if not name or not slug(name):
            raise UsageError("a reading needs the name of who made it", hint="name the person with --person")
        new, at = {}, self.election.folder.now().isoformat()
        for unit, contest, text in self._spread(given):
            audited = self.election.contests[contest].contest
            reading = typed(text, audited, self.election.setup.kind == "batch")
            turn = _turn(name, reading, kept.get((unit, contest), []))
            new[unit, contest] = Entry(unit, contest, reading, turn, name, at)
        self._keep(name, new)
        return len(new)

    def _spread(self, given: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """The readings with contests by id, and `*` for what it stands for."""
        ids = {name: c for c, a in self.election.contests.items() for name in (a.contest.name, c)}
        rows = [(unit, contest if contest == ALL else ids.get(contest, contest), text) for unit, contest, text in given]
        named = {(unit, contest) for unit, contest, _ in rows}
        spread = []
        for unit, contest, text in rows:
            if contest == ALL and text.strip().strip("[]").casefold() not in KEYWORDS:
                raise UsageError(f"{text!r} cannot hold for every contest", hint="name the contest")
            wanted = [c for c in (self.election.contests if contest == ALL else [contest]) if (unit, c) in self.wanted]
            if not wanted:
                raise UsageError(
                    f"{contest} on {unit} is not to be read in round {self.number}",
                    hint=f"see {self.place}/form.csv for what is",
                )
            spread += [(unit, c, text) for c in wanted if contest != ALL or (unit, c) not in named]
        return spread

    def _keep(self, person: str, new: Mapping[Key, Entry]) -> None:
        folder, name = self.election.folder, f"{self.place}/entries/{slug(person)}.csv"
        old = {e.key: e for e in self._every() if slug(e.person) == slug(person)}
        if any(entry.person != person for entry in old.values()):
            raise UsageError(f"another person's entries are kept as {slug(person)}", hint="write the name in full")
        written = []
        for where, part in self._parted({**old, **new}).items():
            if part:
                folder.put_rows(where + name, ENTRY, part)
                written.append(where + name)
        folder.confirm("entries", written, person)

    def _parted(self, entries: Mapping[Key, Entry]) -> dict[str, list[dict[str, object]]]:
        """Rows that are published, and rows under private/."""
        withheld = self.election.withheld
        parts: dict[str, list[dict[str, object]]] = {"": [], f"{PRIVATE}/": []}
        for entry in entries.values():
            row = {name: getattr(entry, name) for name in ENTRY}
            parts[f"{PRIVATE}/" if entry.unit in withheld else ""].append(row)
        return parts

    def _every(self) -> list[Entry]:
        folder, found = self.election.folder, []
        for where in ("", f"{PRIVATE}/"):
            for path in sorted((folder.path / where / self.place / "entries").glob("*.csv")):
                rows = folder.rows(path.relative_to(folder.path).as_posix())
                found += [Entry(**{**row, "turn": int(row["turn"])}) for row in rows]  # type: ignore[arg-type]
        return found

    def readings(self) -> dict[Key, tuple[str, str]]:
        """What stands: the reading of each contest on each card, and how it came about. Open ones are left out."""
        found = {}
        for key, made in self.entries().items():
            if len(made) >= 2 and made[0].reading == made[1].reading:
                found[key] = made[0].reading, AGREED
            elif len(made) >= 3:
                found[key] = made[2].reading, THIRD
        return found

    def open(self) -> tuple[list[Key], list[Key]]:
        """What two persons have yet to read, and what a third one has to settle."""
        made, stands = self.entries(), self.readings()
        unread = [key for key in self.wanted if len(made.get(key, ())) < 2]
        return unread, [key for key in self.wanted if key not in stands and len(made.get(key, ())) >= 2]

    def reconciled(self) -> dict[str, list[dict[str, object]]]:
        """Rows of readings.csv: those published under "", the others under "private/"."""
        stands = self.readings()
        parts: dict[str, list[dict[str, object]]] = {"": [], f"{PRIVATE}/": []}
        for unit, contest in self.wanted:
            reading, how = stands[unit, contest]
            row: dict[str, object] = {"unit": unit, "contest": contest, "reading": reading, "how": how}
            parts[f"{PRIVATE}/" if unit in self.election.withheld else ""].append(row)
        return parts


def slug(person: str) -> str:
    """A person's name as the name of a file."""
    return re.sub(r"[^\w]+", "-", person.casefold()).strip("-")[:60]


def _turn(person: str, reading: str, made: list[Entry]) -> int:
    """As which reader a person reads; a reader may correct a reading until the second one is made."""
    own = [entry for entry in made if entry.person == person]
    if len(made) < 2:
        return own[0].turn if own else len(made) + 1
    if own or made[0].reading == made[1].reading or len(made) > 2:
        if own and own[0].reading == reading:
            return own[0].turn
        raise ConflictError(
            f"{made[0].contest} on {made[0].unit} was read by two persons already",
            hint="where they disagree, a third person reads the card again",
        )
    return 3


def _drawn(folder: AuditFolder, number: int) -> dict[str, None]:
    """Units of the draw of a round, each once."""
    return {row["unit"]: None for row in folder.rows(f"{round_folder(number)}/draw.csv")}


def form_rows(desk: Desk) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns and rows of an empty form: a row a card, a column a contest; what is not to be read is marked."""
    contests = tuple(desk.election.contests)
    rows = []
    for unit in desk.units:
        here = desk.contests_of(unit)
        rows.append({"unit": unit} | {c: "" if c in here else NOT_ASKED for c in contests})
    return ("unit", *contests), rows
