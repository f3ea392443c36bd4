"""The records that go into documents or come out of them, and what all these documents share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tocsin.assure.assessment.oscal.base import line, metadata, rest, uid
from tocsin.model.assessment import Answer, Measure, Party, Product, Profile, RollUp, Use
from tocsin.model.finding import Record


class Contents(Record):
    """The records of one exchange, as they go into a document or come out of one."""

    parties: tuple[Party, ...] = ()
    products: tuple[Product, ...] = ()
    uses: tuple[Use, ...] = ()
    answers: tuple[Answer, ...] = ()
    measures: tuple[Measure, ...] = ()
    rolled: tuple[RollUp, ...] = ()


def head(title: str, contents: Contents, at: datetime) -> dict[str, Any]:
    """The metadata of a document, with its parties."""
    here = {party.id for party in contents.parties}
    parties = [
        {
            "uuid": uid("party", party.id),
            "type": "organization",
            "name": line(party.name),
            **rest(party, ()),
            **({"member-of-organizations": [uid("party", party.parent)]} if party.parent in here else {}),
        }
        for party in contents.parties
    ]
    return {**metadata(title, "1", at), **({"parties": parties} if parties else {})}


def titles(profile: Profile) -> Callable[[str], str]:
    """What tells the title of a question by its id."""
    names = {question.id: line(question.name or question.text, "-") for question in profile.questions}
    return lambda question: names.get(question, line(question, "-"))


def software(product: Product) -> dict[str, Any]:
    """A product as a component."""
    return {
        "uuid": uid("product", product.id),
        "type": "software",
        "title": line(f"{product.name} {product.release}"),
        "description": line(product.name),
        **rest(product, ()),
    }


def back_matter(profile: Profile, answers: Iterable[Answer]) -> dict[str, Any]:
    """Resources for the profile and for the files behind answers, each of these with its SHA-256."""
    digests = dict.fromkeys(digest for answer in answers for digest in answer.evidence)
    files = [
        {
            "uuid": uid("evidence", digest),
            "rlinks": [{"href": f"evidence/{digest}", "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
        }
        for digest in digests
    ]
    return {"resources": [{"uuid": uid("profile", profile.id), "title": line(profile.title)}, *files]}
