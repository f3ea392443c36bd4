"""What is kept how long, what is erased, and how somebody learns what is kept about them.

Accounts of private persons are in the workspace only as pseudonyms, keyed hashes whose key a custodian keeps outside
it. A request about oneself is answered by computing the pseudonym again and listing the records that hold it: nothing
about a person is put together or stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from tocsin.cases import acts, release, rules
from tocsin.cases.approvals import approvers, give, need_two
from tocsin.cases.settle import need_editable
from tocsin.cases.states import PUBLIC
from tocsin.errors import ConflictError, ForbiddenError, UsageError
from tocsin.model.case import Approval, Case, Claim, Lead, Publication, Reply, Review, Tip
from tocsin.model.evidence import Item
from tocsin.model.exchange import Derived, Entity, Exchange, Minted
from tocsin.model.people import Actor, Role
from tocsin.model.record import Stored
from tocsin.sources.pseudonyms import KEY_BYTES, new_key, pseudonym
from tocsin.store.canonical import digest
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

_TIPS: tuple[Role, ...] = ("analyst", "custodian")
_ERASERS: tuple[Role, ...] = ("custodian", "publisher")
#: Kinds in which a pseudonym can stand.
_SEARCHED: tuple[type[Stored], ...] = (
    Lead, Case, Claim, Review, Reply, Publication, Tip, Item, Entity, Minted, Derived,
)  # fmt: skip


class Hit(NamedTuple):
    """A record in which a pseudonym occurs."""

    kind: str
    id: str


def add_tip(ws: Workspace, actor: Actor, text: str, danger: bool = False) -> Tip:
    """Keep what somebody told us, without who it was, for the days of the rules. `danger`: somebody could come to
    harm; only custodians and the owner of its case see it."""
    if not text.strip():
        raise UsageError("a tip has a text", hint="write down what was said")
    with ws.read() as reader:
        days = rules.current(reader).tip_days
    time = acts.now()
    tip = acts.checked(Tip, text=text, received=time, expires=time + timedelta(days=days), danger=danger)
    with acts.act(ws, actor, "add tip", tip.id, _TIPS) as w:
        return w.put(tip)


def keep_tip(ws: Workspace, actor: Actor, tip_id: str, case_id: str) -> Tip:
    """Keep a tip for a case: it then stays as long as the case."""
    with acts.on_case(ws, actor, "keep tip", case_id, _TIPS) as (w, case):
        need_editable(case)
        tip = w.get(Tip, tip_id)
        if not may_see(w, actor, tip):
            raise ForbiddenError("this tip is for custodians", hint="ask a custodian to keep it")
        return w.put(tip.but(state="kept", case=case_id))


def may_see(reader: Reader, actor: Actor, tip: Tip) -> bool:
    """Whether the actor may read a tip."""
    if not tip.danger:
        return bool(actor.roles.intersection(_TIPS))
    case = reader.find(Case, tip.case) if tip.case else None
    return "custodian" in actor.roles or bool(case and case.owner == actor.id)


def expire(ws: Workspace, actor: Actor) -> int:
    """Erase the tips whose time is over and that no case keeps; return how many."""
    time = acts.now()
    with ws.read() as reader:
        over = [tip.id for tip in acts.every(reader, Tip, {"state": "open"}) if tip.expires <= time]
    if over:
        with acts.act(ws, actor, "erase expired tips", "", ("custodian",)) as w:
            for tip_id in over:
                w.remove(Tip, tip_id)
    return len(over)


def approve_erasure(ws: Workspace, actor: Actor, kind: type[Case] | type[Lead] | type[Tip], record_id: str) -> int:
    """Say yes to erasing a case with all that hangs on it, a lead, or a tip; return how many have."""
    with acts.act(ws, actor, f"approve erasure: {kind.kind}", record_id, _ERASERS) as w:
        record = w.get(kind, record_id)
        _need_erasable(w, record)
        give(w, actor, "delete", record_id, _content(record))
        return len(approvers(w, "delete", record_id, _content(record)))


def erase(ws: Workspace, actor: Actor, kind: type[Case] | type[Lead] | type[Tip], record_id: str) -> None:
    """Erase what two persons approved to erase. Digests that say nothing stay in the journal. What was published is
    withdrawn, never erased. Files of the vault stay: other records may name them."""
    with acts.act(ws, actor, f"erase {kind.kind}", record_id, _ERASERS) as w:
        record = w.get(kind, record_id)
        _need_erasable(w, record)
        need_two(approvers(w, "delete", record_id, _content(record)))
        if isinstance(record, Case):
            where = {"case": record_id}
            for part in (Claim, Review, Reply, Tip, Entity, Exchange, Minted):
                for held in list(acts.every(w, part, where)):
                    w.remove(part, held.id)
            release.forget(w, record_id)
            leads = list(acts.every(w, Lead, where))
            w.put_many(lead.but(case="", state="new", updated=acts.now()) for lead in leads)
            w.put_many([item.but(case="") for item in acts.every(w, Item, where)])
        for approval in list(acts.every(w, Approval, {"subject": record_id})):
            w.remove(Approval, approval.id)
        w.remove(kind, record_id)


def new_custodian_key(ws: Workspace, actor: Actor, path: Path) -> None:
    """Make a key for pseudonyms in a file of its own, which only its owner can read. Raises `UsageError` for a place
    inside the workspace, or where something is."""
    if path.resolve().is_relative_to(ws.path.resolve()):
        raise UsageError("the key is not kept in the workspace", hint="name a place that only the custodian has")
    with acts.act(ws, actor, "make custodian key", "", ("custodian",)):
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError as error:
            raise UsageError(f"{path} exists", hint="a key is never written over; name another place") from error
        path.write_bytes(new_key())


def about(ws: Workspace, actor: Actor, key_file: Path, handle: str, platforms: Iterable[str]) -> tuple[Hit, ...]:
    """The records in which an account occurs, for a request about oneself. `key_file` is the key of the pseudonyms: a
    custodian's, or `key` of a scan folder. The handle is not kept, and the journal says only that a request was
    answered. Raises `UsageError` for a file that is no key."""
    key = key_file.read_bytes() if key_file.is_file() else b""
    if len(key) != KEY_BYTES:
        raise UsageError(f"{key_file} is not a key of pseudonyms", hint="the key file of the scan or of the custodian")
    wanted = [pseudonym(key, platform, handle) for platform in dict.fromkeys((None, *platforms))]
    with acts.act(ws, actor, "answer request about oneself", "", ("custodian",)) as w:
        found = [
            Hit(kind.kind, record.id)
            for kind in _SEARCHED
            for record in acts.every(w, kind)
            if any(name in record.model_dump_json() for name in wanted)
        ]
    return tuple(found)


def _need_erasable(reader: Reader, record: Stored) -> None:
    if isinstance(record, Case) and (record.state in PUBLIC or reader.count(Publication, {"case": record.id})):
        raise ForbiddenError("what was published is not erased", hint="withdraw it: the history stays visible")
    if isinstance(record, Case):
        release.need_recalled(reader, record.id)
    if isinstance(record, Lead | Tip) and record.case:
        raise ConflictError(f"the {record.kind} is in a case", hint="take it out first, or erase the case")


def _content(record: Stored) -> str:
    return digest({"kind": record.kind, "id": record.id, "version": record.version})
