"""What partners wrote, sent on: unchanged where it fits the profile, else as a new object derived from theirs.

OASIS STIX 2.1, section 3.6.2: whoever changes an object makes a new one, with a new id and itself as creator, and
should say what it was derived from. The new object carries the old one, as it came, in our extension.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from tocsin.model.exchange import Entity
from tocsin.share.stix.check import ID, NAME, REQUIRED, SCO, Stix, problems
from tocsin.share.stix.extension import CREATOR, HANDLING, TOCSIN, definitions, handling, of_creator
from tocsin.share.stix.fitting import common, fitted
from tocsin.share.stix.ids import CONTRIBUTING, canonical_text, observable_id
from tocsin.share.stix.own import Builder
from tocsin.share.stix.repairs import repaired
from tocsin.share.stix.scales import TLP_BY_ID, TLP_IDS
from tocsin.share.stix.spec import ALWAYS, RELATIONSHIPS

NO_SOURCE = ("relationship", "sighting", "bundle", "marking-definition", "language-content")
EXTENSION_TYPES = ("new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension")
EXTENSION = re.compile(
    r"extension-definition--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
).fullmatch
_CHANNELS = ("channel", "infrastructure")
#: What MISP does not read, and what would be a second event.
MISP_UNREAD = ("incident", "infrastructure", "report", "grouping")
#: Where only some types may be referred to; () for any that can be the end of a relationship.
_ENDS: dict[str, dict[str, Collection[str]]] = {
    "relationship": {"source_ref": (), "target_ref": ()},
    "sighting": {
        "sighting_of_ref": (), "observed_data_refs": ("observed-data",), "where_sighted_refs": ("identity", "location"),
    },
    "observed-data": {"object_refs": SCO},
}  # fmt: skip


def republish(builder: Builder, foreign: Iterable[Entity]) -> None:
    """Put partners' objects into the builder's bundle: as they came for OpenCTI, fitted for the other profiles."""
    entities = list(foreign)
    if builder.profile == "opencti":
        builder.objects |= {entity.stix_id: entity.stix() for entity in entities}
    elif entities:
        _Fitting(builder, entities).send()


class _Fitting:
    """One bundle of partners' objects fitted to the core profile, with their references kept together."""

    def __init__(self, builder: Builder, entities: list[Entity]) -> None:
        self.builder, self.creator = builder, builder.creator
        self.unread: Collection[str] = MISP_UNREAD if builder.profile == "misp" else ()
        self.came = {entity.stix_id: entity.body for entity in entities}
        ours = {obj["id"] for obj in definitions()}
        read = {id_: repaired(json.loads(body))[0] for id_, body in self.came.items() if id_ not in ours}
        self.read: dict[str, Stix] = read
        self.creators = {id_ for id_, obj in read.items() if obj["type"] == "identity" and "created_by_ref" in obj}
        self.creators.add(TOCSIN)
        self.statements = {id_: said for id_, obj in read.items() if (said := _statement(obj))}
        self.changed: set[str] = set()
        self.changed = {id_ for id_ in read if not self._fits(id_)}
        self._spread()
        self.ids = {id_: self._new_id(id_) for id_ in sorted(self.changed)}
        self.home = next((self.new(id_) for id_, obj in read.items() if obj["type"] == "report"), self.creator)

    def send(self) -> None:
        """Put every object into the bundle; those that had to change get the one they were derived from beside them."""
        for id_, obj in self.read.items():
            if id_ not in self.changed:
                self.builder.objects[id_] = obj
        for id_ in self.ids:
            self._derive(id_)

    def new(self, id_: str) -> str:
        """The id an object has in this bundle."""
        return self.ids.get(id_, id_)

    def _fits(self, id_: str) -> bool:
        """Whether an object can go as it came: nothing repaired, nothing that the profile has no place for."""
        obj = self.read[id_]
        if canonical_text(obj) != self.came[id_] or problems(obj) or obj.get("created_by_ref") not in self.creators:
            return False
        version = id_.split("--")[1][14]
        if obj["type"] in SCO:
            return version == "5" and canonical_text(self._observable(obj)) == self.came[id_]
        own = fitted(obj) if obj["type"] not in self.unread else None
        if own is None or version != "4" or not self._connects(obj) or not _extended(obj):
            return False
        kept = ("type", "spec_version", "id", "created_by_ref", "created", "modified", "object_marking_refs")
        more = ("granular_markings", "extensions", "revoked")
        return not obj.keys() - own.keys() - {*kept, *more} and all(obj.get(name) == own[name] for name in own)

    def _spread(self) -> None:
        """What refers to a changed object changes too."""
        refers = {id_: _references(obj) for id_, obj in self.read.items()}
        while more := {id_ for id_ in self.read.keys() - self.changed if refers[id_] & self.changed}:
            self.changed |= more
        for id_, obj in self.read.items():
            if (
                obj["type"] == "relationship"
                and id_ not in self.changed
                and self._kind(obj) != obj["relationship_type"]
            ):
                self.changed.add(id_)

    def _type(self, id_: str) -> str:
        """The type an object has in this bundle."""
        obj = self.read.get(id_)
        if obj is None or id_ not in self.changed:
            return id_.split("--")[0]
        if obj["type"] not in self.unread and fitted(obj) is not None and self._connects(obj):
            return str(obj["type"])
        if self.unread:
            return "note"
        named = isinstance(obj.get("name"), str) and obj["name"]
        return "infrastructure" if obj["type"] in _CHANNELS and named else "note"

    def _connects(self, obj: Stix) -> bool:
        """Whether what it refers to may stand there, in the form it has in this bundle."""
        for name, kinds in _ENDS.get(obj["type"], {}).items():
            refs = obj.get(name, [])
            for ref in refs if isinstance(refs, list) else [refs]:
                there = self._type(ref) if ref != obj["id"] and kinds else ref.split("--")[0]
                if ref == obj["id"] or (there not in kinds if kinds else there in NO_SOURCE):
                    return False
        return True

    def _new_id(self, id_: str) -> str:
        obj, kind = self.read[id_], self._type(id_)
        if kind in SCO:
            return str(self._observable(obj)["id"])
        return self.builder.mint.id(f"derived {id_}", kind)

    def _observable(self, obj: Stix) -> Stix:
        """An observable of this bundle: fitted, with its creator, under the id of its content."""
        made: Stix = {"type": obj["type"], "spec_version": "2.1", **(fitted(obj) or {})}
        marked = self._marked(obj)
        made |= {"object_marking_refs": marked} if marked else {}
        if CREATOR in obj.get("extensions", {}) and obj.get("created_by_ref") in self.creators:
            whole = {**made, "created_by_ref": obj["created_by_ref"], "extensions": obj["extensions"]}
            return {**whole, "id": observable_id(whole)}
        whole = of_creator(made, self.creator)
        if "extensions" not in CONTRIBUTING[obj["type"]]:
            whole["extensions"] = {**whole["extensions"], **self._original(obj)}
        return {**whole, "id": observable_id(whole)}

    def _marked(self, obj: Stix) -> list[str]:
        """Its markings: TLP in its canonical form, others by the id they came with, so that none is lost on the way.
        What marks a field marks the whole, since the original goes along. A statement is a label instead: definitions
        have no `modified`, which an exchange wants of every object."""
        refs = [*obj.get("object_marking_refs", []), *_granular(obj)]
        order = list(TLP_IDS.values())
        levels = [order.index(_canonical(ref)) for ref in refs if ref in TLP_BY_ID]
        levels += [len(order) - 1 for ref in refs if not ref.startswith("marking-definition--")]  # unreadable: red
        tlp = order[max(levels)] if levels else TLP_IDS[self.builder.told.tlp]
        named = [ref for ref in refs if ref.startswith("marking-definition--")]
        others = [ref for ref in named if ref not in TLP_BY_ID and ref not in self.statements]
        return [tlp, *dict.fromkeys(others)]

    def _labels(self, obj: Stix) -> Stix:
        said = [self.statements[ref] for ref in obj.get("object_marking_refs", []) if ref in self.statements]
        labels = [*(common(obj).get("labels", [])), *said]
        return {"labels": list(dict.fromkeys(labels))} if labels else {}

    def _original(self, obj: Stix) -> dict[str, Any]:
        id_ = obj["id"]
        before = obj.get("extensions", {}).get(HANDLING, {}) if isinstance(obj.get("extensions"), dict) else {}
        said = {name: value for name, value in before.items() if name != "extension_type" and NAME(name)}
        return handling(**{**said, "original_id": id_, "original_type": obj["type"], "original": self.came[id_]})

    def _derive(self, id_: str) -> None:
        obj, kind = self.read[id_], self._type(id_)
        if kind in SCO:
            made = self._observable(obj)
            self.builder.objects.setdefault(made["id"], made)
            return
        own = (fitted(obj) if kind == obj["type"] else None) or self._held(obj, kind)
        content: Stix = {name: self._mapped(name, value) for name, value in own.items()}
        if kind == "relationship":
            content["relationship_type"] = self._kind(obj)
        content |= {"created_by_ref": self.creator, "object_marking_refs": self._marked(obj), **self._labels(obj)}
        made = self.builder.mint.object(f"derived {id_}", kind, {**content, "extensions": self._original(obj)})
        self.builder.objects[made["id"]] = made
        if kind not in NO_SOURCE and obj["type"] in REQUIRED and obj["type"] not in NO_SOURCE:
            self.builder.relate(f"derivation {id_}", made["id"], "derived-from", id_)

    def _mapped(self, name: str, value: Any) -> Any:
        if name.endswith("_refs"):
            return list(dict.fromkeys(map(self.new, value)))
        return self.new(value) if name.endswith("_ref") else value

    def _kind(self, obj: Stix) -> str:
        said, ends = obj["relationship_type"], (self._type(obj["source_ref"]), self._type(obj["target_ref"]))
        suggested = ends[1] in RELATIONSHIPS.get((ends[0], said), ())
        return said if said in ALWAYS or suggested else "related-to"

    def _held(self, obj: Stix, kind: str) -> Stix:
        """The content of what the profile has no place for, as something that every reader can show."""
        if kind == "infrastructure":
            text = {"description": obj["description"]} if isinstance(obj.get("description"), str) else {}
            return {"name": obj["name"], **text, "infrastructure_types": ["amplification"], **common(obj)}
        words = [obj.get(name) for name in ("name", "title", "value", "description", "content", "url")]
        words.append(_statement(obj))
        said = "\n\n".join(dict.fromkeys(word for word in words if isinstance(word, str) and word))
        label = f"{obj['type']} of a partner"
        return {"abstract": label, "content": said or label, "object_refs": [self.home], **common(obj)}


