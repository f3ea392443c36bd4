"""A reading as text, the same in forms, files and on screens.

`[blank]`, `[overvote]`, `[not on card]`, `[not found]`, else the ids of choices with "; " between them, where ranked
the first preference first; of a batch `id=votes; id=votes`, or `[not found]`. In an id, % ; = [ and ] are written as
in a URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from tocsin.assure.audit.life.frame import Reading
from tocsin.errors import UsageError
from tocsin.model.ballot import Contest

BLANK, OVERVOTE, NOT_HERE, NOT_FOUND = "blank", "overvote", "not on card", "not found"
KEYWORDS = (BLANK, OVERVOTE, NOT_HERE, NOT_FOUND)
MOST_DIGITS = 12  # of a count
_ESCAPED = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%;=[]"})


def keyword(word: str) -> str:
    """A keyword as it is written."""
    return f"[{word}]"


def text_of(reading: Reading) -> str:
    """The text of what a card says."""
    if not reading.found or not reading.here:
        return keyword(NOT_HERE if reading.found else NOT_FOUND)
    return "; ".join(id_.translate(_ESCAPED) for id_ in reading.choices) or keyword(BLANK)


def typed(text: str, contest: Contest, batch: bool = False) -> str:
    """What a person typed, in the one way it is kept: choices by id or name, keywords with or without brackets.

    Raises `UsageError` for a choice that the contest does not have, too many choices, or what is no number of votes.
    """
    plain = text.strip()
    names = {name.casefold(): choice.id for choice in contest.choices for name in (choice.name, choice.id)}
    word = plain.strip("[]").casefold()
    if word in KEYWORDS and (plain.startswith("[") or word not in names):
        if batch and word != NOT_FOUND:
            raise UsageError(f"{text!r} is no count of a batch", hint="write the votes of each choice: Ann=12; Bo=30")
        return keyword(word)
    if batch:
        return _typed_counts(plain, contest, names)
    ids = [_choice(part, contest, names) for part in _parts(plain, names)]
    if len(set(ids)) < len(ids) or (len(ids) > contest.votes_allowed and contest.counting != "irv"):
        raise UsageError(
            f"{contest.name}: {text!r} has more than {contest.votes_allowed} votes, or one twice",
            hint=f"write {keyword(OVERVOTE)} for a card with too many marks",
        )
    return text_of(Reading(tuple(ids)))


def reading_of(text: str) -> Reading:
    """What the text of a card says."""
    if text == keyword(NOT_FOUND):
        return Reading(here=False, found=False)
    if text == keyword(NOT_HERE):
        return Reading(here=False)
    if text.startswith("["):
        return Reading()
    return Reading(tuple(unquote(part) for part in text.split("; ")))


def counts_of(text: str) -> dict[str, int] | None:
    """Votes by choice of the text of a batch; None where nobody found it."""
    if text.startswith("["):
        return None
    return {unquote(id_): int(votes) for id_, votes in (part.split("=") for part in text.split("; "))}


def counts_text(votes: Mapping[str, int]) -> str:
    """The text of a batch's votes."""
    return "; ".join(f"{id_.translate(_ESCAPED)}={number}" for id_, number in votes.items())


def _typed_counts(plain: str, contest: Contest, names: Mapping[str, str]) -> str:
    votes = {choice.id: 0 for choice in contest.choices}
    for part in plain.split(";"):
        name, _, number = part.rpartition("=")
        if not number.strip().isdecimal() or len(number) > MOST_DIGITS:
            raise UsageError(f"{contest.name}: {part.strip()!r} gives no votes", hint="write them so: Ann=12; Bo=30")
        votes[_choice(name, contest, names)] += int(number)
    return counts_text(votes)


def _parts(plain: str, names: Mapping[str, str]) -> list[str]:
    """The choices named; a name may itself hold a semicolon."""
    return [plain] if plain.casefold() in names else plain.split(";")


def _choice(name: str, contest: Contest, names: Mapping[str, str]) -> str:
    plain = name.strip()
    found = names.get(plain.casefold()) or names.get(unquote(plain).casefold())
    if found is None:
        raise UsageError(
            f"{contest.name} has no choice {plain!r}", hint=f"one of {', '.join(c.name for c in contest.choices)}"
        )
    return found
