"""Techniques, channels, narratives and measures put into a case by people."""

from __future__ import annotations

from uuid import uuid4

from tocsin.cases import acts
from tocsin.cases.work import need_evidence
from tocsin.errors import ConflictError, UsageError
from tocsin.model.case import Case
from tocsin.model.exchange import OWN, Entity, Measure, Own, Technique
from tocsin.model.people import Actor
from tocsin.share.disarm.identity import framework
from tocsin.store.workspace import Workspace

#: The STIX type each has in the core profile.
TYPES = {"technique": "attack-pattern", "channel": "infrastructure", "narrative": "note", "measure": "course-of-action"}


def add(ws: Workspace, actor: Actor, case_id: str, own: Own, name: str = "") -> Entity:
    """Put a technique, channel, narrative or measure into a case; its STIX id is minted here and kept. The name of what
    is in DISARM is the framework's. Raises `UsageError` for a number that is not in it, or where a name is missing."""
    sort = next(sort for sort, kind in OWN.items() if isinstance(own, kind))
    if isinstance(own, Technique | Measure):
        known = framework().entries.get(own.disarm)
        if known is None:
            raise UsageError(f"{own.disarm} is not in DISARM", hint="`tocsin vocab show` finds it by its name")
        name = _name_in(own) or known.name
    if not name:
        raise UsageError(f"a {sort} needs a name", hint="give it one")
    entity = acts.checked(
        Entity, case=case_id, sort=sort, name=name, body=own.model_dump_json(), stix_id=f"{TYPES[sort]}--{uuid4()}"
    )
    with acts.on_case(ws, actor, f"add {sort}", case_id, ("analyst",)) as (w, case):
        _need_open(case)
        if not isinstance(own, Measure):
            need_evidence(w, case, own.evidence)
        return w.put(entity)


def remove(ws: Workspace, actor: Actor, entity_id: str) -> None:
    """Take one out again: the next export takes it back from whoever has it."""
    with ws.read() as reader:
        case_id = reader.get(Entity, entity_id).case
    with acts.on_case(ws, actor, "remove entity", case_id, ("analyst",)) as (w, case):
        _need_open(case)
        w.remove(Entity, entity_id)


def _need_open(case: Case) -> None:
    if case.state in ("withdrawn", "closed"):
        raise ConflictError(f"case {case.id} is {case.state}", hint="reopen it first")


def _name_in(own: Technique | Measure) -> str:
    """What the technique was called in the release it was coded in."""
    if isinstance(own, Measure):
        return ""
    history = framework().entries[own.disarm].history
    return next((was.name for was in history if own.release in was.releases), "")
