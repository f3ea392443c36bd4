"""Innocent explanations of one thing said by many, each checked from the posts as far as they tell."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa

from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.same import Clusters
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats.stated import explanation

MOST = 0.8  # share of the posts that an explanation must cover to fit
SITES = 3  # sites that print a report, at least
DAY_US = 86_400_000_000
DAYS_MIN, EVEN, FEW = 6, 0.34, 3  # of what is said all the time: days at least; the share or posts one of them may hold
SPAN = 0.5  # share of the whole collection's time
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NOT_SAID = re.compile(r"https?://\S+|www\.\S+|@\w+")
_QUOTED = re.compile('["“”„«»‹›「」『』‚‘]')
_SUNG = re.compile("[♪♫♩♬🎵🎶🎼]")


def explanations(
    tables: ContentTables, posts: pa.Table, rows: Any, clusters: Clusters, first: int
) -> tuple[Explanation, ...]:
    """All of them, in the order in which they are shown. `posts` are the cluster's (`rows`), by time."""
    texts = [clusters.texts[row] for row in rows]
    hosts = [{_host(url) for url in urls or ()} for urls in posts["urls"].to_pylist()]
    linked = [sites or _in_text(text) for sites, text in zip(hosts, texts, strict=True)]
    return (
        _all_the_time(clusters, rows),
        _greeting(texts),
        _press(tables, linked),
        _notice(tables, linked),
        _filled_in(texts, linked),
        _form(texts, clusters.texts[first]),
        _quoted(texts),
    )


def _all_the_time(clusters: Clusters, rows: Any) -> Explanation:
    """Songs, sayings, jokes that go round: on many days over most of the time, and on none of them above all."""
    days = clusters.times[rows] // DAY_US
    whole = int(np.ptp(clusters.times) // DAY_US) + 1
    span, (_, counts) = int(np.ptp(days)) + 1, np.unique(days, return_counts=True)
    most = float(counts.max() / rows.size)
    fits = counts.size >= DAYS_MIN and span >= SPAN * whole and most <= max(EVEN, FEW / rows.size)
    sung = sum(bool(_SUNG.search(clusters.texts[row])) for row in rows) >= MOST * rows.size
    verdict: Verdict = "fits" if fits else "fits in part" if sung else "does not fit"
    detail = f"posts on {counts.size:,} days of {span:,}, of {whole:,} collected; at most {most:.0%} on one of them"
    return explanation("common", "Is it a song, a saying or a joke that people say all the time?", verdict, detail)


def _greeting(texts: list[str]) -> Explanation:
    part = sum(any(wish in text.casefold() for wish in _wishes()) for text in texts)
    return _covered("greeting", "Is it a greeting?", "fits", part, len(texts), "hold words of a greeting")


def _press(tables: ContentTables, linked: list[set[str]]) -> Explanation:
    """A report that outlets print, each on its own site."""
    outlets = _official(tables, ("outlet",))
    sites = Counter(host for some in linked for host in some)
    part = sum(bool(some) for some in linked)
    known = sum(any(_under(host, outlets) for host in some) for some in linked)
    verdict: Verdict = "does not fit"
    if part >= MOST * len(linked) and len(sites) >= SITES:
        verdict = "fits" if known >= MOST * len(linked) else "fits in part"
    detail = (
        f"{part:,} of {len(linked):,} posts link to {len(sites):,} sites; {known:,} to an outlet of the official names"
    )
    return explanation("press", "Is it a report that several outlets print, each on its own site?", verdict, detail)


def _notice(tables: ContentTables, linked: list[set[str]]) -> Explanation:
    offices = _official(tables, ("office", "government"))
    part = sum(any(_under(host, offices) for host in some) for some in linked)
    asked = "Is it a notice of an office that readers pass on?"
    return _covered("notice", asked, "fits", part, len(linked), "link to a site of the official names")


def _filled_in(texts: list[str], linked: list[set[str]]) -> Explanation:
    """What an application writes for who shares: one form with other numbers, and always a link to the same site."""
    forms = Counter(_NUMBER.sub("0", _NOT_SAID.sub("", text)).strip() for text in texts)
    part = forms.most_common(1)[0][1]
    numbers = len({tuple(_NUMBER.findall(_NOT_SAID.sub("", text))) for text in texts})
    site = Counter(host for some in linked for host in some).most_common(1)
    same = site[0][1] if site else 0
    fits = part >= MOST * len(texts) and numbers > 2 and same >= MOST * len(texts)
    detail = f"{part:,} of {len(texts):,} are one form with {numbers:,} sets of numbers; {same:,} link to one site"
    asked = "Is it what an application writes for those who share a result?"
    return explanation("form", asked, "fits" if fits else "does not fit", detail)


def _form(texts: list[str], first: str) -> Explanation:
    """A joke form: one place in which each puts a word of their own."""
    frame = _NOT_SAID.sub("", first).split()
    places: dict[int, set[str]] = {}
    part = 0
    for text in texts:
        words = _NOT_SAID.sub("", text).split()
        differ = [n for n, (a, b) in enumerate(zip(frame, words, strict=False)) if a != b]
        if len(words) == len(frame) and len(differ) == 1:
            places.setdefault(differ[0], set()).add(words[differ[0]])
            part += 1
    fillers = max((len(words) for words in places.values()), default=0)
    verdict: Verdict = "fits in part" if fillers >= SITES and part >= len(texts) / 2 else "does not fit"
    detail = f"{part:,} of {len(texts):,} differ from the first in one word; {fillers:,} different words in one place"
    return explanation("joke form", "Is it a form that people fill in with words of their own?", verdict, detail)


def _quoted(texts: list[str]) -> Explanation:
    part = sum(len(_QUOTED.findall(text)) >= 2 for text in texts)
    asked = "Do they quote somebody, each by themselves?"
    return _covered("quote", asked, "fits in part", part, len(texts), "hold a quotation")


def _covered(code: str, asked: str, fits: Verdict, part: int, whole: int, what: str) -> Explanation:
    verdict: Verdict = fits if part >= MOST * whole else "does not fit"
    return explanation(code, asked, verdict, f"{part:,} of {whole:,} posts {what}")


def _official(tables: ContentTables, kinds: tuple[str, ...]) -> frozenset[str]:
    """Official names of those kinds."""
    rows = tables.official.select(["name", "kind"]).to_pylist()
    return frozenset(row["name"].lower() for row in rows if row["kind"] in kinds)


def _under(host: str, names: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[n:]) in names for n in range(len(labels) - 1))


def _in_text(text: str) -> set[str]:
    return {_host(link) for link in re.findall(r"https?://\S+", text)}


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "://" in url else f"//{url}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@cache
def _wishes() -> tuple[str, ...]:
    lines = files(__package__).joinpath("greetings.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
