"""Two texts side by side, with what differs marked, and whether they are the same words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from tocsin.detect.fabrication.wording import exact, listed, words
from tocsin.model.check import Marked

WORDS_MAX = 1_000  # of a text that are laid side by side
SAME_MIN, LETTERS_MIN = 5, 20  # different words, and letters in them, that a claim needs to be told by its words alone
SHARE_MIN = 0.5  # of the message that the claim must make up
TYPO_LETTERS = 6  # letters of a word in which one may differ
_PIECE = re.compile(r"\s+|[^\s]+")
_NUMBER = re.compile(r"\d")
#: Words that deny, in the languages of the models; told to the reader where only one of both texts has them.
_DENIES = listed("denying.txt")


class Sides(NamedTuple):
    """Message and claim in pieces, and what a reader should look at first."""

    message: tuple[Marked, ...]
    claim: tuple[Marked, ...]
    notes: tuple[str, ...]


def side_by_side(message: str, claim: str) -> Sides:
    """Both texts as they stand, word by word; white space goes with the word before it."""
    one, other = _pieces(message), _pieces(claim)
    match = SequenceMatcher(None, [_key(piece) for piece in one], [_key(piece) for piece in other], autojunk=False)
    left, right = list[Marked](), list[Marked]()
    for same, a, b, c, d in match.get_opcodes():
        left += _marked(one[a:b], same != "equal")
        right += _marked(other[c:d], same != "equal")
    return Sides(tuple(left), tuple(right), _notes(words(message), words(claim)))


def same_words(message: str, claim: str) -> bool:
    """Whether a message says a claim in its own words: all of them, in order, in one run that makes up half of the
    message or more. Case and punctuation do not count, nor does a mistyped letter in a longer word; a number, a name or
    a word that denies must be there as it is, and what stands around the run may hold none that the claim has not."""
    said, asked = exact(claim), exact(message)
    if not len(said) >= SHARE_MIN * len(asked) or len(set(said)) < SAME_MIN or sum(map(len, set(said))) < LETTERS_MIN:
        return False
    return any(_stated(said, asked, at) for at in range(len(asked) - len(said) + 1))


def _stated(said: list[str], asked: list[str], at: int) -> bool:
    end = at + len(said)
    if not all(_same(one, other) for one, other in zip(said, asked[at:end], strict=True)):
        return False
    around = {*asked[:at], *asked[end:]} - set(said)
    return not any(word in _DENIES or _NUMBER.search(word) for word in around)


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    long = min(len(one), len(other)) > TYPO_LETTERS and one[0] == other[0] and one[-2:] == other[-2:]
    if not long or _NUMBER.search(one + other) or {one, other} & _DENIES:
        return False
    return DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1


def _pieces(text: str) -> list[str]:
    found = _PIECE.findall(text)
    joined = list[str]()
    for piece in found:
        if piece.isspace() and joined:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined[:WORDS_MAX]


def _key(piece: str) -> str:
    return " ".join(words(piece)) or piece.strip()


def _marked(pieces: list[str], differs: bool) -> list[Marked]:
    return [Marked(text="".join(pieces), differs=differs)] if pieces else []


def _notes(message: list[str], claim: list[str]) -> tuple[str, ...]:
    """What differs that changes most: numbers, and words that deny."""
    one, other = (sorted({word for word in side if _NUMBER.search(word)}) for side in (message, claim))
    found = []
    if set(one) != set(other) and (one or other):
        found.append(f"Numbers differ: {', '.join(one) or 'none'} in the message, {', '.join(other) or 'none'} there")
    denied = [sorted(set(side) & _DENIES) for side in (message, claim)]
    if bool(denied[0]) != bool(denied[1]):
        where = "message" if denied[0] else "claim"
        found.append(f"Only the {where} has a word that denies or doubts: {', '.join(denied[0] or denied[1])}")
    return tuple(found)
