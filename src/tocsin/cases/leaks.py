"""What of a leak is shown further: nothing before two persons found that the public interest in it outweighs the harm.

That holds for what lies in the leak and for what a scan of it says: a scan is taken in only as that of a leak that is
kept here and has passed, and its leads are shown to those who may open the leak, as long as it is so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

from tocsin.cases import acts
from tocsin.errors import ForbiddenError
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.model.finding import ScanSummary
from tocsin.model.leak import PERSONS, HarmTest, Leak, LeakItem
from tocsin.model.people import Actor, Role
from tocsin.store.records import Reader

WEIGHERS: tuple[Role, ...] = ("analyst", "reviewer", "publisher", "custodian")
CLOSED = "From a leak that is not shown to you"  # title of a lead
L = TypeVar("L", bound=Lead)
State = Literal["waits", "passed", "held"]


def tests_of(reader: Reader, leak_id: str) -> tuple[HarmTest, ...]:
    """What was found of a leak, the earliest first."""
    return tuple(sorted(acts.every(reader, HarmTest, {"leak": leak_id}), key=lambda test: test.at))


def state(tests: Iterable[HarmTest]) -> State:
    """Passed by `PERSONS` who find that the interest outweighs, held by one who finds that the harm does."""
    found = {(test.by, test.finds) for test in tests}
    if any(finds == "harm" for _, finds in found):
        return "held"
    return "passed" if sum(finds == "interest" for _, finds in found) >= PERSONS else "waits"


def passed(reader: Reader, leak_id: str) -> bool:
    """Whether what is in a leak may be shown further."""
    return state(tests_of(reader, leak_id)) == "passed"


def may_open(reader: Reader, actor: Actor, leak: Leak) -> bool:
    """Whether the actor may see what is in a leak: its weighers always, others who hold evidence if it passed."""
    return bool(actor.roles & set(WEIGHERS)) and (actor.id in leak.weighers or passed(reader, leak.id))


def of_scan(reader: Reader, summary: ScanSummary) -> tuple[str, ...]:
    """The ids of the leaks that a scan is of, none for a scan of something else. Raises `ForbiddenError` where one of
    its files is in no leak that is kept here and has passed."""
    if not _of_leak(summary):
        return ()
    found = [_holding(reader, sha256) for sha256 in (summary.reading.leak if summary.reading else ())]
    if not found or not all(found):
        raise ForbiddenError(
            "a scan of a leak is taken in once the leak is kept here, and this one is not, or not all of its files",
            hint="take the same files in with `tocsin leak take`, let two persons weigh them, then take in the scan",
        )
    open_ = [[leak for leak in leaks if passed(reader, leak)] for leaks in found]
    if not all(open_):
        raise ForbiddenError(
            f"a scan of a leak is taken in once {PERSONS} persons found that the public interest outweighs the harm",
            hint="its weighers are named on its page; until then the report of the scan is theirs to read",
        )
    return tuple(sorted({leaks[0] for leaks in open_}))


def _of_leak(summary: ScanSummary) -> bool:
    reading = summary.reading
    return any(one.leak for one in summary.findings) or bool(reading and (reading.messages or reading.documents))


def _holding(reader: Reader, sha256: str) -> list[str]:
    """The leaks that have a file among their originals."""
    wanted = [{"item": item.id, "sort": "original"} for item in acts.every(reader, Item, {"sha256": sha256})]
    return sorted({one.leak for where in wanted for one in acts.every(reader, LeakItem, where)})


def closed(reader: Reader, lead: Lead) -> bool:
    """Whether the lead is from a leak that may not be shown further, any more."""
    return not all(passed(reader, leak) for leak in lead.leaks)


def seen(reader: Reader, actor: Actor, lead: L) -> L:
    """The lead as the actor may see it: without its content where it is from a leak that they may not open."""
    if all(may_open(reader, actor, reader.get(Leak, leak)) for leak in lead.leaks):
        return lead
    return lead.model_copy(update={"title": CLOSED, "text": "", "body": None, "changes": ()})
