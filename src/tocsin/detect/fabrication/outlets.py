"""fabrication.outlets: names, observed or linked in posts, that imitate those of news outlets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.fabrication import base
from tocsin.detect.fabrication.links import Links, links
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Explanation, Interval, Lookalike, Verdict
from tocsin.progress import Progress
from tocsin.resolve import alike
from tocsin.resolve.imitation import Imitated, Matches, Protected, in_use, match, readable, weigh
from tocsin.sources.names import hosts
from tocsin.stats import stated

OUTLET = "outlet"
PATH = "brand in the path"
PAGE_LEAST = 8  # characters of a page's path from which the same path on two hosts is the same page
SAID = 100  # words of which it is said why they are left out
#: Hosts that show other sites' pages under addresses of their own, by agreement or for keeping, and say so.
SERVICES = (
    "ampproject.org",
    "archive.is",
    "archive.org",
    "archive.ph",
    "archive.today",
    "archive.vn",
    "facebook.com",
    "feedburner.com",
    "feedproxy.google.com",
    "google.com",
    "googleusercontent.com",
    "perma.cc",
    "translate.goog",
    "translate.google.com",
    "webcache.googleusercontent.com",
)
_CANNOT = (
    "who registered a name: the register of its ending says so, where it tells",
    "what a site shows: a resemblance of names is no page; open it with care, or look for a kept copy",
    "sites that copy an outlet's pages under a name that resembles nothing",
)


class Parameters(base.Parameters):
    """What a user may set."""

    min_score: float = Field(
        default=0.5, ge=0, lt=1, description="Share of the names like it that chance must leave over to show a name."
    )


class Outlets(base.Detector):
    """Observed names and the hosts of links in posts against the official names of outlets."""

    id = "fabrication.outlets"
    title = "Imitated outlets"
    params = Parameters
    wants = ("official",)

    def look(self, tables: base.ContentTables, params: Parameters, progress: Progress) -> base.Result:
        """One candidate for each outlet's word that more names resemble than chance allows, and one for each outlet
        whose whole name stands in the paths of other sites."""
        own = np.flatnonzero(pc.equal(tables.official["kind"], OUTLET).to_numpy())
        if not own.size:
            return base.Result(skipped="no official names of outlets were given")
        linked = links(tables)
        if not (tables.observed.num_rows or len(linked.host)):
            return base.Result(skipped="no observed names were given, and no post has a link")
        seen = _Seen(tables, tables.official.take(positions(own)), linked)
        matches = match(seen.official, seen.names)
        progress.advance()
        watched = np.array([stands_for(one, seen.official) for one in matches.protected], np.bool_)
        counted = ~matches.vetted & watched[matches.word]
        counted &= ~np.array([is_service(seen.host(matches, n)) for n in range(matches.name.size)], np.bool_)
        found = [_Named(one, matches, seen, params) for one in weigh(matches, counted)]
        candidates = [one.candidate() for one in found if one.shown]
        candidates += _in_paths(seen)
        measured = {"registered names compared with outlets": f"{matches.names:,}"}
        measured |= _left_out(matches, counted, watched)
        return base.Result(tuple(candidates), tested=int(watched.sum()), measured=measured)


def is_service(host: str) -> bool:
    """Whether a host shows other sites' pages and says so."""
    return any(host == one or host.endswith(f".{one}") for one in SERVICES)


def stands_for(protected: Protected, official: pa.Table) -> bool:
    """Whether a word is an outlet's own: its name, its brand, its address or the registered part of that. The first
    label of an address below another (toronto of toronto.citynews.ca) is often a place or a section."""
    for row in official.take(list(protected.rows)).to_pylist():
        address = hosts.parts(row["name"])
        own = (row["office"], address.body, address.registered.partition(".")[0], *(row["brands"] or ()))
        if protected.word in map(_letters, own):
            return True
    return False


def _letters(text: str) -> str:
    return "".join(char for char in readable(text.lower()) if char.isalnum())


def _left_out(matches: Matches, counted: Any, watched: Any) -> dict[str, str]:
    """What is not watched or counts for less, so that nobody takes it for looked at."""
    common = [f"{word} ({uses:,} uses)" for word, uses, _ in in_use(matches, counted)]
    told = {
        "names of outlets too general to watch": list(matches.general),
        "parts of outlets' addresses that are not watched": [
            one.word for one, own in zip(matches.protected, watched, strict=True) if not own
        ],
        "names of outlets in ordinary use, of which it takes more copies to stand out": common,
    }
    return {what: ", ".join(texts[:SAID]) for what, texts in told.items() if texts}


