"""Does this message repeat something already checked? Five answers; what a machine is not sure of, people decide.

Checked is said only of the claim's own words, of an address or a picture that a review names, or of a link that a
person confirmed. All that is found by meaning looks like a checked claim, at the most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication import languages
from tocsin.detect.fabrication.address import Places, links
from tocsin.detect.fabrication.differences import same_words, side_by_side
from tocsin.detect.fabrication.retrieval import ClaimIndex
from tocsin.detect.fabrication.wording import plain, words
from tocsin.kernels.hamming import parse_hashes
from tocsin.kernels.pdq import Pdq
from tocsin.model.check import AnswerKind, CheckAnswer, ClaimMatch, How
from tocsin.model.finding import ClaimLink

LOOKS_LIKE = 0.5  # probability from which a claim is shown beside the message
SHOWN = 5
PICTURE_BITS, PICTURE_QUALITY = 31, 50  # as PDQ's authors advise
TEXT_CHARACTERS = 20_000  # of a message that are read
COPIES = 20  # of one claim (the same letters) that are told
PART_WORDS, PARTS = 60, 8  # of a long message, each part is searched by itself
#: What one can do oneself where nobody has checked (after Caulfield 2019, SIFT; ours in words).
STEPS = (
    "Stop: find out who says it first, and since when.",
    "Look at what others say of that source, not at what it says of itself.",
    "Search for the same claim, number or picture in a report by somebody who answers for it.",
    "Go to the origin: the whole quotation, the study, the first place of the picture, the office in charge.",
)
_ANSWER_OF: Mapping[str, AnswerKind] = {"official": "official fact", "open": "being looked at"}


def subject_of(text: str) -> str:
    """The digest of a message's words: the same for copies that differ in case, punctuation and links."""
    return hashlib.sha256(" ".join(words(plain(text))).encode("utf-8", "replace")).hexdigest()


