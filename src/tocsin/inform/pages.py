"""Renders the pages of the site: HTML that is complete without script, style in the page, nothing asked of any host."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

import jinja2
from babel.numbers import format_decimal
from markupsafe import Markup

from tocsin.inform import i18n
from tocsin.inform.site import OUTCOMES, PublicCase, Site, State, evidence
from tocsin.inform.words import N_, WORDS
from tocsin.model import grades
from tocsin.model.case import Publication

#: The pages that every page links to.
PAGES = (
    ("index.html", N_("Cases")),
    ("corrections.html", N_("Corrections")),
    ("method.html", N_("Method and errors")),
    ("decisions.html", N_("How cases end")),
)
_STATES: tuple[State, ...] = ("published", "corrected", "withdrawn")
# Control characters, and marks that turn the direction of all that follows, used to make text look like other text.
_HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` without characters that XML forbids or that turn the direction of what follows."""
    return _HARMFUL.sub("", text)


@dataclass(frozen=True, slots=True)
class Look:
    """How a site is rendered: its language, and its absolute address with a slash at the end, or nothing."""

    language: str
    base: str = ""

    def say(self, text: str) -> str:
        """A text of ours in the language of the site."""
        return i18n.translations(self.language).gettext(text)


def render(site: Site, look: Look, exports: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the path and the HTML of each page. `exports` has the path of a case's export by the id of the case."""
    environment = _environment(site, look)
    counts = {"states": _states(site, look), "endings": _endings(site, look)}
    for path, _ in PAGES:
        yield path, clean(environment.get_template(f"{path}.j2").render(counts, here=path))
    template = environment.get_template("case.html.j2")
    for case in site.cases:
        for issue in case.issues:
            html = template.render(_case(site, case, issue), export=exports.get(case.id, ""))
            yield case.path_of(issue), clean(html)


def _case(site: Site, case: PublicCase, issue: Publication) -> dict[str, Any]:
    listed = evidence(issue)
    return {
        "here": case.path_of(issue),
        "up": "../",
        "marked": site.exercise or issue.body.exercise,
        "case": case,
        "issue": issue,
        "evidence": listed,
        "numbers": {one.id: place for place, one in enumerate(listed, start=1)},
    }


def _states(site: Site, look: Look) -> list[tuple[str, int]]:
    found = [case.state for case in site.cases if site.exercise or not case.current.body.exercise]
    return [(look.say(WORDS["state"][state]), found.count(state)) for state in _STATES]


def _endings(site: Site, look: Look) -> list[tuple[str, int]]:
    closed = [(look.say(WORDS["outcome"][outcome]), site.closed[outcome]) for outcome in OUTCOMES]
    return [*_states(site, look), *closed]


def _environment(site: Site, look: Look) -> jinja2.Environment:
    environment = i18n.environment("tocsin.inform", look.language)
    environment.filters.update(_filters(look))
    style = files("tocsin.inform").joinpath("templates/site.css").read_text("utf-8")
    environment.globals.update(
        site=site,
        language=look.language,
        direction=i18n.direction(look.language),
        base=look.base,
        pages=[(path, look.say(name)) for path, name in PAGES],
        marked=site.exercise,
        up="",
        style=Markup(style),  # noqa: S704  our own file
        style_digest=b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        scales={scale: grades.codes(scale) for scale in ("likelihood", "confidence", "breakout")},
    )
    return environment


def _filters(look: Look) -> dict[str, Any]:
    return {
        "day": partial(i18n.day, language=look.language),
        "moment": partial(i18n.moment, language=look.language),
        "number": partial(format_decimal, locale=look.language),
        "word": partial(_word, look),
        "grade": lambda code, scale: grades.words(scale, code, look.language),
        "needs": lambda code, scale: grades.needs(scale, code, look.language),
        "percent": partial(_percent, look),
    }


def _word(look: Look, code: str, vocabulary: str) -> str:
    """The words of a code; the code itself where an issue holds one that is not known any more."""
    return look.say(WORDS[vocabulary].get(code, code))


def _percent(look: Look, code: grades.Likelihood) -> str:
    low, high = grades.percent(code) or (0, 100)
    return look.say(N_("%(low)d to %(high)d %%")) % {"low": low, "high": high}
