"""What a marking allows and to whom: TLP 2.0 (TLP 1 by its ids), PAP, restriction to organisations.

What cannot be read allows nothing: an unknown marking, one whose definition is missing, one that marks itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

import orjson

from tocsin.model.exchange import Audience, Pap
from tocsin.model.grades import Tlp, codes
from tocsin.share.redaction.paths import Path, parsed
from tocsin.share.stix.check import Stix, selects
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.scales import TLP_BY_ID

TLP: tuple[Tlp, ...] = codes("tlp")
PAP: tuple[Pap, ...] = get_args(Pap)
_TLP_2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_SPOKEN = re.compile(r"\s*(tlp|pap)\s*:\s*([a-z][a-z+ _-]*?)\s*", re.IGNORECASE)
_OTHER_WORDS = {"white": "clear", "amber-strict": "amber+strict", "amber_strict": "amber+strict"}


class Marking(NamedTuple):
    """The strictest of several markings: levels of TLP and PAP as places in their order, and each restriction to
    organisations. `marked`: whether any of them says something of TLP."""

    tlp: int = 0
    pap: int = 0
    organisations: tuple[frozenset[str], ...] = ()
    marked: bool = False

    def __or__(self, other: Marking) -> Marking:
        """Both together."""
        return Marking(
            max(self.tlp, other.tlp),
            max(self.pap, other.pap),
            self.organisations + other.organisations,
            self.marked or other.marked,
        )


#: Where an object carries, as text, the partner's object it was fitted from: what no view looks into, no view gives.
CARRIED: Path = ("extensions", HANDLING, "original")
FREE = Marking()
NOBODY = Marking(len(TLP), len(PAP), (), True)


def allows(marking: Marking, audience: Audience) -> bool:
    """Whether everybody in the audience may see what is so marked."""
    everybody = set(audience.organisations)
    return (
        marking.tlp <= TLP.index(audience.tlp)
        and marking.pap <= PAP.index(audience.pap)
        and all(everybody and everybody <= named for named in marking.organisations)
    )


class Definitions:
    """The markings that the marking definitions among these objects stand for."""

    def __init__(self, objects: Mapping[str, Stix]) -> None:
        self._objects = objects
        self._known: dict[str, Marking] = {}

    def of(self, id_: object) -> Marking:
        """The marking with that id; `NOBODY` for one that is not known or not to be read."""
        if not isinstance(id_, str):
            return NOBODY
        if id_ in TLP_BY_ID:
            return Marking(tlp=TLP.index(TLP_BY_ID[id_]), marked=True)
        if id_ not in self._known:
            self._known[id_] = NOBODY  # as long as it is being read: one that marks itself stays so
            definition = self._objects.get(id_)
            if definition is not None:
                self._known[id_] = _defined(definition) | self.of_object(definition)
        return self._known[id_]

    def of_object(self, obj: Stix) -> Marking:
        """All that marks an object as a whole: references, our extension, labels as MISP writes them."""
        refs, labels = obj.get("object_marking_refs", []), obj.get("labels", [])
        if not isinstance(refs, list) or not isinstance(labels, list):
            return NOBODY
        found = [self.of(ref) for ref in refs] + [said for label in labels if (said := _spoken(label))]
        return _together(*found, _handling(obj))

    def of_fields(self, obj: Stix) -> Iterator[tuple[Path, Marking]]:
        """Each selector of the object's granular markings. One that selects nothing marks the whole object, `()`."""
        granular = obj.get("granular_markings", [])
        for one in granular if isinstance(granular, list) else ({},):
            if not isinstance(one, dict) or not isinstance(one.get("selectors"), list):
                yield (), NOBODY
            elif "marking_ref" in one:
                marking = self.of(one["marking_ref"])
                yield from ((parsed(s) if _selects(obj, s) else (), marking) for s in one["selectors"])


def _selects(obj: Stix, selector: object) -> bool:
    return isinstance(selector, str) and selector.isascii() and selects(obj, selector)


def _together(*markings: Marking) -> Marking:
    found = FREE
    for marking in markings:
        found |= marking
    return found


def _defined(definition: Stix) -> Marking:
    """What a definition says of itself, in every way that is in use: STIX 2.1, TLP 2.0, OpenCTI."""
    said = definition.get("definition")
    content = said if isinstance(said, dict) else {}
    found = [_spoken(content.get("statement")), _spoken(definition.get("name"))]
    found.append(_spoken(definition.get("x_opencti_definition")))
    extensions = definition.get("extensions")
    tlp = extensions.get(_TLP_2) if isinstance(extensions, dict) else None
    levels = [content.get("tlp"), tlp.get("tlp_2_0") if isinstance(tlp, dict) else None]
    found += [_level("tlp", level) for level in levels if level is not None]
    meant = [marking for marking in found if marking]
    if meant:
        return _together(*meant)
    return FREE if definition.get("definition_type") == "statement" and "statement" in content else NOBODY


def _spoken(text: object) -> Marking | None:
    """`TLP:AMBER` or `pap:red`, wherever it is written out; None for any other text."""
    match = _SPOKEN.fullmatch(text) if isinstance(text, str) else None
    return _level(match[1].lower(), match[2]) if match else None


def _level(scale: str, word: object) -> Marking:
    level = str(word).strip().lower().replace(" ", "-")
    level = _OTHER_WORDS.get(level, level)
    if scale == "tlp":
        return Marking(tlp=TLP.index(level), marked=True) if level in TLP else NOBODY
    return Marking(pap=PAP.index(level)) if level in PAP else NOBODY


def _handling(obj: Stix) -> Marking:
    extensions = obj.get("extensions", {})
    ours: Any = extensions.get(HANDLING, {}) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict):
        return NOBODY
    marking = _level("pap", ours["pap"]) if "pap" in ours else FREE
    if "organisations" not in ours:
        return marking
    named = ours["organisations"]
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        return NOBODY
    return marking | Marking(organisations=(frozenset(named),))


def carried(obj: Stix) -> Stix | None:
    """The partner's object that this one was fitted from, None where it carries none. One that cannot be read is marked
    for nobody."""
    extensions = obj.get("extensions")
    ours = extensions.get(HANDLING) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict) or "original" not in ours:
        return None
    try:
        found = orjson.loads(ours["original"])
    except (orjson.JSONDecodeError, TypeError):
        found = None
    return found if isinstance(found, dict) else {"object_marking_refs": [""]}
