"""The contests of an audit from several files: each once, with what the files report and what was said by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tocsin.errors import InputError, UsageError
from tocsin.model.ballot import Contest

Told = Mapping[str, Mapping[str, float]]  # winners, votes_allowed, cards, share -> contest by id or name, or "" for all


def merged(groups: Sequence[Sequence[Contest]]) -> list[Contest]:
    """The contests of several files, each once: the first file has the ids, the last one the votes.

    Contests and choices of two files are the same by id, or else by name. Raises `InputError` where a name stands for
    several contests of a file, or for several choices of a contest.
    """
    found: dict[str, Contest] = {}
    for contests in groups:
        before = dict(found)
        for contest in contests:
            key = _same(contest, before, contests)
            found[key] = _joined(before[key], contest) if key in before else contest
            _distinct(found[key])
    return list(found.values())


def _same(contest: Contest, before: Mapping[str, Contest], beside: Sequence[Contest]) -> str:
    """The key of the contest of earlier files that this one is, else its own."""
    if contest.id in before:
        return contest.id
    name = contest.name.casefold()
    keys = [id_ for id_, one in before.items() if one.name.casefold() == name]
    if len(keys) > 1 or (keys and sum(one.name.casefold() == name for one in beside) > 1):
        raise InputError(
            f"several contests are called {contest.name!r}", hint="give each its own name, the same in all files"
        )
    return keys[0] if keys else contest.id


def _distinct(contest: Contest) -> None:
    """Raises `InputError` where people who read a card could not say which choice they mean."""
    names = Counter(choice.name.casefold() for choice in contest.choices)
    if twice := [name for name, number in names.items() if number > 1]:
        raise InputError(
            f"{contest.name}: {names[twice[0]]} choices are called {twice[0]!r}", hint="give each its own name"
        )


def _joined(one: Contest, other: Contest) -> Contest:
    """`one` with what `other` reports of it."""
    ids = {key.casefold(): choice.id for choice in one.choices for key in (choice.name, choice.id)}
    renamed = {
        choice.id: ids.get(choice.id.casefold(), ids.get(choice.name.casefold(), choice.id)) for choice in other.choices
    }
    more = tuple(
        choice for choice in other.choices if renamed[choice.id] == choice.id and choice.id not in ids.values()
    )
    told = {name: getattr(other, name) or getattr(one, name) for name in ("winners", "votes_allowed", "share", "cards")}
    return one.model_copy(
        update={
            **told,
            "counting": other.counting if other.counting != "plurality" else one.counting,
            "choices": (*one.choices, *more),
            "votes": {renamed.get(id_, id_): number for id_, number in other.votes.items()} or one.votes,
            "reported_winners": tuple(renamed.get(id_, id_) for id_ in other.reported_winners) or one.reported_winners,
        }
    )


def known(contests: Sequence[Contest], names: Iterable[str]) -> None:
    """Raises `UsageError` for a name of no contest."""
    every = {name for contest in contests for name in (contest.id, contest.name)}
    if unknown := [name for name in names if name not in every]:
        raise UsageError(
            f"{unknown[0]!r} is no contest", hint=f"contests: {', '.join(contest.name for contest in contests)}"
        )


def said(contest: Contest, told: Told) -> dict[str, Any]:
    """What was said by hand of a contest and no file says.

    Raises `UsageError` where a file says otherwise, or for a number that cannot be.
    """
    found: dict[str, Any] = {}
    for name, values in told.items():
        of_file, of_hand = getattr(contest, name), values.get(contest.id, values.get(contest.name))
        if of_hand is not None and of_file and of_file != of_hand:
            raise UsageError(
                f"{contest.name}: {name} {of_hand:g} is said, and {of_file:g} by a file", hint="find out which is right"
            )
        given = values.get("") if of_hand is None else of_hand
        if given is not None and not of_file:
            found[name] = _fitting(contest, name, given)
    if "share" in found:
        found |= {"counting": "supermajority", "winners": contest.winners or found.get("winners") or 1}
    return found


def numbers(given: Iterable[str], *, of_all: bool = True) -> dict[str, float]:
    """What options such as `Mayor=1` say, by contest; a number alone is for all contests, where that may be (`of_all`).

    Raises `UsageError` for what says no number, or of what contest.
    """
    found: dict[str, float] = {}
    for one in given:
        name, _, number = one.rpartition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError as error:
            raise UsageError(f"{one!r} says no number", hint="write it so: 'Mayor=1'") from error
        if not name.strip() and not of_all:
            raise UsageError(f"{one!r} does not say of which contest", hint="write it so: 'Mayor=1'")
    return found


def told(
    seats: Iterable[str] = (), vote_for: Iterable[str] = (), cards: Iterable[str] = (), share: Iterable[str] = ()
) -> Told:
    """What the options --seats, --vote-for, --cards and --share say, as `AuditFiles.told` has it."""
    return {
        "winners": numbers(seats),
        "votes_allowed": numbers(vote_for),
        "cards": numbers(cards, of_all=False),
        "share": numbers(share, of_all=False),
    }


def _fitting(contest: Contest, name: str, number: float) -> float:
    if name == "share":
        if not 0 < number < 1:
            raise UsageError(f"{contest.name}: a share of {number:g}", hint="give a fraction between 0 and 1, as 0.6")
        return number
    if number < 1 or number != int(number):
        raise UsageError(f"{contest.name}: {name} {number:g}", hint="give a whole number above 0")
    return int(number)


def completed(contest: Contest, given: Mapping[str, Any], winners: Mapping[str, Sequence[str]]) -> Contest:
    """The contest with what was said of it by hand, and the winners that were named for it, by id or name.

    Of one seat one votes for one, where nothing else is said. Raises `UsageError` for a winner who is no choice.
    """
    whole = contest.model_copy(update=dict(given))
    if not whole.votes_allowed and (whole.winners == 1 or whole.counting == "irv"):
        whole = whole.model_copy(update={"votes_allowed": 1})
    named = winners.get(contest.id) or winners.get(contest.name)
    if not named:
        return whole
    ids = {key.casefold(): choice.id for choice in contest.choices for key in (choice.name, choice.id)}
    unknown = [name for name in named if name.casefold() not in ids]
    if unknown:
        raise UsageError(f"{contest.name} has no choice {unknown[0]!r}", hint=f"one of {', '.join(ids)}")
    return whole.model_copy(update={"reported_winners": tuple(ids[name.casefold()] for name in named)})