@dataclass
class Checker:
    """Claims in reach of a check. `settled`: subject (`subject_of`) -> claim -> state that a person gave the link."""

    index: ClaimIndex
    settled: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, text: str, addresses: Sequence[str] = ()) -> CheckAnswer:
        """The answer for a message: its words, the addresses in it, and those `addresses` that came with it."""
        text = text[:TEXT_CHARACTERS].encode("utf-8", "replace").decode()  # no half characters: no model takes them
        found: dict[int, ClaimMatch] = {}
        self._put(found, self._by_address([*links(text), *addresses]), "address", text)
        self._put(found, self._confirmed(text), "confirmed", text)
        for row, chance, by in self._by_words(text):
            how: How = "same words" if self._same(text, row) else "meaning"
            if how == "same words" or chance >= LOOKS_LIKE:
                self._put(found, {row: 1.0 if how == "same words" else chance}, how, text, by)
        return self._answer(text, found, languages.detect([text])[0] if words(plain(text)) else "")

    def picture(self, *asked: Pdq) -> CheckAnswer:
        """The answer for a picture, by the hashes of the whole and of what lies within a frame or bars: claims whose
        pictures are within 31 of 256 bits of either, however it is turned."""
        found: dict[int, ClaimMatch] = {}
        rows, hashes = self._pictures
        told = [one.hashes for one in asked if one.quality >= PICTURE_QUALITY]
        if rows.size and told:
            bits = np.bitwise_count(hashes[:, None, :] ^ np.concatenate(told)[None]).sum(2).min(1)
            near = np.flatnonzero(bits <= PICTURE_BITS)
            order = near[np.argsort(bits[near], kind="stable")]
            self._put(found, {int(rows[n]): 1.0 for n in order}, "picture", "")
        return self._answer("", found, "")

    def claims_of(self, texts: Sequence[str]) -> list[tuple[ClaimLink, ...]]:
        """Of each text the claims that say the same, as suggestions: what a finding shows until a person confirms."""
        return [tuple(match.link for match in self.text(text).matches) for text in texts]

    def _by_address(self, addresses: Iterable[str]) -> dict[int, float]:
        return {row: 1.0 for address in addresses for row in self._places.rows(address)}

    def _confirmed(self, text: str) -> dict[int, float]:
        told = self.settled.get(subject_of(text), {})
        return {
            self._row_of[claim]: 1.0 for claim, state in told.items() if state == "confirmed" and claim in self._row_of
        }

    def _by_words(self, text: str) -> list[tuple[int, float, str]]:
        """Claims that may say the same, by the message as a whole and, where it is long, by its parts: the likeliest
        first, each once."""
        best: dict[int, tuple[int, float, str]] = {}
        for found in self.index.search(_parts(text), 2 * SHOWN):
            for one in found:
                for row in one.rows[:COPIES]:
                    if row not in best or best[row][1] < one.probability:
                        best[row] = (row, one.probability, one.by)
        return sorted(best.values(), key=lambda one: -one[1])

    def _same(self, text: str, row: int) -> bool:
        one, bare = self._cells(row), plain(text)
        return any(same_words(bare, said) for said in (one["text"], one["title"] or "") if said)

    def _put(self, found: dict[int, ClaimMatch], rows: Mapping[int, float], how: How, text: str, by: str = "") -> None:
        told = self.settled.get(subject_of(text), {}) if text else {}
        for row, chance in rows.items():
            one = self._cells(row)
            state = told.get(one["claim"], "suggested")
            if row in found or state == "rejected":
                continue
            sides = side_by_side(text, one["text"]) if text and how != "address" else None
            link = ClaimLink(
                claim=one["claim"], text=one["text"], publisher=one["publisher"], verdict=one["verdict"] or "",
                url=one["url"] or "", date=one["date"], probability=round(chance, 4), state=state,  # type: ignore[arg-type]
            )  # fmt: skip
            found[row] = ClaimMatch(
                link=link, kind=one["kind"], how=how, title=one["title"] or "", by=by,
                message=sides.message if sides else (), claim=sides.claim if sides else (),
                notes=sides.notes if sides else (),
            )  # fmt: skip

    def _answer(self, text: str, found: Mapping[int, ClaimMatch], language: str) -> CheckAnswer:
        """The first of the five that holds."""
        matches = _folded(list(found.values()))
        reviews = [one for one in matches if one.kind in ("check", "own")]
        answer: AnswerKind = "nobody has checked"
        if any(one.how != "meaning" for one in reviews):
            answer = "checked"
        elif reviews:
            answer = "looks like"
        elif matches:
            answer = _ANSWER_OF[min(matches, key=lambda one: one.kind != "official").kind]
        return CheckAnswer(
            answer=answer,
            message=text,
            language=language,
            matches=tuple(matches[:SHOWN]),
            steps=STEPS if answer == "nobody has checked" else (),
            claims=self.index.claims.num_rows,
            compared=self.index.encoders if text else ("PDQ",),
        )

    def _cells(self, row: int) -> dict[str, Any]:
        return self.index.claims.slice(row, 1).to_pylist()[0]

    @cached_property
    def _places(self) -> Places:
        return Places(self.index.claims)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {str(claim): row for row, claim in enumerate(self.index.claims["claim"].to_pylist())}

    @cached_property
    def _pictures(self) -> tuple[Any, Any]:
        """Row of each picture of a claim, and its hash."""
        told = self.index.claims["pictures"].to_pylist()
        pairs = [(row, one) for row, pictures in enumerate(told) for one in pictures or ()]
        parsed = parse_hashes(pa.array([one for _, one in pairs], pa.string()), 256)
        return np.array([row for row, _ in pairs], np.int64)[parsed.rows], parsed.hashes


def _folded(matches: list[ClaimMatch]) -> list[ClaimMatch]:
    """Sure ones first, then by probability; of several reviews of one claim by one publisher the newest, with how many
    there are."""
    order = sorted(
        matches,
        key=lambda one: (
            one.how == "meaning",
            -one.link.probability,
            -(one.link.date.toordinal() if one.link.date else 0),
        ),
    )
    kept: dict[tuple[str, ...], ClaimMatch] = {}
    for one in order:
        key = (" ".join(words(one.link.text)), one.link.publisher, one.kind)
        there = kept.get(key)
        kept[key] = there.model_copy(update={"others": there.others + 1}) if there else one
    return list(kept.values())


def _parts(text: str) -> list[str]:
    """The message, and of a long one its parts of so many words."""
    pieces = text.split()
    if len(pieces) <= PART_WORDS:
        return [text]
    cut = [" ".join(pieces[at : at + PART_WORDS]) for at in range(0, len(pieces), PART_WORDS)]
    return [text, *cut[:PARTS]]
