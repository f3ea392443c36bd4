"""One new text joins clusters that are there, in milliseconds."""

from __future__ import annotations

from typing import NamedTuple

from tocsin.detect.fabrication.same import Clusters, Relation


class Joined(NamedTuple):
    """What `Clusters` says of one text: position of the first wording of its cluster (its own, if it starts one),
    relation, similarity, and what compared them."""

    first: int
    relation: Relation
    similarity: float
    by: str


class Joiner:
    """Clusters that grow by one text at a time; the new text's position follows the last one."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters

    def join(self, text: str, time: int, language: str) -> Joined:
        """Put in one text, said at `time` (microseconds) in `language` (ISO 639-1, "" unknown)."""
        raise NotImplementedError
