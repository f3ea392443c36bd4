"""Innocent explanations, each checked from the group's own joint posts against everybody else's."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.detect.amplification.incidence import HOUR_US, Numbered
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.finding import Explanation, Verdict

MOST = 0.8  # share of joint posts that an explanation must cover to fit
RARE = 0.05  # share of other posts below which something is the group's own
EVENT_HOURS = 3
SAMPLE = 2_000  # posts whose script is looked at
HUMAN_S = 10.0  # median gap below which people reading and reposting are no explanation

_REPOST = re.compile(r"^RT @([\w.@-]+)")
REPEATING = frozenset({"repost", "text", "near_text", "url", "media"})


def _lines(name: str) -> list[str]:
    lines = (files(__package__) / "data" / name).read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


#: Applications that publish feeds and articles; what people say who act for somebody in the open.
PUBLISHING = re.compile(
    r"(?<!\w)(" + "|".join(map(re.escape, " ".join(_lines("publishing.txt")).split())) + r")(?!\w)", re.IGNORECASE
)
DECLARATIONS = "|".join(map(re.escape, _lines("declarations.txt")))


@dataclass(frozen=True, slots=True)
class Group:
    """What is looked at: members (codes), their joint posts (rows), the layers of each joint share, the pace."""

    members: npt.NDArray[Any]
    joint: npt.NDArray[Any]
    layers: Counter[str]  # joint shares by layer
    own_words: float  # share of joint posts that repeat nobody's text, link or picture
    gap_s: float
    accounts: Sequence[str]


def explanations(data: Numbered, group: Group, declared: frozenset[str]) -> tuple[Explanation, ...]:
    """All of them, in the order in which they are shown."""
    return (
        _application(data, group),
        _outlets(data, group),
        _event(data, group),
        _declared(data, group, declared),
        _fans(data, group),
        _language(data, group),
    )


def _application(data: Numbered, group: Group) -> Explanation:
    question = "Is it one posting application or feed?"
    joint = [c for c in data.rows(["client"], group.joint).column(0).to_pylist() if c]
    if 2 * len(joint) < len(group.joint):
        return Explanation(
            code="application", question=question, verdict="cannot tell", detail="The data do not name applications."
        )
    name, count = Counter(joint).most_common(1)[0]
    share = count / len(joint)
    elsewhere = (data.posted_with(name) - count) / max(data.n - len(group.joint), 1)
    verdict: Verdict = "does not fit"
    if share >= MOST and PUBLISHING.search(name):
        verdict = "fits"
    elif share >= MOST and elsewhere < RARE:
        verdict = "fits in part"
    detail = f"{share:.0%} of the joint posts came from “{name}”, and {elsewhere:.1%} of all others."
    if verdict == "fits":
        detail += " It publishes feeds and articles automatically."
    elif verdict == "fits in part":
        detail += " One application used by few others can be one publisher's, or one operator's."
    return Explanation(code="application", question=question, verdict=verdict, detail=detail)


def _outlets(data: Numbered, group: Group) -> Explanation:
    question = "Are they outlets that publish the same articles?"
    links = group.layers["url"] + group.layers["domain"]
    if not links:
        return Explanation(
            code="outlets", question=question, verdict="does not fit", detail="The joint posts share no links."
        )
    carrying = data.shared["url"].post if "url" in data.shared else data.shared["domain"].post
    with_link = float(np.isin(group.joint, carrying).mean())
    sites = data.shared.get("domain")
    mine = sites.obj[np.isin(sites.post, group.joint)] if sites is not None else np.empty(0, np.int32)
    if not len(mine):
        return Explanation(
            code="outlets",
            question=question,
            verdict="cannot tell",
            detail=f"{with_link:.0%} of the joint posts carry a shared link, but short links hide the sites.",
        )
    hosts = Counter(mine.tolist()).most_common(2)
    covered = sum(count for _, count in hosts) / len(mine)
    names = ", ".join(data.name_of(obj)[1] for obj, _ in hosts)
    verdict: Verdict = "fits in part" if with_link >= MOST and covered >= MOST else "does not fit"
    detail = f"{with_link:.0%} of the joint posts carry a link; the two most shared sites are {covered:.0%} ({names})."
    return Explanation(code="outlets", question=question, verdict=verdict, detail=detail)


def _event(data: Numbered, group: Group) -> Explanation:
    question = "Is it a live event that all of them followed?"
    hours, count = np.unique(data.time[group.joint] // HOUR_US, return_counts=True)
    busiest = hours[np.argsort(-count, kind="stable")[:EVENT_HOURS]]
    share = float(np.isin(data.time[group.joint] // HOUR_US, busiest).mean())
    detail = (
        f"{share:.0%} of the joint posts fall into {len(busiest)} clock hours of {len(hours)}; "
        f"{group.own_words:.0%} of them repeat nobody's text, link or picture."
    )
    verdict: Verdict = "does not fit"
    if share >= MOST:
        verdict = "fits" if group.own_words >= MOST and len(group.joint) >= 3 * EVENT_HOURS else "fits in part"
    return Explanation(code="event", question=question, verdict=verdict, detail=detail)


def _declared(data: Numbered, group: Group, declared: frozenset[str]) -> Explanation:
    question = "Have they declared that they belong together?"
    known = sum(account in declared for account in group.accounts)
    texts = data.rows(["text"], group.joint).column(0)
    said = (pc.sum(pc.match_substring_regex(texts, DECLARATIONS, ignore_case=True)).as_py() or 0) / len(group.joint)
    share = max(known / len(group.accounts), said)
    verdict: Verdict = "fits" if share >= MOST else "fits in part" if share >= 1 - MOST else "does not fit"
    detail = f"{known} of {len(group.accounts)} accounts are on the list that was given. " if declared else ""
    detail += f"{said:.0%} of the joint posts say for whom they speak (“I volunteer for”, “paid for by” and the like)."
    if not declared and verdict == "does not fit":
        return Explanation(
            code="declared",
            question=question,
            verdict="cannot tell",
            detail=f"No list of declared accounts was given. {detail}",
        )
    return Explanation(code="declared", question=question, verdict=verdict, detail=detail)


def _fans(data: Numbered, group: Group) -> Explanation:
    question = "Are they followers of one account who repeat what it posts?"
    star, share = _repeated(data, group)
    if star is None:
        return Explanation(
            code="fans", question=question, verdict="does not fit", detail="The joint posts repeat nobody's posts."
        )
    detail = f"{share:.0%} of the joint posts repeat {star}; the median gap between members is {group.gap_s:.1f} s."
    verdict: Verdict = "does not fit"
    if share >= MOST:
        verdict = "fits" if group.gap_s >= HUMAN_S and len(group.members) >= 10 else "fits in part"
        if group.gap_s < HUMAN_S:
            detail += " People who read before they repost take longer."
    return Explanation(code="fans", question=question, verdict=verdict, detail=detail)


def _repeated(data: Numbered, group: Group) -> tuple[str | None, float]:
    """The account whose posts most joint posts repeat, and their share among the joint posts that are not its own."""
    ids, texts = data.rows(["repost_of", "text"], group.joint).columns
    posts, originals = data.written(ids.drop_null().unique())
    authors = data.accounts.take(positions(data.account[originals])).to_pylist()
    author = dict(zip(posts.to_pylist(), authors, strict=True))
    told: Counter[str] = Counter()
    for repost_of, text in zip(ids.to_pylist(), texts.to_pylist(), strict=True):
        match = _REPOST.match(text or "")
        if repost_of in author:
            told[author[repost_of]] += 1
        elif match:
            told[match[1].rstrip(":")] += 1
    if not told:
        return None, 0.0
    star, count = told.most_common(1)[0]
    own = int((data.account[group.joint] == pc.index(data.accounts, star).as_py()).sum())
    return star, count / max(len(group.joint) - own, 1)


def _language(data: Numbered, group: Group) -> Explanation:
    question = "Is it only that they share a language?"
    if data.by_language:
        return Explanation(
            code="language",
            question=question,
            verdict="does not fit",
            detail="Each language was compared with itself only.",
        )
    mine = _scripts(data.rows(["text"], group.joint[:SAMPLE]).column(0))
    if not mine:
        return Explanation(
            code="language", question=question, verdict="cannot tell", detail="There is no text to go by."
        )
    script, count = mine.most_common(1)[0]
    rest = _scripts(data.rows(["text"], np.setdiff1d(spread_out(data.n), group.joint)).column(0))
    share, elsewhere = count / mine.total(), rest[script] / max(rest.total(), 1)
    own = share >= MOST and elsewhere < 0.5
    detail = f"{share:.0%} of the joint posts are written in {script.title()} script, {elsewhere:.0%} of the others."
    if own:
        detail += " A shared language can explain what they share, not that they share it at the same moment."
    return Explanation(
        code="language", question=question, verdict="fits in part" if own else "does not fit", detail=detail
    )


def spread_out(posts: int) -> npt.NDArray[Any]:
    """Numbers of up to `SAMPLE` posts, evenly spread."""
    return np.linspace(0, posts - 1, min(posts, SAMPLE)).astype(int)


def _scripts(texts: Array) -> Counter[str]:
    return Counter(filter(None, map(_script, texts.to_pylist())))


def _script(text: str | None) -> str | None:
    """The script of most letters, after their Unicode names."""
    told: Counter[str] = Counter()
    for char in (text or "")[:200]:
        if char.isalpha():
            told[unicodedata.name(char, "?").split()[0]] += 1
    return told.most_common(1)[0][0] if told else None
