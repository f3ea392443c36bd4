"""Writes the public site: pages, feeds, and what search engines read; equal input gives equal bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from tocsin.cases import acts
from tocsin.errors import UsageError
from tocsin.inform import feeds, folder, i18n, pages
from tocsin.inform.site import PublicCase, Site, read
from tocsin.inform.words import N_, WORDS
from tocsin.model.case import Publication
from tocsin.model.people import Actor
from tocsin.store.export import export
from tocsin.store.verify import verify
from tocsin.store.workspace import Workspace

_NEWEST = 100  # entries of a feed; the pages hold all


def publish(
    workspace: Workspace,
    to: Path,
    *,
    language: str = i18n.SOURCE,
    base_url: str = "",
    exports_by: Actor | None = None,
) -> Site:
    """Write the public site of a workspace into the folder `to`, in the place of the one that stands there.

    `base_url` is the address under which it will stand; without it every link is relative and there is no sitemap.
    With `exports_by`, who answers for it, each case has its export beside it: every issue with its proof, and the whole
    journal, whose entries hold ids of people and of cases that are not published.

    Raises `ForbiddenError` where that is no custodian or publisher; `UsageError` for a language without catalogue, an
    address that is none, or a folder that holds something else; `WorkspaceError` where a page stands that the
    workspace no longer has.
    """
    look = pages.Look(language, _base(base_url))
    i18n.translations(language)
    site = read(workspace)
    with folder.replaced(to, site.id) as part:
        exports = {}
        if exports_by:
            exports = dict(_exports(workspace, exports_by, site, to, part))
            site = read(workspace)  # an export makes a root of the journal
        write(site, look, part, exports)
    return site


def write(site: Site, look: pages.Look, to: Path, exports: Mapping[str, str]) -> None:
    """Write the files of a site into a folder. `exports` has the path of a case's export by the id of the case."""
    for path, content in _files(site, look, exports):
        file = to / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def _exports(workspace: Workspace, actor: Actor, site: Site, standing: Path, part: Path) -> Iterator[tuple[str, str]]:
    """Write the export of each case; one that stands for its last issue and holds is kept as it is."""
    for case in site.cases:
        if case.masked:  # its records hold the names still
            continue
        path = f"exports/{case.id}-{case.current.number}.zip"
        file = part / path
        file.parent.mkdir(exist_ok=True)
        if (standing / path).is_file() and verify(standing / path).good:
            shutil.copyfile(standing / path, file)
        else:
            with acts.on_case(workspace, actor, "hand over", case.id, ("custodian", "publisher"), "public site"):
                pass  # kept in the journal, or refused
            export(workspace, file, case.issues, by=actor.id, case=case.id)
        yield case.id, path


def _files(site: Site, look: pages.Look, exports: Mapping[str, str]) -> Iterator[tuple[str, str | bytes]]:
    written = []
    for path, html in pages.render(site, look, exports):
        written.append(path)
        yield path, html
    feed = _feed(site, look)
    yield feeds.ATOM, feeds.atom(feed)
    yield feeds.JSON, feeds.json_feed(feed)
    yield "roots.txt", "".join(f"{digest}  roots/{day}.json\n" for day, digest in site.roots)
    where = f"Sitemap: {look.base}sitemap.xml\n" if look.base else ""
    yield "robots.txt", f"User-agent: *\nAllow: /\n{where}"
    if look.base:  # the sitemap protocol has absolute addresses only
        yield "sitemap.xml", _sitemap(look.base, sorted(written))


def _feed(site: Site, look: pages.Look) -> feeds.Feed:
    newest = site.issues[:_NEWEST]
    return feeds.Feed(
        id=site.id,
        title=pages.clean(site.title),
        subtitle=look.say(N_("Published cases, their corrections and withdrawals")),
        language=look.language,
        updated=newest[0][1].made if newest else site.began,
        entries=tuple(_entry(site, case, issue, look) for case, issue in newest),
        base=look.base,
    )


def _entry(site: Site, case: PublicCase, issue: Publication, look: pages.Look) -> feeds.Entry:
    """An issue as a feed has it. One that was corrected or withdrawn says that, and no longer what it said: readers
    that keep entries show the change where they showed the claim."""
    last = case.current
    marks = [look.say(N_("Exercise"))] if site.exercise or issue.body.exercise else []
    if issue.number != last.number:
        marks.append(look.say(WORDS["state"][case.state]))
        text = last.changed
    else:
        marks += [look.say(WORDS["issue"][issue.issue])] if issue.issue != "claim" else []
        said = "" if issue.issue == "withdrawal" else issue.body.summary
        text = "\n\n".join(part for part in (issue.changed, said) if part)
    title = ": ".join([*marks, issue.body.title])
    return feeds.Entry(issue.id, pages.clean(title), issue.made, last.made, case.path, pages.clean(text))


def _sitemap(base: str, paths: list[str]) -> str:
    places = "".join(f" <url><loc>{escape(base + path)}</loc></url>\n" for path in paths)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{places}</urlset>\n"


def _base(url: str) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"{url} is not the address of a site", hint="Give it as https://host/ or https://host/path/.")
    return url.rstrip("/") + "/"
