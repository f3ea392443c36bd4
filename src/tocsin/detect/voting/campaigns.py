"""Which clients act as one: in one network, or asking for the same things that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tocsin.detect.voting.clients import Requests, networks

FEWEST_COMMON, SAME = 10, 0.8


def campaigns(asked: Requests, units: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """Numbers of the units of each campaign. Units are clients (codes of `asked`) that go together already; two are of
    one campaign where their clients share a network, or where they call themselves the same and nearly all that they
    asked for and is not there, ten pages at least, is common to both: not only one tool, but one use of it."""
    network, _ = networks(asked.sources)
    by_net: dict[int, list[int]] = {}
    by_agents: dict[frozenset[int], list[tuple[int, frozenset[int]]]] = {}
    for n, unit in enumerate(units):
        for net in {int(network[client]) for client in unit} - {-1}:
            by_net.setdefault(net, []).append(n)
        own = np.concatenate([asked.of(client) for client in unit])
        wanted = frozenset(np.unique(asked.plain[own[asked.missing[own]]]).tolist())
        if len(wanted) >= FEWEST_COMMON:
            agents = frozenset(np.unique(asked.agent[own]).tolist())
            by_agents.setdefault(agents, []).append((n, wanted))
    links = [(group[0], other) for group in by_net.values() for other in group[1:]]
    for alike in by_agents.values():
        links += _one_use(sorted(alike, key=lambda one: len(one[1])))
    return components(len(units), links)


def _one_use(units: Sequence[tuple[int, frozenset[int]]]) -> Iterator[tuple[int, int]]:
    """Pairs of units, given by what they asked for and is not there, fewest first, that have nearly all in common."""
    for at, (a, few) in enumerate(units):
        for b, many in units[at + 1 :]:
            if len(few) < SAME * len(many):  # and all after it are longer still
                break
            common = len(few & many)
            if common >= FEWEST_COMMON and common >= SAME * (len(few) + len(many) - common):
                yield a, b


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
