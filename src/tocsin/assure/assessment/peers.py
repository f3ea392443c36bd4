"""Comparison with peers: how many offices of a group stand where, told so that no few of them can be picked out.

The rule (k = 5): on each question, every set of offices that can be made from all releases so far, by union,
intersection or difference of what was counted together, holds none or at least five. So no subtraction of two figures,
of one release or of several, and no complement, is about fewer.

How it is kept. Each office carries a label on each question: out (not yet counted), hidden, or where it stands. Offices
with the same labels in all releases are one block. A release changes labels only so that each block falls into parts of
five or more:

1. What fewer than five offices of a block want is not done: they keep the label that they had, or become hidden where
   they are counted for the first time. If those who keep it are themselves one to four, the smallest other part keeps
   it too.
2. Groups are disjoint and an office stays in the group where it was first counted, so there are no nested groups.
3. Where everybody would be shown to stand alike nothing new is told, for it would tell of each: neither of a group, nor
   of a block that is counted for the first time or changes. Who has answered is known, so it must be two standings
   beside "missing". Such a block is hidden if it was out or missing; else it keeps its label.
4. No figure of a release differs by one to four from that of any earlier one. Where it would, the smallest changes are
   put off; where nothing else helps the figures stay as they were.

What levels above say about an office is left out: they see the figures and could move offices to bring out another.

So a release can be behind: it changes only where five or more changed alike. This is cell suppression with fixed
blocks (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapters 5 and 6), carried over time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.inherit import cells, standing
from tocsin.model.assessment import PeerCount, PeerFigures, Standing

FEWEST = 5
OUT, HIDDEN = "-", "h"
SIGNS: dict[Standing, str] = {
    "met": "m", "partly": "p", "not met": "n", "not applicable": "a", "disputed": "d", "missing": "x",
}  # fmt: skip
STANDS: dict[str, Standing] = {sign: standing for standing, sign in SIGNS.items()}

Labels = dict[str, str]  # office to sign
Changes = dict[tuple[str, str], list[str]]  # block and new sign to offices


def release(book: Book, before: Sequence[PeerFigures], made: datetime, by: str = "") -> PeerFigures:
    """The next release; `before` are all releases made here so far, in their order."""
    groups = _groups(book, before)
    wanted = _wanted(book, list(groups))
    labels: dict[str, Labels] = {}
    for question in dict.fromkeys((*wanted, *(question for one in before for question in one.labels))):
        past = [_past(one, question) for one in before]
        labels[question] = settle(past, wanted.get(question, {}), groups)
    offices = tuple(groups)
    return PeerFigures(
        made=made,
        by=by,
        counts=tuple(count for question, found in labels.items() for count in _counts(question, found, groups)),
        offices=offices,
        groups=tuple(groups.values()),
        labels={question: "".join(found.get(o, OUT) for o in offices) for question, found in labels.items()},
    )


def settle(past: Sequence[Labels], wanted: Labels, groups: Mapping[str, str]) -> Labels:
    """The labels of one question's next release: as near to those wanted as the rule allows. `past` are the labels of
    all releases before, `groups` the group of each office."""
    held = past[-1] if past else {}
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for office in sorted(groups):
        history = [labels.get(office, OUT) for labels in past]
        if office in held or office in wanted:  # the others are not asked
            blocks[groups[office], *history].append(office)
    changes: Changes = {}
    for number, block in enumerate(blocks.values()):
        for sign, offices in _parts(block, held, wanted).items():
            if any(held.get(office, OUT) != sign for office in offices):
                changes[str(number), sign] = offices
    while True:
        _veil(blocks.values(), changes, held)
        found = dict(held) | {office: sign for (_, sign), part in changes.items() for office in part}
        troubled = _troubled(found, past, groups)
        movable = {key: part for key, part in changes.items() if groups[part[0]] in troubled}
        if not movable:
            return found
        _put_off(changes, movable, held)


def _parts(block: list[str], held: Labels, wanted: Labels) -> dict[str, list[str]]:
    """A block in parts of five or more, by new label; those that keep theirs are a part like any other."""
    old = held.get(block[0], OUT)
    if old == OUT and len(block) < FEWEST:
        return {OUT: block}
    rest = HIDDEN if old == OUT else old
    parts: dict[str, list[str]] = defaultdict(list)
    for office in block:
        parts[wanted.get(office, rest)].append(office)
    small = [sign for sign in parts if len(parts[sign]) < FEWEST and sign != rest]
    kept = parts.pop(rest, []) + [office for sign in small for office in parts.pop(sign)]
    if kept and len(kept) < FEWEST:
        order = list(SIGNS.values())  # of two alike the one that says less is kept back
        kept += parts.pop(min(parts, key=lambda sign: (len(parts[sign]), -order.index(sign))))
    if kept:
        parts[rest] = sorted(kept)
    return dict(parts)


def _troubled(found: Labels, past: Sequence[Labels], groups: Mapping[str, str]) -> set[str]:
    """The groups whose figures must not be told like this."""
    now = _tables(found, groups)
    alike = {group for group, table in now.items() if _tells_of_each(set(table))}
    earlier = [_tables(labels, groups) for labels in past]
    near = {
        group
        for table in earlier
        for group in now
        for sign in {*now[group], *table.get(group, {})}
        if group in table and 0 < abs(now[group][sign] - table[group][sign]) < FEWEST
    }
    return alike | near


def _tells_of_each(signs: set[str]) -> bool:
    """Whether from these figures of some offices it is known of each where it stands, or of each that has answered."""
    return not signs & {HIDDEN, OUT} and (len(signs) == 1 or len(signs - {SIGNS["missing"]}) == 1)


def _veil(blocks: Iterable[list[str]], changes: Changes, held: Labels) -> None:
    """Of blocks whose new labels would tell of each, hide what was out or missing and leave the rest as it was."""
    missing = SIGNS["missing"]
    for number, block in enumerate(map(list, blocks)):
        mine = [key for key in changes if key[0] == str(number)]
        new = {office: key[1] for key in mine for office in changes[key]}
        old = held.get(block[0], OUT)
        signs = {new.get(office, old) for office in block}
        if not mine or not _tells_of_each(signs) or (old in signs and old != missing):
            continue
        told = [key for key in mine if key[1] != missing or len(signs) == 1]
        offices = sorted(office for key in told for office in changes.pop(key))
        if old in (OUT, missing):
            changes[str(number), HIDDEN] = offices


def _tables(labels: Labels, groups: Mapping[str, str]) -> dict[str, Counter[str]]:
    """Offices by group and label, without those that are out."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for office, sign in labels.items():
        if sign != OUT:
            found[groups[office]][sign] += 1
    return dict(found)


