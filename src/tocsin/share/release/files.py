"""Cases as files of other formats for an audience, and files of others as cases."""

from __future__ import annotations

from pathlib import Path

import orjson

from tocsin import plugins
from tocsin.cases import acts
from tocsin.cases.publish import history
from tocsin.cases.release import WHO
from tocsin.errors import InputError, UsageError
from tocsin.model.case import Case
from tocsin.model.people import Actor
from tocsin.share.formats import CaseExporter, Shared, strictest
from tocsin.share.release.give import audience_of, give
from tocsin.share.stix.importing import take_in_bytes
from tocsin.share.stix.ledger import Ledger
from tocsin.store.workspace import Workspace


def exporters() -> dict[str, CaseExporter]:
    """Every registered exporter of a case, by name."""
    found = plugins.load("exporters")
    return {name: one for name, one in found.items() if isinstance(one, CaseExporter)}


def shared(
    ws: Workspace,
    actor: Actor,
    case_id: str,
    audience_id: str,
    exporter: CaseExporter,
    file: str,
    url: str = "",
    reason: str = "",
) -> bytes:
    """The audience's view of a case in a format. It is a release like any other: kept, and refused where one is. If the
    format cannot be written, nothing was released."""
    with acts.on_case(ws, actor, f"release to file: {exporter.id}", case_id, WHO, note=reason) as (w, case):
        audience = audience_of(w, audience_id)
        given = give(ws, w, actor, case, audience, "release", reason, file)
        issues = history(w, case_id)
        made = Shared(
            objects=given.view.objects,
            tlp=strictest(given.view.objects, case.tlp),
            producer=ws.title,
            audience=audience.name,
            made=given.release.made,
            publication=issues[-1] if issues else None,
            url=url,
        )
        return exporter.write(made)


def take(ws: Workspace, actor: Actor, path: Path, name: str) -> tuple[Case, Ledger]:
    """A MISP event or ClaimReviews as a draft case, by way of STIX. Raises `InputError` for what is neither."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="name a file") from error
    if name == "misp":
        from tocsin.share.misp import from_misp as read
    elif name == "claimreview":
        from tocsin.share.claimreview import to_stix as read
    else:
        raise UsageError(f"--format {name!r} cannot be read", hint="misp or claimreview; STIX: `tocsin stix import`")
    case, _, ledger = take_in_bytes(ws, actor, orjson.dumps({"type": "bundle", "objects": read(data)}), path.name)
    return case, ledger
