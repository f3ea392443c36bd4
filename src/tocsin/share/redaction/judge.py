"""What the markings of each object say to one audience."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.model.exchange import Audience
from tocsin.model.grades import Tlp
from tocsin.share.redaction.marking import CARRIED, TLP, Definitions, Marking, allows, carried
from tocsin.share.redaction.paths import Path, written
from tocsin.share.stix.check import Stix, selects
from tocsin.share.stix.extension import TOCSIN

META = frozenset({"marking-definition", "extension-definition"})


class Judge:
    """What the markings say to one audience; those of the object that one was fitted from as well."""

    def __init__(self, objects: Mapping[str, Stix], audience: Audience, unmarked: Tlp) -> None:
        self._carried = {id_: found for id_, obj in objects.items() if (found := carried(obj))}
        self._definitions = Definitions({str(obj.get("id")): obj for obj in self._carried.values()} | dict(objects))
        self._audience = audience
        self._unmarked = Marking(tlp=TLP.index(unmarked))

    def rule(self, obj: Stix, given: bool) -> str:
        """Why the object as a whole is withheld, empty where it is not."""
        marking = self._definitions.of_object(obj) | self._definitions.of_object(self._carried.get(obj["id"], {}))
        if not allows(marking | self._unmarked if self.is_bare(obj) else marking, self._audience):
            return "marking"
        return "revoked before it was given" if obj.get("revoked") is True and not given else ""

    def is_bare(self, obj: Stix) -> bool:
        """Whether nothing marks the object itself, and it is none that goes with whatever uses it."""
        return not is_free(obj) and not self._definitions.of_object(obj).marked

    def hidden(self, obj: Stix) -> tuple[Path, ...]:
        """The parts that a marking of their own withholds."""
        said = [*self._definitions.of_fields(obj)]
        before = self._carried.get(obj["id"])
        if before is not None:  # the same part, if it is still there; else nobody knows where it went
            same = before.get("type") == obj["type"]
            marked = self._definitions.of_fields(before)
            said += [(path if same and selects(obj, written(path)) else (), marking) for path, marking in marked]
        found = [path for path, marking in said if not allows(marking, self._audience)]
        return (*found, CARRIED) if before is not None else tuple(found)


def is_free(obj: Stix) -> bool:
    """Whether an object is there for others only: definitions, and who made those that are in every bundle."""
    return obj["type"] in META or obj["id"] == TOCSIN
