"""voting.lookalike: observed names that resemble official ones more often than chance makes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.voting import base, wording
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Explanation, Lookalike, Verdict
from tocsin.resolve import alike
from tocsin.resolve.imitation import Imitated, Matches, in_use, match, weigh
from tocsin.stats import stated

_PARKED = r"(?i)\b(parking|parked|sedoparking|bodis|parkingcrew|afternic|dan\.com|domaincontrol-parking|above\.com)"
SAID = 200  # words of which it is said why they are left out
_CANNOT = (
    "who registered a name: the register of its ending says so, where it tells",
    "what a name was used for: a resemblance is no page and no mail",
    "names that resemble nothing, and names that the feed does not hold",
)


class Parameters(base.Parameters):
    """What a user may set."""

    min_score: float = Field(
        default=0.5, ge=0, lt=1, description="Share of the names like it that chance must leave over to show a name."
    )


class LookAlikes(base.Detector):
    """Names of the feed against the official names of the user's own table; the table decides what is protected."""

    id = "voting.lookalike"
    title = "Look-alike names"
    params = Parameters
    wants = "observed"

    def look(self, tables: base.VotingTables, params: Parameters) -> base.Result:
        """One candidate for each protected word that more names resemble than chance allows."""
        if not tables.official.num_rows:
            return base.Result(skipped="no official names were given")
        matches = match(tables.official, tables.observed["name"])
        feed = _Feed(tables, matches)
        older = feed.older()
        found = [_Named(one, feed, params, older=False) for one in weigh(matches, ~matches.vetted & ~older)]
        found += [_Named(one, feed, params, older=True) for one in weigh(matches, ~matches.vetted & older)]
        candidates = tuple(one.candidate() for one in found if one.shown.size)
        measured = {
            "registered names compared": f"{matches.names:,}",
            "vetted names compared": f"{matches.known:,}",
        }
        measured |= _left_out(matches, ~matches.vetted)
        return base.Result(candidates, tested=len(matches.protected), measured=measured)


def _left_out(matches: Matches, counted: Any) -> dict[str, str]:
    """What is not watched or counts for less, so that nobody takes it for looked at."""
    common = [
        f"{word} ({uses:,} uses; {', '.join(names[:3])}{f' and {len(names) - 3:,} more' if len(names) > 3 else ''})"
        for word, uses, names in in_use(matches, counted)
    ]
    told = {
        "official names too general to watch": list(matches.general),
        "official names in ordinary use, of which it takes more copies to stand out": common,
        "words of their own, left out though one letter from an official name": [
            f"{form} ({count:,} names; {word})" for form, word, count in matches.in_use
        ],
    }
    return {what: _listed(texts) for what, texts in told.items() if texts}


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts[:SAID]) + (f" and {len(texts) - SAID:,} more" if len(texts) > SAID else "")


