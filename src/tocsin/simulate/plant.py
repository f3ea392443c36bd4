"""Planted operations: the ways in which hostile accounts are known to act together, with parameters for a power study.

Kinds follow the tactics described in the coordination literature: co-reposts and co-links (Giglietto et al. 2020,
"It takes a village to manipulate the media"), copied text, hashtag sequences and pictures (Pacheco et al. 2021,
"Uncovering coordinated networks on social media"), and swarms of answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tocsin.errors import UsageError
from tocsin.simulate.render import post_ids
from tocsin.simulate.troupe import Scene, Troupe, Values, as_repost, plain_text, plant_troupe
from tocsin.simulate.words import handles, media_hashes, words

Kind = Literal["copy_text", "near_text", "repost", "link", "hashtag_sequence", "reply", "media"]


class OperationParams(BaseModel):
    """One planted operation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Field(description="what the accounts share")
    accounts: int = Field(default=12, ge=2, le=1000, description="members of the operation")
    objects: int = Field(default=8, ge=1, le=1000, description="joint objects")
    jitter_s: float = Field(
        default=60.0, ge=0, le=86_400, description="all shares of an object fall within this many seconds"
    )
    participation: float = Field(default=0.8, gt=0, le=1, description="chance that a member takes part in a joint act")
    camouflage: float = Field(
        default=1.0, ge=0, le=100, description="ordinary reposts a member makes for each joint act"
    )
    existing: bool = Field(default=False, description="share objects of the table, not new ones (answers always do)")

    @model_validator(mode="after")
    def _enough_accounts(self) -> OperationParams:
        if self.kind == "repost" and not self.existing and self.accounts < 3:
            raise ValueError("accounts: reposts of new posts need 3, the one who posts and two who repost")
        return self

    @property
    def strength(self) -> Literal["strong", "medium", "weak"]:
        """Joint acts a member makes, and how tightly: strong from 8 within a minute, weak under 4 or from 300 s."""
        acts = self.objects * self.participation
        if acts < 4 or self.jitter_s >= 300:
            return "weak"
        return "strong" if acts >= 8 and self.jitter_s <= 60 else "medium"


def plant(posts: pa.Table, operation: OperationParams, seed: int) -> tuple[pa.Table, list[str]]:
    """Plant an operation into any table of posts (schema `POSTS`).

    Returns the table with the new rows appended (`file` is "planted"; the original rows stand first, untouched) and
    the new accounts. Times lie within the table's span, follow its daily rhythm and have its grain; columns that the
    table leaves empty throughout stay empty. Raises UsageError for an empty table, or where `existing` objects are
    asked for and the table has too few.
    """
    if posts.num_rows == 0:
        raise UsageError("cannot plant into an empty table of posts", hint="Give a table with at least one post.")
    rng = np.random.default_rng([seed, 3])
    first_account = _free_accounts(posts, operation.accounts, rng)
    planted = plant_troupe(posts, troupe_of(operation), rng, first_account, int(rng.integers(1 << 20)))
    if pc.any(pc.is_in(planted.posts.column("post"), posts.column("post").combine_chunks())).as_py():
        return plant(posts, operation, seed + 1_000_003)
    return pa.concat_tables([posts, planted.posts]), planted.accounts


def troupe_of(operation: OperationParams) -> Troupe:
    """The operation as a troupe."""
    act = ACTS[operation.kind]
    return Troupe(
        members=operation.accounts,
        objects=operation.objects,
        delay=lambda rng, n: rng.random(n) * operation.jitter_s,
        dress=act.dress,
        participation=operation.participation,
        camouflage=operation.camouflage,
        points_at=act.points_at if operation.existing or operation.kind == "reply" else None,
        hours=act.hours,
        led=operation.kind == "repost" and not operation.existing,
    )


def _free_accounts(posts: pa.Table, n: int, rng: np.random.Generator) -> int:
    """A number from which `n` handles are not yet in the table."""
    taken = pc.unique(posts.column("account"))
    while True:
        first = int(rng.integers(1 << 28, 1 << 31))
        if not pc.any(pc.is_in(handles(first + np.arange(n)), taken)).as_py():
            return first


def of_objects(scene: Scene, values: list[str]) -> list[str]:
    """For each act the value of its object."""
    return [values[k] for k in scene.object]


def _messages(scene: Scene) -> list[str]:
    """One message an object, long enough to be no commonplace: two posts in one, or an existing text."""
    if scene.rows is not None:
        return [plain_text(post["text"]) for post in scene.sources()]
    return [f"{a} {b}" for a, b in zip(scene.texts(scene.objects), scene.texts(scene.objects), strict=True)]


def _copy_text(scene: Scene) -> Values:
    return {"text": of_objects(scene, _messages(scene))}


def _near_text(scene: Scene) -> Values:
    """The same message with its last word changed for a like one, and another mark at the end."""
    synonyms, marks = words().names["synonyms"], words().names["marks"]
    swap, mark = (scene.rng.integers(0, 4, len(scene.object)) for _ in range(2))
    base = of_objects(scene, _messages(scene))
    return {"text": [f"{t} {synonyms[s]}{marks[m]}" for t, s, m in zip(base, swap, mark, strict=True)]}


