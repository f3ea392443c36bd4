"""STIX objects of every type the program knows, and what exporters, or somebody hostile, do to them."""

import copy
import random
from uuid import UUID, uuid4, uuid5

from tocsin.share.stix.ids import NAMESPACE, observable_id

TIME = "2024-03-01T10:00:00.000Z"
LATER = "2024-03-02T10:00:00.000Z"
PRODUCER = "identity--7d3f1a52-9c55-4e37-8f0a-5f1f0c8f2b11"


def sdo(kind, **content):
    base = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid4()}", "created": TIME, "modified": TIME}
    return {**base, "created_by_ref": PRODUCER, **content}


def sco(kind, **content):
    obj = {"type": kind, "spec_version": "2.1", **content}
    return {**obj, "id": observable_id(obj)}


def everything():
    """One of each type, well-formed, OpenCTI's own types among them."""
    campaign = sdo("campaign", name="C", first_seen=TIME, last_seen=LATER)
    pattern = sdo(
        "attack-pattern",
        name="Flooding",
        x_mitre_id="T0049",
        external_references=[{"source_name": "mitre-attack", "external_id": "T0049", "url": "https://a.example/T0049"}],
        kill_chain_phases=[
            {"kill_chain_name": "mitre-attack", "phase_name": "maximise-exposure", "x_opencti_order": 0}
        ],
    )
    url, domain = sco("url", value="https://a.example/x"), sco("domain-name", value="a.example")
    channel = {**sdo("channel", name="@a", channel_types=["Telegram"]), "id": f"channel--{uuid5(NAMESPACE, 'a')}"}
    return [
        {**sdo("identity", name="P", identity_class="organization"), "id": PRODUCER},
        campaign, pattern, url, domain, channel,
        sdo("narrative", name="N", description="It is told."), sdo("event", name="E"),
        sdo("course-of-action", name="A"), sdo("incident", name="I"), sdo("intrusion-set", name="S"),
        sdo("threat-actor", name="T", threat_actor_types=["nation-state"]),
        sdo("location", name="L", country="Ukraine"), sdo("infrastructure", name="F"),
        sdo("tool", name="T"), sdo("vulnerability", name="V"),
        sdo("malware", name="M", is_family=False), sdo("malware-analysis", product="p", result="benign"),
        sdo("indicator", name="I", pattern="[url:value = 'x']", pattern_type="stix", valid_from=TIME),
        sdo("note", content="text", object_refs=[campaign["id"]]),
        sdo("opinion", opinion="agree", object_refs=[campaign["id"]]),
        sdo("grouping", context="unspecified", object_refs=[campaign["id"]]),
        sdo("observed-data", first_observed=TIME, last_observed=TIME, number_observed=1, object_refs=[url["id"]]),
        sdo("report", name="R", published=TIME, object_refs=[campaign["id"], channel["id"]]),
        sdo("relationship", relationship_type="uses", source_ref=campaign["id"], target_ref=channel["id"]),
        sdo("relationship", relationship_type="uses", source_ref=campaign["id"], target_ref=pattern["id"],
            start_time=TIME, stop_time=TIME),
        sdo("sighting", sighting_of_ref=campaign["id"], where_sighted_refs=[PRODUCER]),
        sdo("language-content", object_ref=campaign["id"], contents={"de": {"name": "K"}}),
        {k: v for k, v in sdo("marking-definition", definition_type="statement",
                              definition={"statement": "by P"}).items() if k not in ("modified", "created_by_ref")},
        sco("email-addr", value="a@b.example"), sco("ipv4-addr", value="198.51.100.3"),
        sco("ipv6-addr", value="2001:db8::1"), sco("user-account", user_id="u", account_type="telegram"),
        sco("file", name="f.txt", hashes={"SHA-256": "a" * 64}),
        sco("autonomous-system", number=64500), sco("software", name="s"), sco("mutex", name="m"),
        sco("directory", path="/tmp"), sco("mac-addr", value="00:00:5e:00:53:01"),
        {"type": "media-content", "spec_version": "2.1", "id": f"media-content--{uuid5(NAMESPACE, 'm')}", "title": "t"},
    ]  # fmt: skip


#: What stands where something else should.
JUNK = (
    None, [], {}, "", 0, -1, 2**70, 1.5, True, "a" * 5000, "TLP:RED", "\u202e\u0000", ["x", None, []],
    {"a": {"b": None}},
    "2024-02-30T00:00:00Z", "2024-03-01 10:00:00", "2024-03-01T10:00:00+02:00", "identity--not-a-uuid",
    f"identity--{UUID(int=0)}", [PRODUCER, PRODUCER, 7], {"x" * 300: 1, "UPPER KEY": [1]}, [{"source_name": 3}],
    [{"selectors": ["nothing.here"], "marking_ref": PRODUCER}], "=cmd|' /C calc'!A0",
)  # fmt: skip


def damaged(seed, objects=None):
    """The objects with one thing wrong in each: a value, a name, a missing property."""
    draw, found = random.Random(seed), []
    for obj in copy.deepcopy(objects or everything()):
        name = draw.choice([name for name in obj if name not in ("type", "id")] or ["x_custom"])
        way = draw.randrange(5)
        if way == 0:
            obj.pop(name, None)
        elif way == 1:
            obj[draw.choice(["X-Upper", "x_opencti_thing", "extra", "Ünï", "labels", "granular_markings"])] = (
                draw.choice(JUNK)
            )
        elif way == 2:
            obj["extensions"] = draw.choice([*JUNK, {"extension-definition--" + str(uuid4()): {"a": 1}}])
        else:
            obj[name] = draw.choice(JUNK)
        found.append(obj)
    draw.shuffle(found)
    return found
