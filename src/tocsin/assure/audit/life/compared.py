"""Cards beside their cast vote records: by how much each record overstates a pair of winner and loser, or an assertion.

An overstatement is the assorter's value of the record less that of the card: for a plurality pair half the votes by
which the record overstates the margin, from -1 to 1. A card nobody found has the assorter's least value; a card without
a record counts as a vote for nobody (phantoms: Stark 2020, section 3.4). ONEAudit takes for a card without a record the
mean of its batch's reported votes (Stark 2023, "Overstatement-Net-Equivalent RLAs").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tocsin.assure.audit import styles
from tocsin.assure.audit.assorters import assorters
from tocsin.assure.audit.life import pools
from tocsin.assure.audit.life.frame import Reading
from tocsin.assure.audit.life.readings import text_of
from tocsin.assure.audit.life.sample import NO_RECORD, WITHHELD, Sample
from tocsin.errors import ConflictError
from tocsin.model.audit import AuditedContest

COLUMNS = ("unit", "contest", "machine", "hand", "overstatements")
NOWHERE = Reading(here=False)


def rows(sample: Sample) -> Iterator[dict[str, Any]]:
    """compared.csv: a row for each contest on each card that was read; the votes of some cards are withheld."""
    recorded = sample.election.machine.recorded
    for unit, contest in sample.texts:
        number = sample.election.number(unit)
        if sample.election.setup.kind == "hybrid" and not recorded[number]:
            continue
        audited = sample.election.contests[contest]
        machine = text_of(record(sample, unit, contest)) if recorded[number] else NO_RECORD
        row = {"unit": unit, "contest": contest, "machine": machine, "hand": sample.text(unit, contest)}
        if unit in sample.election.withheld:
            row |= {"machine": WITHHELD, "hand": WITHHELD}
        yield row | {"overstatements": _text(_computed(audited, sample, unit))}


def overstated(audited: AuditedContest, sample: Sample, units: Iterable[str]) -> list[dict[str, float]]:
    """Overstatements of each unit, by label of the claim; of cards that are withheld here as compared.csv has them."""
    published = _published(sample)
    found: dict[str, dict[str, float]] = {}
    made = []
    for unit in units:
        if unit not in found:
            if (unit, audited.contest.id) in sample.texts:
                found[unit] = _computed(audited, sample, unit)
            elif (unit, audited.contest.id) in published:
                found[unit] = published[unit, audited.contest.id]
            else:
                raise ConflictError(f"nobody has read {audited.contest.id} on {unit}", hint="enter it first")
        made.append(found[unit])
    return made


def record(sample: Sample, unit: str, contest: str) -> Reading:
    """What a card's cast vote record says of a contest."""
    return sample.machine.get(sample.election.number(unit), {}).get(contest, NOWHERE)


def _computed(audited: AuditedContest, sample: Sample, unit: str) -> dict[str, float]:
    """By label of the claim, zero left out."""
    contest, election, number = audited.contest.id, sample.election, sample.election.number(unit)
    hand = sample.reading(unit, contest)
    found = {}
    for one in assorters(audited.contest, audited.assertions):
        if number in sample.machine:
            by_record = one.value(record(sample, unit, contest).choices)
        else:
            by_record = pools.missing_record(one, audited, election, number)
        by_style = election.setup.by_style
        by_hand = styles.hand_value(one.value(hand.choices), found=hand.found, here=hand.here, by_style=by_style)
        if over := by_record - by_hand:
            found[one.label] = over
    return found


def _text(found: dict[str, float]) -> str:
    return json.dumps(found, ensure_ascii=False) if found else ""


def _published(sample: Sample) -> dict[tuple[str, str], dict[str, float]]:
    """Overstatements of withheld cards, as published."""
    found = {}
    for row in sample.election.folder.rows(f"round-{sample.number}/compared.csv"):
        if row["machine"] == WITHHELD:
            found[row["unit"], row["contest"]] = parsed(row["overstatements"])
    return found


def parsed(text: str) -> dict[str, float]:
    """The overstatements of a row of compared.csv by label; "" where there are none."""
    return {str(label): float(value) for label, value in json.loads(text or "{}").items()}
