"""The thresholds of the workspace, which two persons change together and nobody while they are frozen."""

from __future__ import annotations

from typing import Any

from tocsin.cases import acts
from tocsin.cases.approvals import approvers, give, need_two
from tocsin.errors import ForbiddenError, UsageError
from tocsin.model.case import Rules
from tocsin.model.people import Actor, Role
from tocsin.store.canonical import digest
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

_ROLES: tuple[Role, ...] = ("publisher", "administrator")


def current(reader: Reader) -> Rules:
    """The rules in force; the defaults where none were ever set."""
    return reader.find(Rules, "rules") or Rules()


def approve(ws: Workspace, actor: Actor, values: dict[str, Any]) -> int:
    """Say yes to rules with these values; return how many have. Raises `UsageError` for values out of bounds."""
    with acts.act(ws, actor, "approve rules", "rules", _ROLES) as w:
        wanted = _content(_changed(current(w), values))
        give(w, actor, "threshold", "rules", wanted)
        return len(approvers(w, "threshold", "rules", wanted))


def change(ws: Workspace, actor: Actor, values: dict[str, Any]) -> Rules:
    """Put rules in force that two persons approved. `ForbiddenError` without them, or before `frozen_until`."""
    with acts.act(ws, actor, "change rules", "rules", _ROLES) as w:
        old = current(w)
        if old.frozen_until and acts.now().date() < old.frozen_until:
            raise ForbiddenError(
                f"the rules are frozen until {old.frozen_until}", hint="nothing changes them before that day"
            )
        new = _changed(old, values)
        need_two(approvers(w, "threshold", "rules", _content(new)))
        return w.put(new)


def _changed(rules: Rules, values: dict[str, Any]) -> Rules:
    unknown = set(values) - (set(Rules.model_fields) - {"id", "version"})
    if unknown:
        raise UsageError(f"no such rule: {', '.join(sorted(unknown))}", hint="see the list of rules")
    return acts.checked(Rules, **{**dict(rules), **values})


def _content(rules: Rules) -> str:
    """Digest of the wanted values on top of the version in force: an approval counts for one change."""
    return digest(rules.model_dump(mode="json"))
