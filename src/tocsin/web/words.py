"""The words that the rooms of a case show for stored values, in the reader's language, and pages that know them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from tocsin.model import grades
from tocsin.model.case import WHICH
from tocsin.model.people import Person
from tocsin.store.records import Reader
from tocsin.web import pages, visit
from tocsin.web.gaps import gaps
from tocsin.web.i18n import N_, Language

LABELS: dict[str, dict[str, str]] = {
    "lead": {
        "new": N_("new"),
        "dismissed": N_("dismissed"),
        "in case": N_("in a case"),
    },
    "standing": {
        "lead": N_("lead"),
        "explained": N_("explained group"),
        "interest": N_("community of interest"),
    },
    "about": {
        "": N_("typed in"),
        "joint activity": N_("joint activity"),
        "money": N_("donations"),
        "look-alike": N_("look-alike name"),
        "scan": N_("scan of a server"),
        "break-in attempt": N_("attempt to break in"),
        "outage": N_("outage"),
        "posture": N_("protection"),
        "results": N_("results of stations"),
        "same thing said": N_("same thing said"),
        "imitated outlet": N_("imitated outlet"),
        "picture": N_("picture"),
        "burst": N_("burst"),
        "mail": N_("mails of a leak"),
        "document": N_("document of a leak"),
        "quoted": N_("leak quoted"),
    },
    "case": {
        "draft": N_("draft"),
        "in review": N_("in review"),
        "reply": N_("waits for a reply"),
        "ready": N_("ready"),
        "published": N_("published"),
        "corrected": N_("corrected"),
        "withdrawn": N_("withdrawn"),
        "closed": N_("closed"),
    },
    "outcome": {
        "": N_("none yet"),
        "established": N_("established"),
        "domestic": N_("domestic"),
        "not shown": N_("not shown"),
        "out of scope": N_("out of scope"),
    },
    "which": {
        "behaviour": N_("What happened"),
        "deception": N_("Was it deceptive or coordinated"),
        "reach": N_("How far did it go"),
        "attribution": N_("Who did it"),
    },
    "interference": {
        "": N_("not said"),
        "amplification": N_("amplification of divisive news"),
        "fabrication": N_("spread of fake information"),
        "leaks": N_("leaking of sensitive information"),
        "funding": N_("covert funding of candidates"),
        "voting": N_("targeting of voting systems"),
    },
    "sort": {
        "party": N_("party"),
        "candidate": N_("candidate"),
        "country": N_("country"),
        "account": N_("account"),
        "organisation": N_("organisation"),
        "person": N_("person"),
    },
    "named": {
        "named": N_("named: the case says it did something; it is asked for its reply"),
        "mentioned": N_("mentioned: a public body or figure"),
        "private": N_("private person: never published"),
    },
    "effect": {
        "unknown": N_("unknown"),
        "helped": N_("helped by the conduct"),
        "harmed": N_("harmed by the conduct"),
        "neither": N_("neither helped nor harmed"),
    },
    "question": {
        "foreign link": N_("Is there a foreign link?"),
        "deception or coercion": N_("Is there deception or coercion?"),
        "election link": N_("Is there a link to an election?"),
    },
    "answer": {"yes": N_("yes"), "no": N_("no"), "unclear": N_("unclear")},
    "gate": {
        "scope": N_("Scope"),
        "claims": N_("Claims"),
        "alternatives": N_("Alternatives"),
        "language": N_("Language"),
        "marking": N_("Marking"),
        "private persons": N_("Private persons"),
        "second reader": N_("Second reader"),
        "reply": N_("Reply"),
    },
    "review": {
        "asked": N_("to be graded blind"),
        "open": N_("to be decided, with the names"),
        "decided": N_("decided"),
    },
    "decision": {
        "accepted": N_("accepted"),
        "revise": N_("sent back"),
        "rejected": N_("rejected"),
    },
    "reply": {"asked": N_("asked"), "answered": N_("answered"), "waived": N_("waived")},
    "issue": {"claim": N_("claim"), "correction": N_("correction"), "withdrawal": N_("withdrawal")},
    "class": {
        "": N_("none yet"),
        "technical": N_("technical"),
        "behavioural": N_("behavioural"),
        "contextual": N_("contextual"),
        "official statement": N_("official statement"),
    },
    "how": {
        "upload": N_("uploaded"),
        "warc": N_("from a web archive"),
        "wacz": N_("from a web archive"),
        "scan": N_("from a scan"),
        "typed": N_("typed in"),
        "derived": N_("made from another item"),
    },
}  # fmt: skip


def label(language: Language, sort: str, value: str) -> str:
    """The words for a stored value; the value itself where there are none."""
    text = LABELS[sort].get(value)
    return language.gettext(text) if text else value


def options(language: Language, sort: str) -> list[tuple[str, str]]:
    """The values of a sort with their words, for a list to choose from."""
    return [(value, language.gettext(text)) for value, text in LABELS[sort].items()]


def grade(language: Language, scale: grades.Scale, code: str | int) -> str:
    """A grade in words, letters and figures of the Admiralty system before them; a dash where there is none."""
    words = grades.words(scale, code, language.code)
    return f"{code}: {words}" if words and scale in ("source", "information", "breakout") else words or "–"


def scale(language: Language, name: grades.Scale) -> list[tuple[str, str]]:
    """The values of a scale with their words; the likelihood with its band in percent."""
    return [(str(code), grade(language, name, code) + _band(name, code)) for code in grades.codes(name)]


def _band(name: grades.Scale, code: Any) -> str:
    band = grades.percent(code) if name == "likelihood" else None
    return f" ({band[0]}–{band[1]} %)" if band else ""


def names(reader: Reader, ids: Iterable[str]) -> dict[str, str]:
    """The names of accounts by their id."""
    found = (reader.find(Person, person) for person in dict.fromkeys(ids) if person)
    return {person.id: person.name for person in found if person}


def page(request: Request, template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """A page. Its template has `label(sort, value)`, `options(sort)`, `grade(scale, code)`, `scale(name)`,
    `needs(scale, code)`, `gaps(missing)`, `keys(links)` and `WHICH`."""
    language = visit.of(request).language
    helpers = {
        "label": partial(label, language),
        "options": partial(options, language),
        "grade": partial(grade, language),
        "scale": partial(scale, language),
        "needs": lambda name, code: grades.needs(name, code, language.code),
        "gaps": partial(gaps, language),
        "keys": lambda links: [f"{link.to}:{link.id}" for link in links],
        "WHICH": WHICH,
    }
    return pages.render(request, template, status, **helpers, **context)