def _repost(scene: Scene) -> Values:
    """Reposts of existing posts, or of new ones by the first member."""
    if scene.rows is None:
        return reposts_of(scene)
    reposts = [as_repost(post) for post in scene.sources()]
    return {name: [reposts[k][name] for k in scene.object] for name in ("text", "repost_of")}


def reposts_of(scene: Scene) -> Values:
    """New posts by the first member, up to a minute before the first act on each, and the reposts of them."""
    star = scene.accounts[0]
    start = scene.posts.column("time").cast(pa.int64()).to_numpy().min()
    when = np.maximum(scene.first - 60_000_000, start)
    texts = scene.texts(scene.objects)
    targets = [str(i) for i in post_ids(when // 1_000_000, scene.first_row + np.arange(scene.objects), planted=True)]
    return {
        "account": [star] * len(texts) + [scene.accounts[m] for m in scene.member],
        "time": [*when, *scene.time],
        "text": texts + [f"RT @{star}: {texts[k]}" for k in scene.object],
        "repost_of": [None] * len(texts) + [targets[k] for k in scene.object],
    }


def _link(scene: Scene) -> Values:
    """Everybody's own words and the same link: existing ones, or pages of one new site."""
    if scene.rows is not None:
        links = [post["urls"][0] for post in scene.sources()]
    else:
        site = f"https://www.{words().names['stems'][scene.rng.integers(40)]}{scene.rng.integers(10_000)}.example"
        links = [f"{site}/{page}" for page in scene.rng.integers(100_000, 1_000_000, scene.objects)]
    own = scene.texts(len(scene.object))
    return {
        "text": [f"{t} {links[k]}" for t, k in zip(own, scene.object, strict=True)],
        "urls": [[links[k]] for k in scene.object],
    }


def _hashtag_sequence(scene: Scene) -> Values:
    """Texts all different; what agrees is the order of three hashtags, the accounts named, the client, the hours."""
    if scene.rows is not None:
        pool = sorted({tag for post in scene.sources() for tag in post["hashtags"]})
    else:
        pool = [tag + str(scene.rng.integers(100)) for tag in words().moments[scene.language]]
    tags = [[pool[i] for i in scene.rng.permutation(len(pool))[:3]] for _ in range(scene.objects)]
    targets = [str(name) for name in scene.posts.column("account").take(scene.rng.integers(0, scene.posts.num_rows, 3))]
    named = [targets[k % 3] for k in range(scene.objects)]
    own = scene.texts(len(scene.object))
    return {
        "text": [
            f"@{named[k]} {t} " + " ".join("#" + tag for tag in tags[k]) for t, k in zip(own, scene.object, strict=True)
        ],
        "hashtags": [tags[k] for k in scene.object],
        "mentions": [[named[k]] for k in scene.object],
        "client": ["Post Deck"] * len(scene.object),
    }


def _reply(scene: Scene) -> Values:
    """Answers to the same posts, each in its own words around a slogan."""
    targets, named = ([post[name] for post in scene.sources()] for name in ("post", "account"))
    slogans = words().swarm[scene.language]
    said = scene.rng.integers(0, len(slogans), len(scene.object))
    own = scene.texts(len(scene.object))
    return {
        "text": [f"@{named[k]} {slogans[s]} {t}" for t, s, k in zip(own, said, scene.object, strict=True)],
        "reply_to": [targets[k] for k in scene.object],
        "mentions": [[named[k]] for k in scene.object],
    }


def _media(scene: Scene) -> Values:
    """Everybody's own words and the same picture, re-encoded: up to three bits of its hash differ."""
    if scene.rows is None:
        pictures = media_hashes(scene.keys(scene.objects)).to_pylist()
    else:
        pictures = [post["media"][0] for post in scene.sources()]
    flips = scene.rng.integers(0, 64, (len(scene.object), 3))
    flips[scene.rng.random(flips.shape) >= 0.4] = -1
    return {
        "text": scene.texts(len(scene.object)),
        "media": [[_reencoded(pictures[k], bits)] for k, bits in zip(scene.object, flips.tolist(), strict=True)],
    }


def _reencoded(digits: str, bits: list[int]) -> str:
    """A perceptual hash with some bits flipped (-1: none); what is not hexadecimal stays as it is."""
    try:
        value = int(digits, 16)
    except ValueError:
        return digits
    for bit in bits:
        value ^= 1 << bit if bit >= 0 else 0
    return f"{value:0{len(digits)}x}"


@dataclass(frozen=True, slots=True)
class Act:
    """What a kind looks like, the layers it shows in, and where its existing objects come from."""

    dress: Callable[[Scene], Values]
    layers: tuple[str, ...]
    points_at: str
    hours: int | None = None


ACTS: dict[str, Act] = {
    "copy_text": Act(_copy_text, ("text", "near_text"), "text"),
    "near_text": Act(_near_text, ("near_text",), "text"),
    "repost": Act(_repost, ("repost", "text"), "post"),
    "link": Act(_link, ("url", "domain"), "urls"),
    "hashtag_sequence": Act(_hashtag_sequence, ("hashtag_sequence", "hashtag", "mention"), "hashtags", hours=3),
    "reply": Act(_reply, ("reply", "mention"), "post"),
    "media": Act(_media, ("media",), "media"),
}
