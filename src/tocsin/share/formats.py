"""What an exporter of a case is: one way to bring the view of an audience out as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from tocsin.errors import UsageError
from tocsin.model import grades
from tocsin.model.case import Publication
from tocsin.model.grades import Tlp
from tocsin.share.stix.check import Stix
from tocsin.share.stix.scales import TLP_BY_ID


@dataclass(frozen=True, slots=True)
class Shared:
    """All that an exporter may read: the view of an audience, and what was published (None: nothing was). `tlp` is the
    strictest marking of anything in it, `producer` and `audience` are names, `url` is where the publication stands, if
    that is known."""

    objects: tuple[Stix, ...]
    tlp: Tlp
    producer: str
    audience: str
    made: datetime
    publication: Publication | None = None
    url: str = ""


def strictest(objects: Iterable[Stix], case: Tlp) -> Tlp:
    """The strictest TLP of a case and of all objects and fields of a view: that of the whole as one file."""
    order: tuple[Tlp, ...] = grades.codes("tlp")
    found = [case]
    for obj in objects:
        refs = [*obj.get("object_marking_refs", ()), *(g.get("marking_ref") for g in obj.get("granular_markings", ()))]
        found += [TLP_BY_ID[ref] for ref in refs if ref in TLP_BY_ID]
    return max(found, key=order.index)


@dataclass(frozen=True, slots=True)
class CaseExporter:
    """One format. `write` gives the bytes; `losses` says what the format has no place for, and what becomes of it."""

    id: str
    media_type: str
    suffix: str
    losses: tuple[tuple[str, str], ...]
    write: Callable[[Shared], bytes]


def library(name: str, extra: str) -> Any:
    """A library of an optional extra. Raises `UsageError` that says how to install it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"this format needs the library {error.name}, which is not installed",
            hint=f"pip install 'tocsin[{extra}]'",
        ) from error