def _extended(obj: Stix) -> bool:
    """Whether its extensions are such as section 7.3 has them."""
    return all(
        EXTENSION(id_) and said.get("extension_type") in EXTENSION_TYPES and all(NAME(name) for name in said)
        for id_, said in obj.get("extensions", {}).items()
    )


def _canonical(ref: str) -> str:
    return TLP_IDS[TLP_BY_ID[ref]] if ref in TLP_BY_ID else ref


def _statement(obj: Stix) -> str:
    """The words of a statement marking; "" for anything else."""
    definition = obj.get("definition")
    if obj.get("definition_type") != "statement" or not isinstance(definition, dict):
        return ""
    said = definition.get("statement")
    return said if isinstance(said, str) else ""


def _references(obj: Stix) -> set[str]:
    """The ids an object refers to, at its top and in granular markings."""
    found: set[str] = set()
    for name, value in obj.items():
        if name.endswith("_ref") and isinstance(value, str):
            found.add(value)
        elif name.endswith("_refs") and isinstance(value, list):
            found.update(one for one in value if isinstance(one, str) and ID(one))
    return found | set(_granular(obj))


def _granular(obj: Stix) -> list[str]:
    """The ids of the markings of single fields."""
    return [one["marking_ref"] for one in obj.get("granular_markings", []) if isinstance(one.get("marking_ref"), str)]
