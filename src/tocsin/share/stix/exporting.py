"""A case out as STIX 2.1 in one of four profiles, with the account of what went and what stayed.

core      strict-clean and interoperable: the specification's types only
opencti   OpenCTI's own types, and partners' objects exactly as they came
misp      as core, in one report; observables as MISP knows them
public    what the publication holds, nothing else
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson

from tocsin.cases import acts
from tocsin.errors import ForbiddenError, UsageError
from tocsin.model.exchange import Exchange, Minted, Profile, Restriction
from tocsin.model.people import Actor, Role
from tocsin.share.stix.check import Stix
from tocsin.share.stix.extension import definitions, handling
from tocsin.share.stix.foreign import republish
from tocsin.share.stix.ledger import Ledger
from tocsin.share.stix.minting import Mint
from tocsin.share.stix.own import Builder
from tocsin.share.stix.told import Told, of_case, of_publication
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

WHO: tuple[Role, ...] = ("custodian", "publisher")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes out. `minted` are records that must be put for the next export to have the same ids and versions."""

    objects: list[Stix]
    ledger: Ledger
    minted: list[Minted]

    def text(self) -> bytes:
        """The objects as one STIX bundle, JSON."""
        bundle = {"type": "bundle", "id": f"bundle--{uuid4()}", "objects": self.objects}
        return orjson.dumps(bundle, option=orjson.OPT_INDENT_2) + b"\n"


def to_stix(
    reader: Reader, case_id: str, profile: Profile, producer: str = "Tocsin", proof: Stix | None = None
) -> Bundle:
    """A case as STIX objects. `producer` is the name under which they are created, `proof` an extension about the
    journal. Whoever calls it puts `minted`; `export` does. Raises `NotFoundError` for a case that is not there or, for
    the public profile, was never published, and `UsageError` for one without anything to tell."""
    ledger = Ledger()
    told = of_publication(reader, case_id, ledger) if profile == "public" else of_case(reader, case_id, ledger)
    mint = Mint(reader, case_id, profile, datetime.now(UTC))
    builder = Builder(told, mint, profile, producer, proof or {})
    if told.state != "withdrawn":
        _fill(builder, told, profile)
    for obj in mint.revoked():
        builder.objects[obj["id"]] = obj
    if len(builder.objects) < 2:
        raise UsageError(f"case {case_id} has nothing to export", hint="it was withdrawn before it was ever exported")
    ours = [] if profile == "opencti" else definitions()  # OpenCTI takes no extension definitions
    objects = {obj["id"]: obj for obj in ours} | builder.objects
    if not told.own and not _creates(objects, builder.creator):  # all a partner's, unchanged: nothing of it is ours
        added = {builder.creator, *(obj["id"] for obj in ours)} - {entity.stix_id for entity in told.foreign}
        objects = {id_: obj for id_, obj in objects.items() if id_ not in added}
    return Bundle(list(objects.values()), ledger, list(mint.changed.values()))


def _fill(builder: Builder, told: Told, profile: Profile) -> None:
    if told.own:
        builder.build()
    republish(builder, told.foreign)
    if told.own or profile == "misp":
        builder.report()


def _creates(objects: dict[str, Stix], creator: str) -> bool:
    return any(obj.get("created_by_ref") == creator and id_ != creator for id_, obj in objects.items())


def export(ws: Workspace, actor: Actor, case_id: str, profile: Profile, path: Path) -> tuple[Bundle, Exchange]:
    """Export a case to a file, keep its ids and versions, bundle and ledger, and put it into the journal. Only a
    custodian or publisher may. `ForbiddenError` where parts of it are marked more strictly than the case: then it goes
    to an audience, whose view leaves them out."""
    proof = _journal_proof(ws)
    with acts.on_case(ws, actor, f"export STIX: {profile}", case_id, WHO) as (w, _):
        if profile != "public" and w.count(Restriction, {"case": case_id}):
            raise ForbiddenError(
                "parts of this case are marked more strictly than the case",
                hint="give it to an audience with `tocsin release`: what it may not see is left out",
            )
        bundle = to_stix(w, case_id, profile, ws.title, proof)
        text = bundle.text()
        record = _kept(ws, actor, case_id, profile, path.name, bundle, text)
        w.put_many(bundle.minted)
        w.put(record)
    path.write_bytes(text)
    return bundle, record


def _journal_proof(ws: Workspace) -> Stix:
    roots = ws.journal.roots()
    if not roots:
        return {}
    last = roots[-1]
    return handling(workspace=ws.id, day=str(last.day), entries=last.entries, root=last.root)


def _kept(ws: Workspace, actor: Actor, case_id: str, profile: str, name: str, bundle: Bundle, text: bytes) -> Exchange:
    return Exchange(
        case=case_id,
        direction="export",
        profile=profile,
        at=datetime.now(UTC),
        by=actor.id,
        name=name[:300],
        sha256=ws.vault.put(text).sha256,
        ledger=ws.vault.put(bundle.ledger.csv()).sha256,
        objects=len(bundle.objects),
        **bundle.ledger.summary(),
    )
