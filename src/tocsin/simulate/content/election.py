"""Content of an election, laid out from its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from tocsin.simulate.content import mailbox, outlets, papers, pictures, said, tags
from tocsin.simulate.content.feed import CLAUSES, Feed, Post, talk
from tocsin.simulate.content.outlets import Seen
from tocsin.simulate.content.papers import Papers
from tocsin.simulate.content.said import Check
from tocsin.simulate.mail import SigningKey
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk


class ContentParams(BaseModel):
    """What to simulate. The same parameters give the same files, byte for byte, in the same version of Tocsin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, description="decides every random draw")
    talk: int = Field(
        default=120, ge=20, le=CLAUSES * CLAUSES // 2, description="posts of everyday talk in each language"
    )
    names: int = Field(default=400, ge=20, le=100_000, description="ordinary names in the feed of certificates")
    mails: int = Field(default=40, ge=17, le=900, description="mails of the leak")


@dataclass(frozen=True, slots=True)
class Content:
    """All that is simulated, before it is written; `truth` and `units` have the schemas of `voting.desk`."""

    posts: list[Post]
    checks: list[Check]
    seen: list[Seen]
    pictures: dict[str, bytes]
    mails: dict[str, bytes]
    key: SigningKey
    papers: Papers
    truth: pa.Table
    units: pa.Table


def simulate_content(params: ContentParams) -> Content:
    """Simulate in memory: some two seconds for the parameters as they are."""
    desk = Desk()

    def draw(part: int) -> Draw:
        return Draw(params.seed, 11, part)  # every part draws its own numbers: one that changes changes no other

    feed = Feed(draw(9))
    ordinary = talk(draw(0), feed, params.talk)
    checks = said.repeat(desk, draw(1), feed)
    said.innocent(desk, draw(2), feed)
    seen = outlets.imitate(desk, draw(3), feed, params.names)
    shown = pictures.show(desk, draw(4), feed)
    mails, key = mailbox.mailbox(desk, draw(5), params.seed, params.mails)
    made = papers.papers(desk, draw(6))
    papers.quote(desk, draw(7), feed)
    tags.tag(desk, draw(8), feed)
    desk.ordinary("post", (post.post for post in ordinary))
    posts = sorted(feed.posts, key=lambda post: (post.time, post.post))
    return Content(posts, checks, seen, shown, mails, key, made, desk.truth(), desk.units())
