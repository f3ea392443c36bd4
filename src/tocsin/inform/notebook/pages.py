"""Renders the notebook: HTML that is complete without script, style in the page, in every language there is."""

from __future__ import annotations

import hashlib
import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import jinja2
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from tocsin.inform import i18n
from tocsin.inform.notebook import charts
from tocsin.inform.notebook.book import Book, RoundPart
from tocsin.inform.notebook.words import WORDS
from tocsin.inform.words import N_
from tocsin.model.plain import clean

PAGES = (("index", N_("The audit")), ("seed", N_("Commitment and seed")), ("check", N_("How to check")))
SHOWN, CONTESTS, LOGGED = 200, 4, 500  # rows and columns of tables; the files have all
SCRIPT = "check_draw.py"
Write = Callable[[str, bytes], None]


def write_pages(book: Book, write: Write) -> None:
    """Write every page in every language, and the script that checks the draw; `write` takes a name and bytes."""
    for language in i18n.languages():
        for name, html in render(book, language):
            write(name, clean(html).encode())
    write(SCRIPT, files("tocsin.inform.notebook").joinpath(SCRIPT).read_bytes())


def page(name: str, language: str) -> str:
    """The file of a page."""
    return f"{name}.html" if language == i18n.SOURCE else f"{name}.{language}.html"


def render(book: Book, language: str) -> Iterator[tuple[str, str]]:
    """Yield the file and the HTML of each page."""
    made = environment(language)
    say = i18n.translations(language).gettext
    shared = {"book": book, **_standing(book, say)}
    for name, _ in PAGES:
        told = _index(book, say) if name == "index" else {"log": book.log[-LOGGED:], **book.seals}
        yield (
            page(name, language),
            made.get_template(f"{name}.html.j2").render(
                shared, here=page(name, language), other=_other(name, language), **told
            ),
        )
    for part in book.rounds:
        yield (
            page(part.place, language),
            made.get_template("round.html.j2").render(
                shared, here="", other=_other(part.place, language), part=part, **_rows(book, part, language)
            ),
        )


def _other(name: str, language: str) -> tuple[str, str, str]:
    """The same page in the other language: file, code, name of the language."""
    every = i18n.languages()
    other = every[(every.index(language) + 1) % len(every)]
    return page(name, other), other, {"en": "English", "de": "Deutsch"}.get(other, other)


def _standing(book: Book, say: Callable[[str], str]) -> dict[str, str]:
    code = book.last.next if book.last else "open"
    return {"standing": say(WORDS["audit standing"][code]), "next": say(WORDS["audit then"][code])}


def _index(book: Book, say: Callable[[str], str]) -> dict[str, Any]:
    told, risk_word = {}, say(N_("Risk"))
    for id_, audited in book.contests.items():
        contest, names = audited.contest, book.names(id_)
        votes_word = say(N_("First preferences") if contest.counting == "irv" else N_("Reported votes"))
        votes = ", ".join(f"{names[choice]} {n:,}" for choice, n in contest.votes.items() if choice in names)
        told[id_] = Markup(charts.votes_chart(contest, f"{votes_word}: {votes}"))  # noqa: S704  escaped
    risks = "; ".join(
        f"{book.contests[one.contest].contest.name}: {one.risk:.3g}"
        for one in (book.last.contests if book.last else ())
    )
    drawn = charts.risk_chart(book, f"{risk_word}: {risks}", say(N_("Limit")))
    return {"charts": told, "risk_chart": Markup(drawn)}  # noqa: S704  escaped where it is made


def _rows(book: Book, part: RoundPart, language: str) -> dict[str, Any]:
    """The first draws with what was read, for the first contests, and the first differences."""
    stands = {(row["unit"], row["contest"]): row["reading"] for row in part.readings}
    contests = list(book.contests)[:CONTESTS]
    read = partial(_reading, book, i18n.translations(language).gettext)
    shown = [
        (row, [read(stands.get((row["unit"], contest), ""), contest) for contest in contests])
        for row in part.fresh[:SHOWN]
    ]
    titles = [book.contests[contest].contest.name for contest in contests]
    return {"shown": shown, "titles": titles, "differences": part.differences[:SHOWN]}


def _reading(book: Book, say: Callable[[str], str], text: str, contest: str) -> str:
    """A reading in words."""
    if text in WORDS["reading"]:
        return say(WORDS["reading"][text])
    names = book.names(contest)
    parts = (part.partition("=") for part in text.split("; ") if part)
    return "; ".join(f"{names.get(unquote(id_), unquote(id_))}{sign}{votes}" for id_, sign, votes in parts)


@cache
def environment(language: str) -> jinja2.Environment:
    """Templates of the notebook in one language; each is rendered with its `book`."""
    made = i18n.environment("tocsin.inform.notebook", language)
    say: Callable[[str], str] = i18n.translations(language).gettext
    style = files("tocsin.inform").joinpath("templates/site.css").read_text("utf-8")
    sheet = files("tocsin.inform.notebook").joinpath("templates/sheet.css").read_text("utf-8")
    made.globals.update(
        language=language,
        direction=i18n.direction(language),
        style=Markup(style),  # noqa: S704  our own file
        sheet_style=Markup(sheet),  # noqa: S704  our own file
        style_digest=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        pages=[(page(name, language), say(title)) for name, title in PAGES],
        link=lambda name: page(name, language),
    )
    made.filters.update(
        moment=partial(i18n.moment, language=language),
        number=partial(format_decimal, locale=language),
        percent=partial(_percent, language),
        risk=partial(_risk, language),
        word=partial(_word, say),
        names=_names,
        basis=jinja2.pass_context(lambda context, text: _basis(context["book"], say, text)),
        sides=_sides,
        reading=jinja2.pass_context(lambda context, text, contest: _reading(context["book"], say, text, contest)),
    )
    return made


@jinja2.pass_context
def _names(context: jinja2.runtime.Context, ids: Sequence[str], contest: str) -> str:
    """Names of choices."""
    names = context["book"].names(contest)
    return ", ".join(names.get(id_, id_) for id_ in ids)


@jinja2.pass_context
def _sides(context: jinja2.runtime.Context, text: str, contest: str) -> str:
    """Names of choices that a plus sign joins."""
    return _names(context, text.split("+"), contest)


def _word(say: Callable[[str], str], code: str, vocabulary: str) -> str:
    return say(WORDS[vocabulary].get(code, code))


def _basis(book: Book, say: Callable[[str], str], text: str) -> str:
    """How a size was chosen, in words: the contest that needs most, and what that rests on."""
    names = (f"{audited.contest.name}: " for audited in book.contests.values())
    name = max((name for name in names if text.startswith(name)), key=len, default="")
    share = re.match(r"\d+%", text[len(name) :])
    plain = text[len(name) :] if share is None else "{share}" + text[len(name) + share.end() :]
    return name + say(WORDS["audit basis"].get(plain, plain)).replace("{share}", share[0] if share else "")


def _percent(language: str, value: float) -> str:
    return str(format_percent(value, "#,##0.###%", locale=language))


def _risk(language: str, value: float) -> str:
    """A risk with three digits that count; a very small one as less than a bound."""
    if value < 1e-6:
        return "< " + format_decimal(1e-6, "0.000000", locale=language)
    digits = 2 - math.floor(math.log10(value))
    return str(format_decimal(value, "0." + "#" * digits, locale=language))
