"""fabrication.pictures: pictures that are shown again, edited or as they were, each led back to the earliest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tocsin.detect.fabrication import base
from tocsin.detect.fabrication.pictures.closer import WORDS, closer
from tocsin.detect.fabrication.pictures.collection import MOST, Collection, Shown, collect, frames_of
from tocsin.detect.fabrication.pictures.hashed import groups_of_hashes
from tocsin.detect.fabrication.pictures.match import Match, match
from tocsin.detect.fabrication.pictures.verify import verified
from tocsin.model.finding import Explanation, Interval, PictureMatch, Verdict
from tocsin.progress import Progress
from tocsin.sources.pictures import read_picture
from tocsin.stats import stated

_NULL = "two pictures that are not one: blocks of their photographs agree no more than those of any two photographs"
_RULE = "the lower end of the share of alike blocks reaches .55 (.80 of drawings), over a fifth of one of the pictures"
#: What programs do to a picture by themselves.
_ORDINARY = {"none", "crop", "stretched"}
_CANNOT = (
    "whether the picture is real, or shows what the post says it shows",
    "which of two pictures was first in the world: only which of these is older or carries content credentials",
    "who edited it, and whether to deceive: cutting, framing and writing on pictures is common",
)


class Parameters(base.Parameters):
    """There is nothing to set: what makes a match was measured."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Pictures that are one: numbers, the original first; of each other the match and the number it leads back to."""

    members: tuple[int, ...]
    matches: dict[int, tuple[Match, int]]


class Pictures(base.Detector):
    """Copies of pictures, by comparing the pictures themselves; by their hashes alone where only these are there."""

    id = "fabrication.pictures"
    title = "Pictures shown again"
    params = Parameters
    wants = ()

    def look(self, tables: base.ContentTables, params: Parameters, progress: Progress) -> base.Result:
        """A candidate for each original with copies, and for each hash that several posts have."""
        hashed, hashes = groups_of_hashes(tables)
        if not tables.pictures and not hashes:
            return base.Result(skipped="no pictures and no hashes of pictures were given")
        found = collect(tables, progress)
        groups = _groups(tables, found, progress)
        candidates = [_About(tables, found, group).candidate() for group in groups]
        return base.Result(
            (*candidates, *hashed), tested=len(found.shown) + hashes, measured=_measured(found, groups, hashes)
        )


def _groups(tables: base.ContentTables, found: Collection, progress: Progress) -> list[_Group]:
    """Pictures that are one, led back to one original; the same file shown by several posts is one too."""
    frames, of = frames_of(found.shown)
    original, matches = list(range(len(found.shown))), dict[int, tuple[Match, int]]()
    for one in match(frames, progress=progress, of=of):
        picture, other = of[one.picture], of[one.original]
        if picture != other and picture not in matches:
            looked = _closer(tables, found.shown[picture], found.shown[other], one)
            matches[picture], original[picture] = (looked, other), original[other]
    members: dict[int, list[int]] = {}
    for n, first in enumerate(original):
        members.setdefault(first, []).append(n)
    return [
        _Group(tuple(some), {n: matches[n] for n in some if n in matches})
        for first, some in members.items()
        if len(some) > 1 or len(found.shown[first].posts) > 1
    ]


def _closer(tables: base.ContentTables, one: Shown, other: Shown, match: Match) -> Match:
    """The match with what a closer look at the files tells; as it is for frames, and for pictures of soft colours."""
    found = verified(one.frames[0], other.frames[0])
    if len(one.frames) != 1 or len(other.frames) != 1 or found is None or found[0].cells:
        return match
    seen = [read_picture(tables.pictures[shown.files[0]].path.read_bytes()) for shown in (one, other)]
    looked = closer((seen[0], seen[1]), (one.frames[0], other.frames[0]), found[0])
    change = looked.told(match.change)
    return replace(match, change=change, template=WORDS in change and looked.template)