class _Seen:
    """All names that were observed or linked, where each stands, and what the outlets' own are."""

    def __init__(self, tables: base.ContentTables, official: pa.Table, linked: Links) -> None:
        self.tables, self.official, self.linked = tables, official, linked
        others = {hosts.parts(str(name)).registered for name in tables.official["name"].to_pylist()}
        others -= {hosts.parts(str(name)).registered for name in official["name"].to_pylist()}
        every = pa.chunked_array([*tables.observed["name"].chunks, linked.host], pa.string()).unique()
        kept = [name for name in every.to_pylist() if name and hosts.parts(name).registered not in others]
        self.names = pa.array(sorted(kept), pa.string())

    def host(self, matches: Matches, match_: int) -> str:
        """The name of a match."""
        return str(matches.asked[matches.name[match_]])

    def observed(self, names: Sequence[str]) -> Any:
        """Positions of the names among those observed."""
        return _at(self.tables.observed["name"], names)

    def at_links(self, names: Sequence[str]) -> Any:
        """Positions of the links to the names."""
        return _at(self.linked.host, names)

    def posts(self, names: Sequence[str]) -> Any:
        """Positions of the posts that link to the names."""
        return base.sorted_rows(self.linked.post[self.at_links(names)])

    def first(self, name: str) -> datetime | None:
        """When a name was first observed or linked."""
        seen = pc.min(self.tables.observed["time"].take(positions(self.observed([name])))).as_py()
        linked = pc.min(self.tables.posts["time"].take(positions(self.posts([name])))).as_py()
        return min((time for time in (seen, linked) if time), default=None)

    def same_pages(self, names: Sequence[str], owners: Sequence[str]) -> int:
        """Pages of the names that have the very path of a page of the owners' hosts, both linked in posts."""
        pages = [_long(self.linked.page.take(positions(self.at_links(some)))) for some in (names, owners)]
        return len(pages[0] & pages[1])

    def addresses(self, names: Sequence[str]) -> set[str]:
        """What passive DNS says that the names point to."""
        rows = self.tables.observed.take(positions(self.observed(names))).to_pylist()
        return {row["detail"] for row in rows if row["how"] == "passive-dns" and row["detail"]}


def _at(column: Any, names: Sequence[str]) -> Any:
    wanted = pa.array(sorted(set(names)), pa.string())
    return np.flatnonzero(pc.is_in(column, wanted).to_numpy(zero_copy_only=False))


def _long(pages: Any) -> set[str]:
    return {page for page in pages.unique().to_pylist() if len(page) >= PAGE_LEAST}


class _Named:
    """A candidate from the names that resemble one protected word."""

    def __init__(self, imitated: Imitated, matches: Matches, seen: _Seen, params: Parameters) -> None:
        self.imitated, self.matches, self.seen = imitated, matches, seen
        self.protected = matches.protected[imitated.word]
        self.official = seen.official.take(list(self.protected.rows)).to_pylist()
        pairs = zip(imitated.names.tolist(), imitated.score.tolist(), strict=True)
        self.shown = [(n, score) for n, score in pairs if score > params.min_score]

    def candidate(self) -> base.Candidate:
        """The candidate; its rows are the posts that link to the names, and the observations of these."""
        names = [self.seen.host(self.matches, n) for n, _ in self.shown]
        made = tuple(
            alike.lookalike(self.matches, n, self.official, score, self.seen.first(name))
            for (n, score), name in zip(self.shown, names, strict=True)
        )
        owner = Counter(one.office for one in made).most_common(1)[0][0]
        posts = self.seen.posts(names)
        return base.Candidate(
            detector=Outlets.id,
            sign="imitated outlet",
            object=_object(owner),
            title=f"{len(made):,} {'name' if len(made) == 1 else 'names'} like {_most(made)}",
            sentence=self._sentence(names, made, posts.size),
            p=self.imitated.p_mean,
            tests=(alike.test(self.imitated),),
            effects=(*alike.effects(self.imitated, self.matches), *self._pages(names)),
            explanations=self._explanations(names),
            names=made,
            cannot_show=_CANNOT,
            **_placed(posts, self.seen.observed(names)),
        )

    def _sentence(self, names: Sequence[str], made: Sequence[Lookalike], posts: int) -> str:
        ways = sorted(Counter(one.technique for one in made).items(), key=lambda one: (-one[1], one[0]))
        told = ", ".join(f"{n} by {way}" for way, n in ways)
        who = f"{', '.join(names[:5])}{' and others' if len(names) > 5 else ''}"
        least = alike.small(self.imitated.expected, 0.001)
        return (
            f"{who} {'resembles' if len(made) == 1 else 'resemble'} {_most(made)} ({made[0].office}): {told}. "
            f"{posts:,} posts link there. Of {self.matches.names:,} registered names chance makes {least} as close as "
            f"the {self.imitated.found} closest."
        )

    def _owners(self) -> list[str]:
        return [str(one["name"]) for one in self.official]

    def _pages(self, names: Sequence[str]) -> tuple[Interval, ...]:
        same = self.seen.same_pages(names, self._owners())
        said = "pages linked in posts whose whole path is that of a page of the outlet linked in posts too"
        return (stated.exact("same pages", same, "", said),) if same else ()

    def _explanations(self, names: Sequence[str]) -> tuple[Explanation, ...]:
        ordinary, word = self.imitated.ordinary, self.protected.word
        shared: Verdict = "fits in part" if ordinary else "does not fit"
        return (
            stated.explanation("own", "Do the names belong to the outlet itself?", *self._same(names)),
            stated.explanation(
                "shared word",
                f"Is {word!r} a common word, a place or a person?",
                shared,
                f"{ordinary:,} registered names set it beside words of their own",
            ),
            stated.explanation(
                "service",
                "Does an archive, a translator or a cache show the outlet's pages?",
                "does not fit",
                "hosts known to do so are left out; others may do it too",
            ),
            stated.explanation(
                "satire",
                "Is it satire, a fan's page, a critic's, or a local edition?",
                "cannot tell",
                "a name does not say: read the site, or a kept copy of it",
            ),
        )

    def _same(self, names: Sequence[str]) -> tuple[Verdict, str]:
        own = self.seen.addresses(self._owners())
        same = [name for name in names if own & self.seen.addresses([name])]
        if same and len(same) == len(names):
            return "fits", "all of them point to the same address as the outlet's own name"
        if same:
            return "fits in part", f"{len(same)} of {len(names)} point to the same address as the outlet's own name"
        return "cannot tell", "ask the outlet which other names it holds, and add them to the official table"


