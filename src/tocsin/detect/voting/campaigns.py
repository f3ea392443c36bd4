"""Which clients act as one: in one network, or asking for the same things that are not there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.detect.voting.clients import Requests, networks

FEWEST_COMMON, SAME = 10, 0.8


def campaigns(asked: Requests, units: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """Numbers of the units of each campaign. Units are clients (codes of `asked`) that go together already; two are of
    one campaign where their clients share a network, or where they call themselves the same and nearly all that they
    asked for and is not there, ten pages at least, is common to both: not only one tool, but one use of it."""
    network, _ = networks(asked.sources)
    nets = [{int(network[client]) for client in unit} - {-1} for unit in units]
    rows = [np.concatenate([asked.of(client) for client in unit]) for unit in units]
    agents = [frozenset(np.unique(asked.agent[own]).tolist()) for own in rows]
    wanted = [set(np.unique(asked.plain[own[asked.missing[own]]]).tolist()) for own in rows]
    links = [
        (a, b)
        for b in range(len(units))
        for a in range(b)
        if nets[a] & nets[b] or (agents[a] == agents[b] and _alike(wanted[a], wanted[b]))
    ]
    return components(len(units), links)


def _alike(a: set[int], b: set[int]) -> bool:
    if min(len(a), len(b)) < SAME * max(len(a), len(b)):  # cannot be alike: spares the sets
        return False
    common = len(a & b)
    return common >= FEWEST_COMMON and common >= SAME * len(a | b)


def components(size: int, links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Numbers 0 to `size` - 1 in groups that the links join, each in order."""
    head = list(range(size))

    def root(one: int) -> int:
        while head[one] != one:
            head[one] = one = head[head[one]]
        return one

    for a, b in links:
        head[max(root(a), root(b))] = min(root(a), root(b))
    groups: dict[int, list[int]] = {}
    for one in range(size):
        groups.setdefault(root(one), []).append(one)
    return list(groups.values())
