"""What lists say of domains: somebody's opinion, told with its list and date beside a finding; it makes none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from tocsin.detect.fabrication.base import ContentTables
from tocsin.sources.names import hosts

SHOWN = 30  # domains of a finding whose opinions are told, the most linked first


def said_of(tables: ContentTables, addresses: Iterable[str]) -> tuple[str, ...]:
    """The opinions of the given lists on the domains of these addresses or names, most frequent domain first; a list
    that has the host itself is asked for it, else for the registered name."""
    known = tables.once("opinions", lambda: _by_domain(tables.opinions))
    if not known:
        return ()
    found = Counter(domain for host in host_names(addresses) if (domain := _listed(host, known)))
    ordered = sorted(found, key=lambda domain: (-found[domain], domain))[:SHOWN]
    return tuple(text for domain in ordered for text in known[domain])


def host_names(addresses: Iterable[str]) -> list[str]:
    """The host names of addresses, repeated as these are; without those that have none."""
    return [name for name in hosts.clean(pa.array(list(addresses), pa.string())).to_pylist() if name]


def _listed(host: str, known: Mapping[str, Any]) -> str:
    """The name under which a host is in the lists; "" where it is in none."""
    if host in known:
        return host
    registered = hosts.parts(host).registered
    return registered if registered in known else ""


def _by_domain(opinions: pa.Table) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one in opinions.to_pylist():
        when = f" of {one['date']:%Y-%m-%d}" if one["date"] else ", undated"
        found.setdefault(one["domain"], []).append(
            f"{one['domain']}: {one['opinion']} (opinion of {one['list']}{when})"
        )
    return {domain: tuple(sorted(set(texts))) for domain, texts in found.items()}
