"""A view of a case with something of everything, by hand, for the tests of formats."""

from datetime import UTC, datetime

from stix_objects import THEM_ID, US, identity, marked, relation, report, sco, sdo

from tocsin.share.formats import Shared
from tocsin.share.stix.extension import HANDLING, INCIDENT

HOSTILE = (
    '=HYPERLINK("https://x.example") <script>alert(1)</script> [a](https://y.example) # *b* \u202egnp.exe\x07 & ]]>'
)
MADE = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def ours(**said):
    return {HANDLING: {"extension_type": "property-extension", **said}}


def objects(text="They post together."):
    them = identity(2, THEM_ID, name="Northern Office")
    core = {"extension_type": "property-extension", "determination": "suspected", "investigation_status": "open"}
    incident = sdo("incident", 10, name="Harbour case", description=text, extensions={INCIDENT: core})
    campaign = sdo("campaign", 11, name="Harbour case", description=text)
    actor = sdo("threat-actor", 12, THEM_ID, name="Unit 7")
    url = sco("url", value="https://news.example/1")
    claim = sdo(
        "note", 13, abstract="Claim: behaviour", content=f"{text}\n\nBasis: two sources.", object_refs=[campaign["id"]],
        extensions=ours(claim="behaviour", grade={"likelihood": "very likely"}, pap="amber"),
    )  # fmt: skip
    narrative = sdo(
        "note", 14, abstract="Narrative: ships", content="The ships are late.", object_refs=[campaign["id"]],
        extensions=ours(narrative={"name": "ships"}),
    )  # fmt: skip
    technique = sdo(
        "attack-pattern", 15, name="Flooding", external_references=[{"source_name": "DISARM", "external_id": "T0049"}]
    )
    channel = sdo(
        "infrastructure", 16, name="Harbour News",
        extensions=ours(channel={"platform": "telegram", "url": "https://t.example/h", "attribution": "state-linked"}),
    )  # fmt: skip
    seen = sdo(
        "observed-data", 17, first_observed="2026-11-01T00:00:00.000Z", last_observed="2026-11-01T00:00:00.000Z",
        number_observed=1, object_refs=[url["id"]],
        extensions=ours(evidence=[{"sha256": "ab" * 32, "media_type": "text/html", "how": "warc"}]),
    )  # fmt: skip
    said = [
        sdo("opinion", 18, opinion="agree", explanation="We saw it too.", object_refs=[campaign["id"]]),
        sdo("opinion", 19, THEM_ID, opinion="strongly-disagree", explanation=text, object_refs=[campaign["id"]]),
        relation(20, campaign, actor, "attributed-to", created_by_ref=THEM_ID, confidence=85),
        sdo("sighting", 21, THEM_ID, sighting_of_ref=channel["id"], count=3, where_sighted_refs=[THEM_ID]),
    ]
    measure = sdo("course-of-action", 22, name="Label it", description="Proposed.")
    all_ = [them, incident, campaign, actor, url, claim, narrative, technique, channel, seen, *said, measure]
    all_.append(relation(23, campaign, technique))
    all_.append(report(24, all_, name="Harbour case", description=f"{text}\n\nNot known: who paid."))
    return (US, *(marked(obj, "amber") for obj in all_))


def shared(text="They post together.", **more):
    values = {"tlp": "amber", "producer": "Watch", "audience": "partners", "made": MADE}
    return Shared(objects(text), **values | more)
