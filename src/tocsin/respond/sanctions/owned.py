"""Companies that listed persons own, and that the list does not name, under each jurisdiction's rule on its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from tocsin.detect.funding.owners import MERE, holds
from tocsin.model.arrow import schema
from tocsin.model.rules import Rule, Rules

MIN_PROBABILITY = 0.5  # that an entity of the ownership data is the one on the list


#: One row a company and jurisdiction that lists its owners and not the company. `share` is the sum that counts.
OWNED = schema(
    [
        pa.field("jurisdiction", pa.string(), nullable=False),
        pa.field("company", pa.string(), nullable=False),
        pa.field("entity", pa.string(), nullable=False),  # id in the ownership data
        pa.field("company_number", pa.string()),
        pa.field("country", pa.string()),
        pa.field("share", pa.float64(), nullable=False),
        pa.field("control", pa.bool_(), nullable=False),
        pa.field("owners", pa.list_(pa.string()), nullable=False),  # clusters of those listed
        pa.field("probability", pa.float64(), nullable=False),  # that they are those on the list: the lowest
        pa.field("path", pa.list_(pa.string()), nullable=False),  # links that count, with file and row
        pa.field("rule", pa.string(), nullable=False),
    ]
)


class Ownership(NamedTuple):
    """Ownership data: ENTITIES, HOLDINGS, and the hits of screening the entities against the lists (`query` is the row
    of the entity)."""

    entities: pa.Table
    holdings: pa.Table
    hits: pa.Table


@dataclass(slots=True)
class _Held:
    """How far a company is held by those who count: the greatest share of each owner, control, links, clusters."""

    shares: dict[str, float] = field(default_factory=dict)
    control: bool = False
    links: list[str] = field(default_factory=list)
    clusters: dict[str, None] = field(default_factory=dict)
    probability: float = 1.0

    def share(self, rule: Rule) -> float:
        """The share that the rule looks at."""
        shares = self.shares.values()
        return min(sum(shares) if rule.aggregate else max(shares, default=0.0), 1.0)

    def counts(self, rule: Rule) -> bool:
        """Whether the rule on ownership is met."""
        return rule.held(self.share(rule)) or (rule.control and self.control)


def owned(data: Ownership, listing: Mapping[str, Mapping[str, str]], rules: Rules, day: date) -> pa.Table:
    """The companies of `data` that count as owned by listed persons on `day` and are not listed themselves (OWNED).

    `listing` holds, for each jurisdiction, the entries in force (list:entry) with their clusters. A company that counts
    passes it on in full, so shares are not multiplied along a chain (OFAC FAQ 401). A jurisdiction without a rule on
    ownership is left out.
    """
    entities = {row["entity"]: row for row in data.entities.to_pylist()}
    links = [link for link in data.holdings.to_pylist() if holds(link, day)]
    links.sort(key=lambda link: (link["held"], link["owner"], link["interest"], link["file"], link["row"]))
    rows = []
    for place, entries in listing.items():
        rule = rules.at("ownership-listed", place, day)
        if rule is not None:
            named = _named(data, entries)
            rows += [_row(place, entities[e], held, rule) for e, held in _below(named, links, entities, rule)]
    rows.sort(key=lambda row: (row["jurisdiction"], -row["share"], row["company"], row["entity"]))
    return pa.Table.from_pylist(rows, OWNED)


def _named(data: Ownership, entries: Mapping[str, str]) -> dict[str, tuple[float, str]]:
    """The entities that are on the list, with probability and cluster; of several the most probable."""
    ids, found = data.entities["entity"].to_pylist(), dict[str, tuple[float, str]]()
    for hit in data.hits.select(["query", "list", "entry", "probability"]).to_pylist():
        cluster = entries.get(f"{hit['list']}:{hit['entry']}")
        if cluster is not None and hit["probability"] >= MIN_PROBABILITY:
            entity = ids[hit["query"]]
            found[entity] = max(found.get(entity, (0.0, "")), (hit["probability"], cluster))
    return found


def _below(
    named: Mapping[str, tuple[float, str]], links: list[dict[str, Any]], entities: Mapping[str, Any], rule: Rule
) -> Iterator[tuple[str, _Held]]:
    """What counts, from the listed ones downward until nothing is added; circles end by themselves."""
    counted = {entity: _Held(clusters={cluster: None}, probability=p) for entity, (p, cluster) in named.items()}
    while True:
        holdings: dict[str, _Held] = {}
        for link in links:
            if link["owner"] in counted and link["held"] in entities and link["held"] not in named:
                _add(holdings.setdefault(link["held"], _Held()), link, counted[link["owner"]], rule)
        new = {entity: held for entity, held in holdings.items() if held.counts(rule)}
        if new.keys() <= counted.keys():
            break
        counted.update(new)
    yield from ((entity, held) for entity, held in new.items() if entities[entity]["kind"] != "person")


def _add(held: _Held, link: dict[str, Any], above: _Held, rule: Rule) -> None:
    """Add one link. A seat on the board is no control by itself, nor are votes below the rule's share."""
    share = link["share_min"] or 0.0
    if not link["control"]:
        held.shares[link["owner"]] = max(held.shares.get(link["owner"], 0.0), share)
    elif link["interest"] not in MERE:
        held.control |= link["share_min"] is None or rule.held(share)
    part = "control" if link["control"] else f"{100 * share:g} %"
    held.links += [f"{link['owner']} → {link['held']}: {part} ({link['file']}, row {link['row']})", *above.links]
    held.links = list(dict.fromkeys(held.links))
    held.clusters |= above.clusters
    held.probability = min(held.probability, above.probability)


def _row(place: str, entity: Mapping[str, Any], held: _Held, rule: Rule) -> dict[str, Any]:
    return {
        "jurisdiction": place,
        "company": entity["names"][0] if entity["names"] else entity["entity"],
        "entity": entity["entity"],
        "company_number": entity["company_number"],
        "country": entity["country"],
        "share": held.share(rule),
        "control": held.control,
        "owners": sorted(held.clusters),
        "probability": held.probability,
        "path": held.links,
        "rule": rule.label(),
    }
