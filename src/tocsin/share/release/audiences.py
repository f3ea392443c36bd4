"""Who the audiences are."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.cases import acts
from tocsin.errors import ConflictError, UsageError
from tocsin.model.exchange import Audience, Pap, Profile
from tocsin.model.grades import Tlp
from tocsin.model.people import Actor
from tocsin.share.release.give import audience_named
from tocsin.share.stix.check import ID
from tocsin.store.workspace import Workspace


def set_audience(
    ws: Workspace,
    actor: Actor,
    name: str,
    tlp: Tlp,
    pap: Pap = "clear",
    organisations: Sequence[str] = (),
    *,
    may_know_origin: bool = False,
    profile: Profile = "core",
) -> Audience:
    """Make an audience, or change the one of that name; what it was given stays until the next release or recall.
    Raises `UsageError` for an empty name or an id that is no STIX identity, `ConflictError` for another profile."""
    wrong = [one for one in organisations if not ID(one) or not one.startswith("identity--")]
    if not name.strip() or wrong:
        raise UsageError(f"{name!r}, {wrong}", hint="an audience has a name, its organisations ids: identity--UUID")
    with acts.act(ws, actor, "set audience", name, ("administrator",)) as w:
        before = audience_named(w, name)
        if before and before.profile != profile:
            raise ConflictError(f"{name} gets profile {before.profile}", hint="make another audience for another one")
        values = {"name": name, "tlp": tlp, "pap": pap, "organisations": tuple(dict.fromkeys(organisations))}
        base = dict(before) if before else {}
        return w.put(
            acts.checked(Audience, **{**base, **values, "may_know_origin": may_know_origin, "profile": profile})
        )
