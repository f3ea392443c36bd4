"""STIX objects for the tests of sharing: single ones by hand, and whole cases drawn by hypothesis that know who may see
which of their texts."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st

from tocsin.model.exchange import Audience
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.ids import observable_id
from tocsin.share.stix.scales import TLP1_IDS, TLP_IDS

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
THEN = "2026-11-01T00:00:00.000Z"
SECRET = bytes(range(32))
TLP = ("clear", "green", "amber", "amber+strict", "red")
PAP = ("clear", "green", "amber", "red")


def sid(kind, number):
    return f"{kind}--{UUID(int=number, version=4)}"


US_ID, THEM_ID = sid("identity", 1), sid("identity", 2)


def sdo(kind, number, by=US_ID, **more):
    """An object with versions. `by`: its creator."""
    base = {"type": kind, "spec_version": "2.1", "id": sid(kind, number), "created": THEN, "modified": THEN}
    return base | ({"created_by_ref": by} if by else {}) | more


def sco(kind, **more):
    made = {"type": kind, "spec_version": "2.1", "id": "", **more}
    return made | {"id": observable_id(made)}


def identity(number, by=US_ID, **more):
    return sdo("identity", number, by, **{"name": f"Body {number}", "identity_class": "organization"} | more)


US = identity(1, name="Watch", object_marking_refs=[TLP_IDS["clear"]])


def marked(obj, tlp):
    return obj | {"object_marking_refs": [TLP_IDS[tlp]]}


def relation(number, source, target, kind="uses", **more):
    ends = {"source_ref": source["id"], "target_ref": target["id"], "relationship_type": kind}
    return sdo("relationship", number, **ends | more)


def report(number, refs, **more):
    base = {"name": "Report", "published": THEN, "object_refs": [obj["id"] for obj in refs]}
    return sdo("report", number, **base | more)


def statement(number, text="Do not quote.", **more):
    base = {"type": "marking-definition", "spec_version": "2.1", "id": sid("marking-definition", number)}
    return base | {"created": THEN, "definition_type": "statement", "definition": {"statement": text}} | more


def granular(obj, marking, *selectors):
    ref = TLP_IDS.get(marking, marking)
    return obj | {
        "granular_markings": [*obj.get("granular_markings", []), {"marking_ref": ref, "selectors": [*selectors]}]
    }


def audience(name="partners", tlp="green", **more):
    return Audience(id=name, name=name, tlp=tlp, **{"pap": "red"} | more)


@dataclass
class Drawn:
    """Objects, and for each unique text in them who may see it: levels of TLP and PAP, and sets of organisations."""

    objects: list = field(default_factory=list)
    unmarked: str = "amber"
    texts: dict = field(default_factory=dict)
    level: dict = field(default_factory=dict)  # of each object as a whole

    def may_see(self, rule, who):
        tlp, pap, groups = rule
        return (
            tlp <= TLP.index(who.tlp)
            and pap <= PAP.index(who.pap)
            and all(who.organisations and set(who.organisations) <= group for group in groups)
        )


ORGANISATIONS = [sid("identity", 900 + n) for n in range(3)]
audiences = st.builds(
    audience,
    name=st.sampled_from(["one", "two"]),
    tlp=st.sampled_from(TLP),
    pap=st.sampled_from(PAP),
    organisations=st.sets(st.sampled_from(ORGANISATIONS)).map(lambda found: tuple(sorted(found))),
    may_know_origin=st.booleans(),
)


def _mark(draw, obj, unmarked):
    """Mark an object as a whole; give what that means."""
    refs, tlp, pap, groups = [], None, 0, ()
    how = draw(st.sampled_from(["none", "none", "tlp2", "tlp2", "tlp1", "statement", "unknown", "label", "named"]))
    if how == "tlp2":
        levels = draw(st.lists(st.sampled_from(TLP), min_size=1, max_size=2))
        refs, tlp = [TLP_IDS[level] for level in levels], max(map(TLP.index, levels))
    elif how == "tlp1":
        id_ = draw(st.sampled_from(sorted(TLP1_IDS)))
        refs, tlp = [id_], TLP.index(TLP1_IDS[id_])
    elif how == "statement":
        refs = [sid("marking-definition", 800)]
    elif how == "unknown":
        refs, tlp = [sid("marking-definition", 899)], 9
    elif how == "label":
        level = draw(st.sampled_from(TLP))
        obj["labels"], tlp = [f"tlp:{level}"], TLP.index(level)
    elif how == "named":
        refs, tlp = [sid("marking-definition", 801)], TLP.index("amber+strict")
    if refs:
        obj["object_marking_refs"] = list(dict.fromkeys(refs))
    ours = {}
    if draw(st.integers(0, 3)) == 0:
        pap = draw(st.integers(0, 3))
        ours["pap"] = PAP[pap]
    if draw(st.integers(0, 5)) == 0:
        named = sorted(draw(st.sets(st.sampled_from(ORGANISATIONS), min_size=1)))
        ours["organisations"], groups = named, (set(named),)
    if ours:
        obj["extensions"] = {HANDLING: {"extension_type": "property-extension", **ours}}
    return (TLP.index(unmarked) if tlp is None else tlp, pap, groups)


def definitions():
    named = statement(801, "custom", x_opencti_definition="TLP:AMBER+STRICT", name="TLP:AMBER+STRICT")
    return [statement(800), named]


@st.composite
def drawn(draw, size=8, first=10):
    """A case of some objects by us and others, marked in every way, that refer to one another."""
    found = Drawn(unmarked=draw(st.sampled_from(TLP[:4])))
    made, number = [], first
    for _ in range(draw(st.integers(1, size))):
        number += 1
        kind = draw(st.sampled_from(["campaign", "identity", "url", "note", "report", "relationship", "sighting"]))
        made.append(_drawn_object(draw, kind, number, made, found))
    found.objects = draw(st.permutations([*made, *definitions()]))
    return found


def _drawn_object(draw, kind, number, made, found):
    def text(name):
        return f"{name}-token-{number}-end"

    others = [obj["id"] for obj in made] or [sid("campaign", 999)]
    by = draw(st.sampled_from([US_ID, THEM_ID, *[one for one in others if one.startswith("identity--")]]))
    some = draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True))
    fields = {
        "campaign": {"name": text("name"), "description": text("about"), "aliases": [text("a0"), text("a1")]},
        "identity": {"name": text("name"), "description": text("about")},
        "url": {"value": f"https://{text('value')}.example"},
        "note": {"content": text("content"), "abstract": text("about"), "object_refs": some},
        "report": {"name": text("name"), "description": text("about"), "published": THEN, "object_refs": some},
        "relationship": {
            "relationship_type": "related-to", "description": text("about"),
            "source_ref": some[0], "target_ref": some[-1],
        },
        "sighting": {"description": text("about"), "sighting_of_ref": some[0]},
    }[kind]  # fmt: skip
    obj = sco(kind, **fields) if kind == "url" else sdo(kind, number, by, **fields)
    if kind == "campaign":
        obj["external_references"] = [
            {"source_name": "a", "description": text("x0")}, {"source_name": "b", "description": text("x1")},
        ]  # fmt: skip
    whole = _mark(draw, obj, found.unmarked)
    found.level[obj["id"]] = whole
    places = {name: name for name in ("name", "description", "content", "abstract", "value") if name in obj}
    places |= {f"aliases.[{n}]": "" for n in range(2) if "aliases" in obj}
    places |= {f"external_references.[{n}].description": "" for n in range(2) if "external_references" in obj}
    for selector in places:
        rule = whole
        if draw(st.integers(0, 4)) == 0:
            level = draw(st.sampled_from(TLP))
            obj.update(granular(obj, level, selector))
            rule = (max(whole[0], TLP.index(level)), *whole[1:])
        found.texts[_at(obj, selector)] = rule
    return obj


def _at(obj, selector):
    for part in selector.split("."):
        obj = obj[int(part[1:-1])] if part.startswith("[") else obj[part]
    return obj
