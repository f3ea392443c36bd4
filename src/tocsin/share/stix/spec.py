"""What the specification suggests beyond what it demands: properties, open vocabularies, relationships by type.

OASIS STIX 2.1, sections 4 to 6 and 10, and the interoperability test document for what an exchange needs. Only the
types that the core profile sends are here.
"""

from __future__ import annotations

_T, _L, _I, _B, _W = "text", "texts", "number", "flag", "time"

#: The properties of each type and what each holds.
PROPERTIES: dict[str, dict[str, str]] = {
    "attack-pattern": {"name": _T, "description": _T, "aliases": _L, "kill_chain_phases": "phases"},
    "campaign": {
        "name": _T, "description": _T, "aliases": _L, "first_seen": _W, "last_seen": _W, "objective": _T,
    },
    "course-of-action": {"name": _T, "description": _T},
    "grouping": {"name": _T, "description": _T, "context": _T, "object_refs": "refs"},
    "identity": {
        "name": _T, "description": _T, "roles": _L, "identity_class": _T, "sectors": _L, "contact_information": _T,
    },
    "incident": {"name": _T, "description": _T},
    "infrastructure": {
        "name": _T, "description": _T, "infrastructure_types": _L, "aliases": _L, "kill_chain_phases": "phases",
        "first_seen": _W, "last_seen": _W,
    },
    "intrusion-set": {
        "name": _T, "description": _T, "aliases": _L, "first_seen": _W, "last_seen": _W, "goals": _L,
        "resource_level": _T, "primary_motivation": _T, "secondary_motivations": _L,
    },
    "location": {"name": _T, "description": _T, "region": _T, "country": "country", "city": _T},
    "note": {"abstract": _T, "content": _T, "authors": _L, "object_refs": "refs"},
    "observed-data": {
        "first_observed": _W, "last_observed": _W, "number_observed": _I, "object_refs": "refs",
    },
    "opinion": {"explanation": _T, "authors": _L, "opinion": _T, "object_refs": "refs"},
    "report": {"name": _T, "description": _T, "report_types": _L, "published": _W, "object_refs": "refs"},
    "threat-actor": {
        "name": _T, "description": _T, "threat_actor_types": _L, "aliases": _L, "first_seen": _W, "last_seen": _W,
        "roles": _L, "goals": _L, "sophistication": _T, "resource_level": _T, "primary_motivation": _T,
        "secondary_motivations": _L, "personal_motivations": _L,
    },
    "relationship": {
        "relationship_type": _T, "description": _T, "source_ref": "ref", "target_ref": "ref", "start_time": _W,
        "stop_time": _W,
    },
    "sighting": {
        "description": _T, "first_seen": _W, "last_seen": _W, "count": _I, "sighting_of_ref": "ref",
        "observed_data_refs": "refs", "where_sighted_refs": "refs", "summary": _B,
    },
    "extension-definition": {
        "name": _T, "description": _T, "schema": _T, "version": _T, "extension_types": _L, "extension_properties": _L,
    },
    "autonomous-system": {"number": _I, "name": _T, "rir": _T},
    "domain-name": {"value": "domain"},
    "email-addr": {"value": "mail", "display_name": _T},
    "file": {"hashes": "hashes", "size": _I, "name": _T},
    "ipv4-addr": {"value": "ipv4"},
    "ipv6-addr": {"value": "ipv6"},
    "url": {"value": "address"},
    "user-account": {
        "user_id": _T, "account_login": _T, "account_type": _T, "display_name": _T, "is_service_account": _B,
        "is_privileged": _B, "can_escalate_privs": _B, "is_disabled": _B,
    },
}  # fmt: skip

#: What an exchange needs, beside what the specification requires.
NEEDED: dict[str, tuple[str, ...]] = {
    "attack-pattern": ("external_references", "kill_chain_phases"),
    "infrastructure": ("infrastructure_types",),
    "intrusion-set": ("resource_level", "primary_motivation"),
    "location": ("region",),
    "observed-data": ("object_refs",),
    "report": ("report_types",),
    "sighting": ("first_seen", "last_seen", "count"),
    "threat-actor": ("threat_actor_types", "roles", "sophistication", "resource_level", "primary_motivation"),
    "user-account": ("user_id|account_login|display_name",),
    "file": ("hashes|name",),
}
#: What stands where the producer said nothing and the vocabulary has a word for that.
UNSAID: dict[str, dict[str, list[str]]] = {
    "infrastructure": {"infrastructure_types": ["unknown"]},
    "report": {"report_types": ["threat-report"]},
    "threat-actor": {"threat_actor_types": ["unknown"]},
}

