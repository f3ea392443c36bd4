"""Checked claims in JSON: ClaimReview (schema.org) wherever it stands in a document, and answers of the Fact Check
Tools API (claims with their reviews). What publishers write seldom keeps to the letter, so every member may be a text,
an object, a list of them, or a reference to a node elsewhere in the document."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from tocsin.model.plain import clean
from tocsin.sources.claims.row import Row

DEPTH = 40  # of a document that is looked into
_TAG = re.compile(r"<[^<>]{1,200}>")


def reviews(document: Any) -> Iterator[Row | str]:
    """Each claim of a document; the reason, in words, for one that cannot be read."""
    nodes = dict[str, Any]()
    _collect(document, nodes, 0)
    yield from _walk(document, nodes, 0)


def _collect(value: Any, nodes: dict[str, Any], depth: int) -> None:
    """Nodes by their @id, so that references to them can be followed."""
    if depth > DEPTH:
        return
    if isinstance(value, dict):
        if isinstance(value.get("@id"), str) and len(value) > 1:
            nodes.setdefault(value["@id"], value)
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            _collect(part, nodes, depth + 1)


def _walk(value: Any, nodes: dict[str, Any], depth: int) -> Iterator[Row | str]:
    if depth > DEPTH:
        yield "nested too deeply"
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part, nodes, depth + 1)
    elif isinstance(value, dict):
        if _is(value, "ClaimReview"):
            yield _reviewed(value, nodes)
        elif isinstance(value.get("claimReview"), list) and "text" in value:
            yield from _searched(value)
        else:
            for part in value.values():
                if isinstance(part, dict | list):
                    yield from _walk(part, nodes, depth + 1)


def _is(node: dict[str, Any], kind: str) -> bool:
    told = node.get("@type", node.get("type"))
    return any(
        isinstance(one, str) and re.split("[/#:]", one)[-1] == kind
        for one in (told if isinstance(told, list) else [told])
    )


def _reviewed(node: dict[str, Any], nodes: dict[str, Any]) -> Row | str:
    """One ClaimReview. What it reviews may be a Claim, or the older CreativeWork with an author of its own."""
    item = _node(node.get("itemReviewed"), nodes)
    text = words(node.get("claimReviewed")) or words(item.get("text")) or words(item.get("name"))
    if not text:
        return "a ClaimReview without claimReviewed"
    publisher = _name(node.get("author"), nodes) or _name(node.get("publisher"), nodes)
    places = [item.get("appearance"), item.get("firstAppearance"), item.get("sameAs"), item.get("url")]
    return Row(
        text=text,
        title=words(node.get("headline")) or words(node.get("name")),
        language=words(node.get("inLanguage")),
        claimant=_name(item.get("author"), nodes),
        said=words(item.get("datePublished")),
        publisher=publisher,
        date=words(node.get("datePublished")) or words(node.get("dateCreated")),
        verdict=_rating(_node(node.get("reviewRating"), nodes)),
        url=_address(node.get("url")) or _address(node.get("mainEntityOfPage")) or _address(node.get("@id")),
        appearances=tuple(dict.fromkeys(url for place in places for url in _addresses(place))),
    )


def _rating(node: dict[str, Any]) -> str:
    """The publisher's words; without any, its number on its own scale."""
    worded = words(node.get("alternateName")) or words(node.get("name"))
    value, best = words(node.get("ratingValue")), words(node.get("bestRating"))
    if worded or not value:
        return worded
    return f"{value} of {best}" if re.fullmatch(r"-?[\d.]+", value) and best else value


def _searched(node: dict[str, Any]) -> Iterator[Row | str]:
    """A claim of the Fact Check Tools API, once for each of its reviews."""
    text = words(node.get("text"))
    for review in node["claimReview"]:
        if not isinstance(review, dict) or not text:
            yield "a claim without text, or a review that is no object"
            continue
        publisher = review.get("publisher")
        site = publisher if isinstance(publisher, dict) else {"name": publisher}
        yield Row(
            text=text,
            title=words(review.get("title")),
            language=words(review.get("languageCode")),
            claimant=words(node.get("claimant")),
            said=words(node.get("claimDate")),
            publisher=words(site.get("name")) or words(site.get("site")),
            date=words(review.get("reviewDate")),
            verdict=words(review.get("textualRating")),
            url=_address(review.get("url")),
        )


def words(value: Any) -> str:
    """The text of a member: the first of a list, the value of a language-tagged object, without markup."""
    if isinstance(value, list):
        return next((text for one in value if (text := words(one))), "")
    if isinstance(value, dict):
        return words(value.get("@value", value.get("name", "")))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(_TAG.sub(" ", html.unescape(clean(value))).split())[:20_000]


def _node(value: Any, nodes: dict[str, Any]) -> dict[str, Any]:
    first: Any = next((one for one in value if one), {}) if isinstance(value, list) else value
    if isinstance(first, str):
        named: dict[str, Any] = nodes.get(first, {"name": first})
        return named
    if not isinstance(first, dict):
        return {}
    reference = first.get("@id")
    found: dict[str, Any] = nodes.get(reference, first) if isinstance(reference, str) and len(first) == 1 else first
    return found


def _name(value: Any, nodes: dict[str, Any]) -> str:
    node = _node(value, nodes)
    return words(node.get("name")) or words(node.get("alternateName")) or _address(node.get("url"))


def _addresses(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if url := _address(one):
            yield url


def _address(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("url", value.get("@id", value.get("contentUrl")))
    text = value.strip() if isinstance(value, str) else ""
    return clean(text)[:4_000] if re.match(r"https?://\S+$", text, re.I) else ""
