"""Innocent troupes: people and programs who act together in the open, and must not be taken for an operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.simulate.draws import Floats
from tocsin.simulate.plant import of_objects, reposts_of
from tocsin.simulate.troupe import Scene, Troupe, Values
from tocsin.simulate.words import words


@dataclass(frozen=True, slots=True)
class Decoy:
    """One kind of innocent troupe, the layers it shows in, and the usual delay of its members in seconds."""

    troupe: Troupe
    layers: tuple[str, ...]
    delay_s: float


def _lognormal(median_s: float, sigma: float) -> Any:
    def delay(rng: np.random.Generator, n: int) -> Floats:
        return median_s * rng.lognormal(0.0, sigma, n)

    return delay


def _within(longest_s: float) -> Any:
    def delay(rng: np.random.Generator, n: int) -> Floats:
        return rng.random(n) * longest_s

    return delay


def _stories(scene: Scene, host: str, client: str) -> Values:
    """The same headline and link, posted through one client."""
    links = [f"https://{host}/{page}" for page in scene.rng.integers(100_000, 1_000_000, scene.objects)]
    texts = [f"{text} {link}" for text, link in zip(scene.texts(scene.objects), links, strict=True)]
    return {
        "text": of_objects(scene, texts),
        "urls": [[links[k]] for k in scene.object],
        "client": [client] * len(scene.object),
    }


def _newsroom(scene: Scene) -> Values:
    return _stories(scene, f"wire{scene.rng.integers(100)}.example/story", "Newsroom CMS")


def _feed_bot(scene: Scene) -> Values:
    outlets = words().names["outlets"]
    return _stories(scene, f"{outlets[scene.rng.integers(len(outlets))]}/feed", "dlvr.it")


def _volunteers(scene: Scene) -> Values:
    """Own words, the campaign's tag and link, and a plain statement of whom they work for."""
    tag = f"Team{scene.rng.integers(10, 100)}"
    links = [f"https://{tag.lower()}.example/day/{k + 1}" for k in range(scene.objects)]
    own = scene.texts(len(scene.object))
    return {
        "text": [f"{t} {links[k]} #{tag} (I volunteer for {tag})" for t, k in zip(own, scene.object, strict=True)],
        "urls": [[links[k]] for k in scene.object],
        "hashtags": [[tag]] * len(scene.object),
    }


def _watchers(scene: Scene) -> Values:
    """Own words under the tag of the show, and for one in three that of the moment."""
    show = f"Live{scene.rng.integers(1000, 10_000)}"
    tags = [[show, f"{show}_{k + 1}"] if scene.rng.random() < 1 / 3 else [show] for k in scene.object]
    own = scene.texts(len(scene.object))
    return {"text": [f"{t} " + " ".join("#" + tag for tag in row) for t, row in zip(own, tags, strict=True)]} | {
        "hashtags": tags
    }


#: Fans repost their star fast (median 90 s) and nearly always; feeds post within ten seconds of the item; a show's
#: watchers within a minute of a moment; volunteers in the campaign's three hours of the day.
DECOYS: dict[str, Decoy] = {
    "fans": Decoy(Troupe(25, 20, _lognormal(90, 1.2), reposts_of, 0.85, 1.0, led=True), ("repost", "text"), 90),
    "newsroom": Decoy(Troupe(8, 25, _within(180), _newsroom, 0.9, 0.1), ("url", "domain", "text", "near_text"), 180),
    "feed_bot": Decoy(Troupe(10, 30, _within(10), _feed_bot, 0.95, 0.1), ("url", "domain", "text", "near_text"), 10),
    "volunteers": Decoy(
        Troupe(20, 14, _lognormal(600, 1.0), _volunteers, 0.6, 1.5, hours=3), ("url", "domain", "hashtag"), 600
    ),
    "watchers": Decoy(Troupe(150, 12, _lognormal(40, 0.8), _watchers, 0.35, 0.5, within_s=5400), ("hashtag",), 40),
}
