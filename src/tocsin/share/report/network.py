"""The network of one finding as a picture: positions by stress majorisation, the same on every run.

Gansner, Koren and North, "Graph drawing by stress majorization" (2004): distances in the picture follow the shortest
paths in the network. Started from classical scaling, so there is no chance in it, and no thread order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.model.finding import Finding, Member
from tocsin.share import view
from tocsin.share.moments import texts
from tocsin.share.view import Table
from tocsin.share.words import count, number

SIZE = 400
_MARGIN = 26
_NODES, _LINKS = 60, 500
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Node:
    """A member in the picture: its number in the members table, place, radius, and whether it surely belongs."""

    number: int
    x: float
    y: float
    r: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Network:
    """The picture, in a box of SIZE x SIZE; `lines` are (x1, y1, x2, y2, width)."""

    alt: str
    nodes: list[Node]
    lines: list[tuple[float, float, float, float, float]]
    note: str
    table: Table


def network(finding: Finding, edges: pa.Table, most_nodes: int = _NODES, most_links: int = _LINKS) -> Network | None:
    """The picture of a finding. `edges`: its rows of EDGES, the most objects first."""
    ranked = view.members_ranked(finding)
    place = {member.account: i for i, member in enumerate(ranked)}
    weights = _weights(edges, place)
    if not weights:
        return None
    shown = ranked[:most_nodes]
    drawn = [(pair, w) for pair, w in weights.items() if pair[1] < len(shown)][:most_links]
    points = positions(len(shown), [pair for pair, _ in drawn])
    most_posts, most = max(m.together for m in shown) or 1, max(weights.values())
    scale = min(1.0, max(0.2, _NODES / len(shown)))
    nodes = [_node(i, m, points[i], scale * (6 + 7 * (m.together / most_posts) ** 0.5)) for i, m in enumerate(shown)]
    ends = [(nodes[a], nodes[b], round(scale * (0.6 + 3.4 * w / most), 1)) for (a, b), w in drawn]
    lines = [(a.x, a.y, b.x, b.y, width) for a, b, width in ends]
    left = (len(ranked) > len(shown)) or len(weights) > len(drawn)
    note = f"Drawn: the {len(shown):,} most probable accounts and their {len(drawn):,} strongest links." if left else ""
    return Network(_alt(len(ranked), weights), nodes, lines, note, view.links(finding, edges))


def _node(place: int, member: Member, point: _Floats, radius: float) -> Node:
    x, y = (round(float(at), 1) for at in point)
    return Node(place + 1, x, y, round(radius, 1), member.probability >= 0.9)


def _weights(edges: pa.Table, place: dict[str, int]) -> dict[tuple[int, int], int]:
    """Pairs of members (by place, the lower first) with the objects of their strongest row; the strongest first."""
    weights: dict[tuple[int, int], int] = {}
    pairs = edges.select(["a", "b", "objects"]).group_by(["a", "b"]).aggregate([("objects", "max")])
    for a, b, objects in zip(texts(pairs["a"]), texts(pairs["b"]), pairs["objects_max"].to_numpy(), strict=True):
        if a in place and b in place:
            pair = (min(place[a], place[b]), max(place[a], place[b]))
            weights[pair] = max(weights.get(pair, 0), int(objects))
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


def _alt(members: int, weights: dict[tuple[int, int], int]) -> str:
    degree = np.bincount(np.array(list(weights)).ravel(), minlength=members)
    (a, b), most = next(iter(weights.items()))
    return (
        f"Network of {count(members, 'account')} and {count(len(weights), 'link')}. An account has "
        f"{degree.min()} to {degree.max()} links, in the middle {number(float(np.median(degree)))}. "
        f"The strongest link is between {a + 1} and {b + 1}: {count(most, 'object')} shared together."
    )


def positions(n: int, pairs: list[tuple[int, int]]) -> _Floats:
    """Places of n nodes in the box of SIZE x SIZE (shape n x 2); 1,000 nodes take two seconds."""
    distance = _distances(n, pairs)
    with np.errstate(divide="ignore"):
        weight = np.where(distance > 0, distance**-2, 0.0)
    points = _scaling(distance)
    # The pseudo-inverse of a Laplacian, by way of a matrix that can be inverted.
    inverse = np.linalg.inv(np.diag(weight.sum(1)) - weight + 1 / n) - 1 / n
    for _ in range(max(8, min(60, 5_000_000 // n**2))):
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        ratio = np.where(apart > 1e-9, -weight * distance / np.maximum(apart, 1e-9), 0.0)
        np.fill_diagonal(ratio, 0.0)
        np.fill_diagonal(ratio, -ratio.sum(1))
        points = inverse @ (ratio @ points)
    points -= (points.max(0) + points.min(0)) / 2
    return points / (np.abs(points).max() or 1.0) * (SIZE / 2 - _MARGIN) + SIZE / 2


def _distances(n: int, pairs: list[tuple[int, int]]) -> _Floats:
    """Shortest paths (Floyd and Warshall); parts without a path between them stand one further than the longest."""
    distance = np.full((n, n), np.inf)
    np.fill_diagonal(distance, 0.0)
    for a, b in pairs:
        distance[a, b] = distance[b, a] = 1.0
    for k in range(n):
        np.minimum(distance, distance[:, k, None] + distance[None, k], out=distance)
    finite = distance[np.isfinite(distance)].max()
    return np.where(np.isfinite(distance), distance, finite + 1.0)


def _scaling(distance: _Floats) -> _Floats:
    """Classical scaling onto a plane, from a circle where all distances are alike."""
    n = len(distance)
    angle = 2 * np.pi * np.arange(n) / n
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centre @ distance**2 @ centre)
    plane = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0.0)) if n > 2 else np.zeros((n, 2))
    return np.asarray(plane + 0.5 * circle)
