"""ClaimReview (schema.org), the format of fact-checkers: a published case out, reviews of others in.

The rating is the likelihood of a claim in the seven bands of ICD 203, 1 to 7; how firm the basis is stands in the
explanation, since the format has one number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, get_args
from uuid import uuid4

import orjson

from tocsin.errors import InputError, UsageError
from tocsin.model import grades
from tocsin.model.case import Publication, PublicClaim
from tocsin.model.plain import clean
from tocsin.share.formats import CaseExporter, Shared
from tocsin.share.stix.check import Stix
from tocsin.share.stix.extension import handling

BANDS = tuple(word for word in get_args(grades.Likelihood) if word)
OPINIONS = ("strongly-disagree", "disagree", "neutral", "agree", "strongly-agree")
_CONTEXT = "https://schema.org"


class Reviewed(NamedTuple):
    """What somebody says of a claim. `rating` is from 0 (false) to 1 (true), None where it gave no number."""

    claim: str
    by: str
    word: str
    rating: float | None
    url: str
    published: str
    explanation: str
    appearances: tuple[str, ...]


def claim_reviews(shared: Shared) -> bytes:
    """The claims of a publication as JSON-LD. Raises `UsageError` where nothing is published, it was withdrawn, or
    nobody said where it stands."""
    issue = shared.publication
    if issue is None or issue.issue == "withdrawal":
        raise UsageError("only what is published has a ClaimReview", hint="publish the case first")
    if not shared.url.startswith(("https://", "http://")):
        raise UsageError("a ClaimReview needs the address of its page", hint="give it with --url")
    made = [_review(shared, issue, claim) for claim in issue.body.claims if claim.made and claim.text]
    return orjson.dumps({"@context": _CONTEXT, "@graph": made}, option=orjson.OPT_INDENT_2) + b"\n"


def _review(shared: Shared, issue: Publication, claim: PublicClaim) -> dict[str, Any]:
    grade = claim.grade
    first = issue.body.first_day
    item = {"@type": "Claim", "name": f"{issue.body.title}: {claim.which}", "text": clean(claim.text)}
    review: dict[str, Any] = {
        "@type": "ClaimReview",
        "url": f"{shared.url}#{claim.which}",
        "datePublished": f"{issue.made:%Y-%m-%d}",
        "author": {"@type": "Organization", "name": shared.producer},
        "claimReviewed": clean(claim.text),
        "itemReviewed": item | ({"datePublished": first.isoformat()} if first else {}),
    }
    if grade.likelihood:
        basis = f"{clean(claim.basis)} Confidence in the basis: {grade.confidence or 'not graded'}."
        review["reviewRating"] = {
            "@type": "Rating",
            "ratingValue": BANDS.index(grade.likelihood) + 1,
            "bestRating": len(BANDS),
            "worstRating": 1,
            "alternateName": grade.likelihood,
            "ratingExplanation": basis.strip(),
        }
    return review


def read(data: bytes) -> tuple[Reviewed, ...]:
    """The reviews in JSON-LD: one, a list, or a graph. Raises `InputError` where there is none."""
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"not JSON: {error}", hint="give the JSON-LD of the page, not the page") from error
    found = tuple(_reviewed(node) for node in _nodes(parsed))
    if not found:
        raise InputError("no ClaimReview in it", hint="its @type is ClaimReview and it has claimReviewed")
    return found


def to_stix(data: bytes) -> list[Stix]:
    """Reviews as STIX: who says it, what was claimed as a note, and the rating as an opinion on it."""
    objects: dict[str, Stix] = {}
    for review in read(data):
        who = f"author {review.by}"
        if who not in objects:
            objects[who] = _object("identity", "", name=review.by or "Unknown", identity_class="organization")
            objects[who]["created_by_ref"] = objects[who]["id"]
        creator = objects[who]["id"]
        source = {"source_name": review.by or "ClaimReview", "url": review.url} if review.url else None
        note = _object(
            "note", creator, review.published, abstract=f"Narrative: {review.claim[:100]}", content=review.claim,
            object_refs=[creator], external_references=[source] if source else None,
            extensions=handling(narrative={"name": review.claim[:300]}),
        )  # fmt: skip
        objects[note["id"]] = note
        if review.rating is not None:
            said = " ".join(filter(None, (review.word, review.explanation)))
            value = OPINIONS[min(int(review.rating * len(OPINIONS)), len(OPINIONS) - 1)]
            opinion = _object(
                "opinion", creator, review.published, opinion=value, explanation=said, object_refs=[note["id"]]
            )
            objects[opinion["id"]] = opinion
    return list(objects.values())


def _object(kind: str, creator: str, published: str = "", **said: Any) -> Stix:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    at = f"{published}T00:00:00.000Z" if published else now
    base = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid4()}", "created": at, "modified": at}
    kept = {name: value for name, value in said.items() if value not in (None, "", [], {})}
    return base | ({"created_by_ref": creator} if creator else {}) | kept


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for part in value:
            yield from _nodes(part)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "ClaimReview" in (kinds if isinstance(kinds, list) else [kinds]) and _text(value.get("claimReviewed")):
            yield value
        yield from _nodes(value.get("@graph"))


def _reviewed(node: dict[str, Any]) -> Reviewed:
    rating, item, author = (_first(node.get(name)) for name in ("reviewRating", "itemReviewed", "author"))
    appearances = item.get("appearance", item.get("firstAppearance", []))
    listed = appearances if isinstance(appearances, list) else [appearances]
    urls = (_text(one.get("url", one.get("@id"))) if isinstance(one, dict) else _text(one) for one in listed)
    return Reviewed(
        claim=_text(node["claimReviewed"]),
        by=_text(author.get("name")),
        word=_text(rating.get("alternateName")),
        rating=_share(rating),
        url=_text(node.get("url")),
        published=_day(node.get("datePublished")),
        explanation=_text(rating.get("ratingExplanation")),
        appearances=tuple(filter(None, urls)),
    )


def _share(rating: dict[str, Any]) -> float | None:
    """Where the rating lies between worst and best; -1 and the like, outside of both, is no rating."""
    try:
        value, best, worst = (float(rating[name]) for name in ("ratingValue", "bestRating", "worstRating"))
    except (KeyError, TypeError, ValueError):
        return None
    low, high = sorted((worst, best))
    return (value - worst) / (best - worst) if low <= value <= high and low < high else None


def _first(value: Any) -> dict[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {"name": found} if isinstance(found, str) else {}


def _text(value: Any) -> str:
    return clean(value).strip()[:20_000] if isinstance(value, str | int | float) else ""


def _day(value: Any) -> str:
    try:
        return datetime.fromisoformat(_text(value)).date().isoformat()
    except ValueError:
        return ""


CLAIMREVIEW = CaseExporter(
    "claimreview",
    "application/ld+json",
    ".jsonld",
    (
        ("claims that were not made", "left out"),
        ("confidence, source and information", "confidence is in the explanation; the others are left out"),
        ("evidence, alternatives, steps, harm, replies, findings", "on the page that `url` names"),
        ("objects of the view", "not used: it holds what everybody may see, the publication"),
    ),
    claim_reviews,
)
