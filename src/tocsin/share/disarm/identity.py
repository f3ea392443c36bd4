"""What an id, name or tag of DISARM means: one table over releases, STIX ids, OpenCTI ids and MISP.

Only the number of a technique together with the release is a usable key: STIX ids and names change between releases, so
each answer says what else the thing was called, and warns where that differs.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

Sort = Literal["tactic", "technique", "countermeasure"]

#: OpenCTI's namespace, the one STIX reserves for observables. Its ids are accepted, never made for objects of ours.
OPENCTI = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
OPENCTI_TYPES = {"technique": "attack-pattern", "countermeasure": "course-of-action"}
MISP_RELEASE = "v1.4"  # the last that MISP's galaxy was made from

CAUTION = (
    "Read before use: the Blue side of DISARM collects every response a workshop of 2019 could name. Being listed is "
    "no advice. Some come from states that censor; some are unlawful or harmful elsewhere. Judge law, proportion "
    "and harm to free speech before any is taken."
)


@dataclass(frozen=True, slots=True)
class Was:
    """What a technique was in some releases: its STIX id and name there."""

    releases: tuple[str, ...]
    stix_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One tactic, technique or countermeasure, under its name in the newest release that has it."""

    sort: Sort
    id: str
    name: str
    tactic: str = ""
    phase: str = ""  # of a tactic: the name its kill-chain phase has in STIX
    rank: int = 0  # of a tactic: its place in the kill chain
    response: str = ""  # of a countermeasure
    misp_uuid: str = ""
    misp_tag: str = ""
    history: tuple[Was, ...] = ()

    @property
    def opencti_ids(self) -> tuple[str, ...]:
        """Ids that OpenCTI gives it: with the number in lower case (now) and as written (before), pycti's rule."""
        kind = OPENCTI_TYPES.get(self.sort)
        return tuple(f"{kind}--{opencti_uuid(number)}" for number in (self.id.lower(), self.id)) if kind else ()

    @property
    def last_release(self) -> str:
        """The newest release that has it; "" where releases are not kept (tactics, countermeasures)."""
        return self.history[-1].releases[-1] if self.history else ""


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was found to mean. `by` says as what: id, name, STIX id, OpenCTI id, MISP tag, MISP uuid."""

    entry: Entry
    by: str
    releases: tuple[str, ...] = ()  # in which it had that STIX id or name


def opencti_uuid(number: str) -> UUID:
    """The UUIDv5 that pycti makes from `{"x_mitre_id": number}`."""
    return uuid5(OPENCTI, json.dumps({"x_mitre_id": number}, separators=(",", ":")))


class Framework:
    """The framework as one data file holds it."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.releases: tuple[str, ...] = tuple(content["releases"])
        self.licence: str = content["licence"]
        self.attribution: tuple[str, ...] = tuple(content["attribution"])
        self.entries: dict[str, Entry] = {}
        sorts: tuple[tuple[Sort, str], ...] = (
            ("tactic", "tactics"), ("technique", "techniques"), ("countermeasure", "countermeasures"),
        )  # fmt: skip
        for sort, name in sorts:
            for row in content[name]:
                self.entries[row["id"]] = self._entry(sort, row)
        self._links: list[tuple[str, str, str]] = [(row[0], row[1], row[2]) for row in content["links"]]

    def find(self, text: str) -> tuple[Match, ...]:
        """Everything that an id, name or tag can mean, () where nothing; whatever its case and spaces."""
        return tuple(dict.fromkeys(self._index.get(_folded(text), ())))

    def technique(self, *texts: str) -> Entry | None:
        """The technique that the first usable of some ids or names means; None where none does or one means several."""
        for text in texts:
            found = {match.entry.id: match.entry for match in self.find(text) if match.entry.sort == "technique"}
            if len(found) == 1:
                return next(iter(found.values()))
        return None

    def phase(self, technique: Entry) -> str:
        """The kill-chain phase of a technique as STIX names it; "" where its tactic is not known."""
        tactic = self.entries.get(technique.tactic)
        return tactic.phase if tactic else ""

    def warnings(self, entry: Entry) -> tuple[str, ...]:
        """Where the same number means another name or STIX id in a release, or is missing from one."""
        found = []
        if len({was.name for was in entry.history}) > 1:
            names = "; ".join(f"{was.name!r} in {_listed(was.releases)}" for was in entry.history)
            found.append(f"the name differs between releases: {names}")
        if len({was.stix_id for was in entry.history}) > 1:
            found.append("the STIX id differs between releases: match by number, not by STIX id")
        if entry.history and entry.last_release != self.releases[-1]:
            found.append(f"gone: the last release with it is {entry.last_release}")
        if entry.sort == "technique" and entry.history and self.releases[0] not in entry.history[0].releases:
            found.append(f"new in {entry.history[0].releases[0]}: partners with an older release do not know it")
        if not entry.misp_uuid:
            found.append(f"not in MISP's galaxy, which stopped at DISARM {MISP_RELEASE}")
        return tuple(found)

    def countermeasures(self, technique: str) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """The countermeasures linked to a technique: safely, and as proposals only because the number has another name
        today than in the link. A link to a number that is not in the newest release counts as neither."""
        entry = self.entries.get(technique)
        if entry is None or entry.last_release != self.releases[-1]:
            return (), ()
        linked = [(self.entries[c], name == entry.name) for c, t, name in self._links if t == technique]
        return tuple(e for e, same in linked if same), tuple(e for e, same in linked if not same)

    def safe(self, countermeasure: str, technique: str) -> bool:
        """Whether the framework links the two under names that still agree."""
        return any(entry.id == countermeasure for entry in self.countermeasures(technique)[0])

    def link_counts(self) -> tuple[int, int, int]:
        """How many links are safe, proposals, and to numbers that are no longer there."""
        present = {e.id: e.name for e in self.entries.values() if e.last_release == self.releases[-1]}
        kept = [(present[t], name) for _, t, name in self._links if t in present]
        same = sum(now == then for now, then in kept)
        return same, len(kept) - same, len(self._links) - len(kept)

    def _entry(self, sort: Sort, row: dict[str, Any]) -> Entry:
        uuid, tag = row["misp"] or ("", "")
        history = [Was(tuple(self.releases[n] for n in ns), stix, name) for ns, stix, name in row.get("history", ())]
        return Entry(
            sort, row["id"], row["name"], row.get("tactic", ""), row.get("stix_phase", ""), row.get("rank", 0),
            row.get("response", ""), uuid, tag, tuple(history),
        )  # fmt: skip

    @cached_property
    def _index(self) -> dict[str, list[Match]]:
        index: dict[str, list[Match]] = {}
        for entry in self.entries.values():
            meanings = [(entry.id, Match(entry, "id")), (entry.name, Match(entry, "name"))]
            meanings += [(id_, Match(entry, "OpenCTI id")) for id_ in entry.opencti_ids]
            meanings += [(entry.misp_tag, Match(entry, "MISP tag")), (entry.misp_uuid, Match(entry, "MISP uuid"))]
            for was in entry.history:
                meanings.append((was.stix_id, Match(entry, "STIX id", was.releases)))
                if was.name != entry.name:
                    meanings.append((was.name, Match(entry, "older name", was.releases)))
            for text, match in meanings:
                if text:
                    index.setdefault(_folded(text), []).append(match)
        return index


def own_file() -> Path:
    """Where `tocsin vocab import` writes the user's own data file, which is then taken instead of the one shipped."""
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "tocsin" / "disarm.json"


@cache
def _framework(path: Path | None) -> Framework:
    text = path.read_text(encoding="utf-8") if path else _shipped().read_text(encoding="utf-8")
    return Framework(json.loads(text))


def framework() -> Framework:
    """The framework: the user's own import if there is one, else what is shipped."""
    return _framework(own_file() if own_file().is_file() else None)


def _shipped() -> Any:
    return files("tocsin.share.disarm").joinpath("data/disarm.json")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _listed(releases: tuple[str, ...]) -> str:
    return releases[0] if len(releases) == 1 else f"{releases[0]} to {releases[-1]}"