def _put_off(changes: Changes, movable: Changes, held: Labels) -> None:
    """Take back the smallest change. Offices that are counted for the first time are hidden instead, which must then
    hold for all of their block or leave parts of five or more; a block that is hidden as a whole stays out."""
    block, sign = min(movable, key=lambda key: (len(movable[key]), key))
    offices = changes.pop((block, sign))
    if held.get(offices[0], OUT) != OUT:
        return
    others = [key for key in changes if key[0] == block]
    if sign == HIDDEN and not others:
        return
    joined = others if sign == HIDDEN else [(block, HIDDEN)]
    changes[block, HIDDEN] = sorted([*offices, *(office for key in joined for office in changes.pop(key, []))])


def _groups(book: Book, before: Sequence[PeerFigures]) -> dict[str, str]:
    """The group of each office: where it was first counted; else that of its level above where this has ten offices
    that run something, else that of the offices of all other levels."""
    known = {office: group for one in before for office, group in zip(one.offices, one.groups, strict=True)}
    offices = sorted((one for one in book.parties.values() if one.components), key=lambda one: one.id)
    sizes = Counter(one.parent for one in offices)
    settled = {book.parties[office].parent: group for office, group in known.items() if office in book.parties}
    for office in offices:
        large = office.parent if sizes[office.parent] >= 2 * FEWEST else ""
        known.setdefault(office.id, settled.get(office.parent, large))
    return known


def _wanted(book: Book, offices: list[str]) -> dict[str, Labels]:
    """Where each office stands on each question that it is asked, by itself and by the vendors of what it uses."""
    found: dict[str, Labels] = defaultdict(dict)
    for office in (one for one in offices if one in book.parties):
        above = book.above(office)
        for cell in cells(book, office):
            voices = tuple(voice for voice in cell.voices if voice.party not in above)
            found[cell.question.id][office] = SIGNS["missing" if cell.reopened else standing(voices)]
    return found


def _past(one: PeerFigures, question: str) -> Labels:
    """The labels of a release on a question, of the offices that are counted."""
    signs = one.labels.get(question, "")
    return {office: sign for office, sign in zip(one.offices, signs, strict=False) if sign != OUT}


def _counts(question: str, labels: Labels, groups: Mapping[str, str]) -> list[PeerCount]:
    return [
        PeerCount(
            group=group,
            question=question,
            shown={STANDS[sign]: table[sign] for sign in SIGNS.values() if table[sign]},
            hidden=table[HIDDEN],
        )
        for group, table in sorted(_tables(labels, groups).items())
    ]