_MOTIVES = (
    "accidental coercion dominance ideology notoriety organizational-gain personal-gain personal-satisfaction revenge "
    "unpredictable"
)
_RESOURCES = "individual club contest team organization government"
#: Open vocabularies (section 10): the words of each property; others go with the original.
VOCABULARIES: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "grouping.context": "suspicious-activity malware-analysis unspecified",
        "identity.identity_class": "individual group system organization class unknown",
        "identity.sectors": "agriculture aerospace automotive chemical commercial communications construction defense "
        "education energy entertainment financial-services government emergency-services government-local "
        "government-national government-public-services government-regional healthcare hospitality-leisure "
        "infrastructure dams nuclear water insurance manufacturing mining non-profit pharmaceuticals retail technology "
        "telecommunications transportation utilities",
        "infrastructure.infrastructure_types": "amplification anonymization botnet command-and-control control-system "
        "exfiltration firewall hosting-malware hosting-target-lists phishing reconnaissance routers-switches staging "
        "workstation unknown",
        "intrusion-set.resource_level": _RESOURCES,
        "intrusion-set.primary_motivation": _MOTIVES,
        "intrusion-set.secondary_motivations": _MOTIVES,
        "location.region": "africa eastern-africa middle-africa northern-africa southern-africa western-africa "
        "americas latin-america-caribbean south-america caribbean central-america northern-america asia central-asia "
        "eastern-asia southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe "
        "southern-europe western-europe oceania australia-new-zealand melanesia micronesia polynesia antarctica",
        "opinion.opinion": "strongly-disagree disagree neutral agree strongly-agree",
        "report.report_types": "threat-report attack-pattern campaign identity indicator intrusion-set malware "
        "observed-data threat-actor tool vulnerability",
        "threat-actor.threat_actor_types": "activist competitor crime-syndicate criminal hacker insider-accidental "
        "insider-disgruntled nation-state sensationalist spy terrorist unknown",
        "threat-actor.roles": "agent director independent infrastructure-architect infrastructure-operator "
        "malware-author sponsor",
        "threat-actor.sophistication": "none minimal intermediate advanced expert innovator strategic",
        "threat-actor.resource_level": _RESOURCES,
        "threat-actor.primary_motivation": _MOTIVES,
        "threat-actor.secondary_motivations": _MOTIVES,
        "threat-actor.personal_motivations": _MOTIVES,
        "user-account.account_type": "unix windows-local windows-domain ldap tacacs radius nis openid facebook skype "
        "twitter kavi",
    }.items()
}

_ACTS = {
    "targets": "identity location vulnerability",
    "uses": "attack-pattern infrastructure malware tool",
    "compromises": "infrastructure",
}
_SEEN = "autonomous-system domain-name email-addr file ipv4-addr ipv6-addr url user-account"
#: Suggested relationships: source type, relationship type, target types. Others are sent as related-to.
RELATIONSHIPS: dict[tuple[str, str], frozenset[str]] = {
    (source, kind): frozenset(targets.split())
    for source, kinds in {
        "attack-pattern": {"targets": "identity location"},
        "campaign": {**_ACTS, "attributed-to": "intrusion-set threat-actor", "originates-from": "location"},
        "course-of-action": {"mitigates": "attack-pattern"},
        "domain-name": {"resolves-to": "domain-name ipv4-addr ipv6-addr"},
        "identity": {"located-at": "location"},
        "infrastructure": {
            "communicates-with": "infrastructure ipv4-addr ipv6-addr domain-name url",
            "consists-of": f"infrastructure observed-data {_SEEN}",
            "controls": "infrastructure",
            "located-at": "location",
            "uses": "infrastructure",
        },
        "intrusion-set": {
            **_ACTS, "attributed-to": "threat-actor", "hosts": "infrastructure", "originates-from": "location",
            "owns": "infrastructure",
        },
        "ipv4-addr": {"belongs-to": "autonomous-system"},
        "ipv6-addr": {"belongs-to": "autonomous-system"},
        "threat-actor": {
            **_ACTS, "attributed-to": "identity", "hosts": "infrastructure", "owns": "infrastructure",
            "impersonates": "identity", "located-at": "location",
        },
    }.items()
    for kind, targets in kinds.items()
}  # fmt: skip
ALWAYS = frozenset(("derived-from", "duplicate-of", "related-to"))

#: ISO 639-1, for `lang`.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so "
    "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
LANGUAGES = frozenset(_CODES.split())
