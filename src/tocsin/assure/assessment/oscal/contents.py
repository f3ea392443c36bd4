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


def evidence(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Resources of the back matter for the files behind answers, each with its SHA-256."""
    digests = dict.fromkeys(digest for answer in answers for digest in answer.evidence)
    return [
        {
            "uuid": uid("evidence", digest),
            "rlinks": [{"href": f"evidence/{digest}", "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
        }
        for digest in digests
    ]