class _Feed:
    """The observed rows by name, and when and as what each name was seen."""

    def __init__(self, tables: base.VotingTables, matches: Matches) -> None:
        self.tables, self.matches = tables, matches
        wanted = {matches.asked[n] for n in matches.name}
        self._official = [str(name) for name in tables.official["name"].to_pylist()]
        self._positions = _positions(tables.observed["name"], wanted.union(self._official))
        at = np.concatenate([np.empty(0, np.int64), *self._positions.values()])
        self._cells = dict(zip(at.tolist(), tables.observed.take(positions(at)).to_pylist(), strict=True))

    def name(self, match_: int) -> str:
        """The name of a match."""
        return str(self.matches.asked[self.matches.name[match_]])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The observed rows of a name."""
        return [self._cells[at] for at in self.positions(name).tolist()]

    def positions(self, name: str) -> Any:
        """Where the rows of a name stand."""
        return self._positions.get(name, np.empty(0, np.int64))

    def first(self, name: str, ways: Sequence[str] = ()) -> datetime | None:
        """When a name was first seen, in any way or in one of `ways`."""
        times = [row["time"] for row in self.rows(name) if row["time"] and (not ways or row["how"] in ways)]
        return min(times, default=None)

    def older(self) -> Any:
        """Whether each match was in the DNS before every official name it resembles."""
        ways = ("zone", "passive-dns")  # a certificate is renewed, so its time is not that of the name
        own = {name: self.first(name, ways) for name in set(self._official)}
        found = np.zeros(self.matches.name.size, np.bool_)
        for n in range(found.size):
            official = [own[self._official[row]] for row in self.matches.protected[self.matches.word[n]].rows]
            seen = self.first(self.name(n), ways)
            found[n] = bool(seen and all(time and seen < time for time in official))
        return found


def _positions(names: Any, wanted: set[str]) -> dict[str, Any]:
    """Where each wanted name stands in a column, ascending."""
    at = np.flatnonzero(pc.is_in(names, pa.array(sorted(wanted), pa.string())).to_numpy(zero_copy_only=False))
    texts = names.take(positions(at)).to_pylist()
    found: dict[str, list[int]] = {}
    for place, text in zip(at.tolist(), texts, strict=True):
        found.setdefault(text, []).append(place)
    return {name: np.array(places, np.int64) for name, places in sorted(found.items())}


class _Named:
    """A candidate from the names that resemble one protected word."""

    def __init__(self, imitated: Imitated, feed: _Feed, params: Parameters, *, older: bool) -> None:
        self.imitated, self.feed, self.older = imitated, feed, older
        keep = imitated.score > params.min_score
        self.shown, self.score = imitated.names[keep], imitated.score[keep]
        self.matches = feed.matches
        self.protected = self.matches.protected[imitated.word]
        self.ways = [alike.way(feed.matches, int(n)) for n in self.shown]
        self.official = feed.tables.official.take(list(self.protected.rows)).to_pylist()

    def candidate(self) -> base.Candidate:
        """The candidate; its rows are all sightings of the names shown."""
        names = [self.feed.name(n) for n in self.shown]
        places = {name: self.feed.positions(name) for name in names}
        made = tuple(
            alike.lookalike(self.matches, int(n), self.official, float(score), self.feed.first(name))
            for n, score, name in zip(self.shown, self.score, names, strict=True)
        )
        notes = {int(at): one.note for one in made for at in places[one.name]}
        return base.Candidate(
            detector=LookAlikes.id,
            sign="look-alike",
            table="observed",
            rows=base.sorted_rows(np.concatenate(list(places.values()))),
            title=f"{wording.many(len(names), 'name')} like {self._imitated(made)}",
            sentence=self._sentence(made),
            p=self.imitated.p_mean,
            tests=(alike.test(self.imitated),),
            effects=alike.effects(self.imitated, self.matches),
            explanations=self._explanations(names),
            names=made,
            cannot_show=_CANNOT,
            notes=notes,
            objects={int(at): one.imitated for one in made for at in places[one.name]},
        )

    def _imitated(self, made: Sequence[Lookalike]) -> str:
        return Counter(one.imitated for one in made).most_common(1)[0][0]

    def _sentence(self, made: Sequence[Lookalike]) -> str:
        ways = ", ".join(
            f"{count} by {way}" for way, count in sorted(Counter(self.ways).items(), key=lambda one: (-one[1], one[0]))
        )
        offices = sorted({one["office"] for one in self.official})
        whose = offices[0] if len(offices) == 1 else f"{len(offices)} offices of that name"
        resembling = wording.many(len(made), "name resembles", "names resemble")
        least = alike.small(self.imitated.expected, 0.001)
        return (
            f"In the feed {resembling} {self._imitated(made)} ({whose}): {ways}. Of {self.matches.names:,} registered "
            f"names chance makes {least} as close as the {self.imitated.found} closest."
        )

    def _explanations(self, names: Sequence[str]) -> tuple[Explanation, ...]:
        say = stated.explanation
        ordinary, found = self.imitated.ordinary, self.imitated.found
        word = self.protected.word
        used = f"{wording.many(ordinary, 'registered name')} in the feed set {word!r} beside words of their own"
        if self.older:
            age = say("older", "Are the names older than the official one?", "fits", "each was in the DNS before it")
        else:
            age = say("older", "Are the names older than the official one?", *self._age(names))
        shared = say(
            "shared word",
            f"Is {word!r} a common word, a place or a person?",
            "fits in part" if ordinary else "does not fit",
            used,
        )
        own = say("own", "Do the names belong to the same owner, registered to keep others off?", *self._same(names))
        parked = [name for name in names if any(_is_parked(row["detail"]) for row in self.feed.rows(name))]
        idle = say(
            "parked",
            "Are the names only held for sale?",
            ("fits in part" if parked else "cannot tell"),
            f"{len(parked)} of {len(names)} point to a parking service"
            if parked
            else "the feed does not say what they point to",
        )
        vetted = say(
            "vetted ending",
            "Are they public bodies' own, under an ending given after vetting?",
            "does not fit",
            f"none of these; such names are left out ({found} others count)",
        )
        return (own, shared, age, idle, vetted)

    def _age(self, names: Sequence[str]) -> tuple[Verdict, str]:
        ways = ("zone", "passive-dns")
        own = [time for one in self.official if (time := self.feed.first(one["name"], ways))]
        seen = [time for name in names if (time := self.feed.first(name, ways))]
        if not own or not seen:
            return "cannot tell", "the feed does not say since when both are in the DNS"
        return (
            "does not fit",
            f"the first of them was seen on {min(seen):%Y-%m-%d}, the official one on {min(own):%Y-%m-%d}",
        )

    def _same(self, names: Sequence[str]) -> tuple[Verdict, str]:
        own = {
            row["detail"] for one in self.official for row in self.feed.rows(one["name"]) if row["how"] == "passive-dns"
        }
        same = [
            name
            for name in names
            if any(row["how"] == "passive-dns" and row["detail"] in own for row in self.feed.rows(name))
        ]
        if same:
            return "fits in part", f"{len(same)} of {len(names)} point to the same address as the official name"
        return "cannot tell", "ask the office which other names it holds, and add them to the official table"


def _is_parked(detail: str | None) -> bool:
    return bool(detail and re.search(_PARKED, detail))


DETECTOR = LookAlikes()