class _About:
    """What a candidate says of one original and its copies."""

    def __init__(self, tables: base.ContentTables, found: Collection, group: _Group) -> None:
        self.members: Sequence[Shown] = [found.shown[n] for n in group.members]
        self.original = self.members[0]
        self.matches = [(found.shown[n], one, found.shown[other]) for n, (one, other) in sorted(group.matches.items())]
        self.posts = sorted({post for one in self.members for post in one.posts})
        self.accounts = set(tables.posts["account"].take(np.asarray(self.posts, np.int64)).to_pylist())
        self.changes = Counter(one.change for _, one, _ in self.matches)

    def candidate(self) -> base.Candidate:
        """The candidate: its posts, or its files where no post shows them."""
        rows = self.posts or sorted(n for one in self.members for n in one.files)
        return base.Candidate(
            detector=Pictures.id,
            sign="picture",
            layer="picture",
            object=self.original.sha256,
            table="posts" if self.posts else "pictures",
            rows=base.sorted_rows(rows),
            title=self._title(),
            sentence=self._sentence(),
            p=None,
            tests=self._tests(),
            effects=self._effects(),
            explanations=self._explanations(),
            pictures=tuple(self._match(shown, one, other) for shown, one, other in self.matches),
            cannot_show=_CANNOT,
        )

    def _title(self) -> str:
        copies = len(self.matches)
        if not copies:
            return f"One picture, unchanged, in {len(self.posts)} posts"
        if self._template():
            return f"One template with different words in {copies + 1} versions"
        if any(WORDS in change for change in self.changes):
            return f"One picture in {copies + 1} versions that differ in words or details"
        edited = sum(count for change, count in self.changes.items() if change != "none")
        changed = f"{edited} of them changed" if edited else "none of them changed"
        return f"One picture in {copies + 1} versions, {changed}"

    def _sentence(self) -> str:
        told = ", ".join(f"{change} ({count})" for change, count in sorted(self.changes.items()) if change != "none")
        said = f"{len(self.posts)} posts of {len(self.accounts)} accounts show it" if self.posts else "no post shows it"
        original = self.original.credentials
        carried = f" The earliest carries credentials: {original}." if original.state != "none" else ""
        return f"{self._title()}; {said}." + (f" What was done to it: {told}." if told else "") + carried

    def _tests(self) -> tuple[Any, ...]:
        if not self.matches:
            return (stated.test("Is it one file?", "SHA-256 of the files", "two files", 1, 0, None),)
        least = min((one.verified for _, one, _ in self.matches), key=lambda found: found.share)
        question = "Do the pictures themselves agree where one lies over the other?"
        return (stated.test(question, _RULE, _NULL, least.share, 0.0, None),)

    def _effects(self) -> tuple[Interval, ...]:
        made = [stated.exact("versions", len(self.members), "pictures", "files that differ, of one picture")]
        least = min((one.verified for _, one, _ in self.matches), key=lambda found: found.share, default=None)
        if least is not None:
            meaning = "blocks that show the same, of the copy that agrees least"
            made.append(stated.share("agreement", least.alike, least.compared, meaning))
        times = [one.first for one in self.members if one.first]
        if len(times) > 1:
            days = (max(times) - min(times)).total_seconds() / 86_400
            made.append(stated.exact("age", round(days, 1), "days", "from the first version to the last new one"))
        return tuple(made)

    def _explanations(self) -> tuple[Explanation, ...]:
        done = {part for change in self.changes for part in change.split(", ")}
        edited = sorted(done - _ORDINARY)
        detail = f"done to it: {', '.join(edited)}" if edited else "none was changed but by size, cut or saving anew"
        one = len(self.accounts) == 1
        return (
            *([self._filled()] if self.matches else []),
            stated.explanation(
                "as published",
                "Is it one photograph as its source published it, cut and scaled as programs do?",
                "does not fit" if edited else "fits",
                detail,
            ),
            stated.explanation(
                "one account",
                "Does one account show its own picture again?",
                "fits" if one else "does not fit" if self.posts else "cannot tell",
                f"{len(self.accounts)} accounts" if self.posts else "no post shows it",
            ),
            stated.explanation(
                "sign",
                "Is it a logo, a sign or a drawing that many use?",
                "cannot tell" if not self.matches else "does not fit" if self._photograph() else "fits in part",
                "it has the blocks of a photograph" if self._photograph() else "it has hardly a block of a photograph",
            ),
        )

    def _template(self) -> bool:
        """Whether all that were changed have another text, or other details, in one template."""
        changed = [one for _, one, _ in self.matches if set(one.change.split(", ")) - _ORDINARY]
        return bool(changed) and all(one.template for one in changed)

    def _filled(self) -> Explanation:
        """Whether the pictures differ in words, as memes, quotations and notices in one template do."""
        words = sum(WORDS in one.change for _, one, _ in self.matches)
        detail = f"{words} of {len(self.matches)} differ in words or details" if words else "none differs in words seen"
        verdict: Verdict = "fits" if self._template() else "fits in part" if words else "does not fit"
        question = "Is it one template that people fill with words of their own?"
        return stated.explanation("template", question, verdict, detail)

    def _photograph(self) -> bool:
        return any(one.verified.photograph for _, one, _ in self.matches)

    def _match(self, shown: Shown, one: Match, original: Shown) -> PictureMatch:
        return PictureMatch(
            picture=shown.sha256,
            original=original.sha256,
            change=one.change,
            distance=one.distance,
            credentials=str(original.credentials) if original.credentials.state != "none" else "",
        )


def _measured(found: Collection, groups: Sequence[_Group], hashes: int) -> dict[str, str]:
    told = {"pictures compared": f"{len(found.shown):,} that differ; {len(groups):,} shown again"}
    if hashes:
        told["hashes of pictures in posts"] = f"{hashes:,} that differ"
    if found.failed:
        name, why = next(iter(sorted(found.failed.items())))
        told["pictures that could not be read"] = f"{len(found.failed):,}, such as {name}: {why}"
    if found.beyond:
        told["pictures not compared"] = f"{found.beyond:,}: one look holds {MOST:,}; look at the others in parts"
    if found.without:
        told["content credentials"] = found.without
    return told


DETECTOR = Pictures()