def _object(owner: str) -> str:
    """What stands for an outlet: one finding, however its names are imitated."""
    return f"outlet {owner}"


def _most(made: Sequence[Lookalike]) -> str:
    return Counter(one.imitated for one in made).most_common(1)[0][0]


def _placed(posts: Any, observed: Any) -> dict[str, Any]:
    """Where the rows of a candidate stand."""
    if posts.size:
        return {"table": "posts", "layer": "link", "rows": posts, "beside": {"observed": observed}}
    return {"table": "observed", "layer": "name", "rows": observed}


def _in_paths(seen: _Seen) -> list[base.Candidate]:
    """Candidates from links to other sites in whose path an outlet's whole name is a part: by rule, without a test."""
    owners = {str(one["name"]): str(one["office"]) for one in seen.official.to_pylist()}
    registered = {hosts.parts(name).registered for name in owners}
    found: dict[str, dict[str, list[int]]] = {}
    for at, host, page in zip(
        range(len(seen.linked.host)), seen.linked.host.to_pylist(), seen.linked.page.to_pylist(), strict=True
    ):
        named = {part.lower().removeprefix("www.") for part in page.split("/")} & owners.keys()
        if named and not is_service(host) and hosts.parts(host).registered not in registered:
            for name in named:
                found.setdefault(name, {}).setdefault(host, []).append(at)
    return [_path_candidate(seen, name, owners[name], at) for name, at in sorted(found.items())]


def _path_candidate(seen: _Seen, name: str, owner: str, found: Mapping[str, list[int]]) -> base.Candidate:
    rows = {host: base.sorted_rows(seen.linked.post[at]) for host, at in sorted(found.items())}
    posts = base.sorted_rows(np.concatenate(list(rows.values())))
    said = f"{name} is a part of the path of pages on it that posts link to"
    made = tuple(
        Lookalike(
            name=host,
            imitated=name,
            office=owner,
            technique=PATH,
            score=1.0,
            first_seen=pc.min(seen.tables.posts["time"].take(positions(some))).as_py(),
            note=f"{PATH}: {said}",
        )
        for host, some in rows.items()
    )
    fits: Verdict = "fits in part"
    return base.Candidate(
        detector=Outlets.id,
        sign="imitated outlet",
        layer="link",
        object=_object(owner),
        table="posts",
        rows=posts,
        title=f"Pages of {len(made):,} {'site' if len(made) == 1 else 'sites'} with {name} in their path",
        sentence=f"{posts.size:,} posts link to pages on {', '.join(rows)[:300]} with {name} ({owner}) in their path.",
        p=None,
        tests=(stated.test("Is the outlet's whole name a part of the path?", "exact", "rule", posts.size, 0, None),),
        explanations=(
            stated.explanation(
                "service",
                "Does an archive, a proxy or a directory show the outlet's pages, or speak of it?",
                fits,
                "known archives, translators and caches are left out; a path alone does not say what others do",
            ),
        ),
        names=made,
        cannot_show=_CANNOT,
        interest=True,
    )


DETECTOR = Outlets()
