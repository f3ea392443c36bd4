"""Packages and gaps as documents: Markdown and HTML that say just what the texts say."""

from __future__ import annotations

from functools import cache

import jinja2

from tocsin.model.plain import clean, escaped
from tocsin.respond.sanctions.outline import Outline, Part, outline
from tocsin.respond.sanctions.package import Package


def markdown(package: Package) -> str:
    """The package as CommonMark with tables; every text escaped."""
    return "\n".join(_lines(outline(package))) + "\n"


def html(package: Package) -> str:
    """The package as one HTML page without scripts or outside parts."""
    return template("package.html").render(page=outline(package))


def template(name: str) -> jinja2.Template:
    """A page template of this room; what goes into it is escaped."""
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("tocsin.respond.sanctions")
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, finalize=_shown, trim_blocks=True
    )


def _shown(value: object) -> object:
    return clean(value) if type(value) is str else value


def _lines(page: Outline) -> list[str]:
    lines = [f"**{_safe(page.marking)}**", "", f"# {_safe(page.title)}", ""]
    lines += [text for line in page.meta for text in (_safe(line), "")]
    for part in page.parts:
        lines += [f"## {_safe(part.heading)}", "", *_part(part)]
    return [*lines, f"**{_safe(page.marking)}**"]


def _part(part: Part) -> list[str]:
    lines = [text for paragraph in part.paragraphs for text in (_safe(paragraph), "")]
    if part.items:
        lines += [*(f"- {_safe(item)}" for item in part.items), ""]
    if part.head:
        rows = [part.head, ("---",) * len(part.head), *part.rows]
        lines += [*("| " + " | ".join(c if c == "---" else _safe(c) for c in row) + " |" for row in rows), ""]
    return lines


def _safe(text: str) -> str:
    return escaped(clean(text))
