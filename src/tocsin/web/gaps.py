"""What is missing at a gate, in the reader's language: the rules say it in English, claim by claim."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from tocsin.model.case import WHICH
from tocsin.web import i18n
from tocsin.web.i18n import N_, Language

#: Sentences of the rules that stay the same.
SAME = (
    N_("no text"),
    N_("not made, and no reason why"),
    N_("a case without what happened is not published"),
    N_("no word on why the confidence is what it is"),
    N_("no graded evidence"),
    N_("no step of the Breakout Scale is shown"),
    N_("harm to voting without words and evidence"),
    N_("no class of evidence"),
    N_("no second reader"),
)
#: Sentences with something in them, and how they are said.
_WITH = (
    (r"not graded: (?P<what>[a-z, ]+)", N_("not graded: %(what)s")),
    (r"(?P<n>\d+) of (?P<of>\d+) alternatives considered and rejected", N_("%(n)s of %(of)s alternatives rejected")),
    (r"marked (?P<mark>TLP:\S+); only TLP:CLEAR may be made public", N_("marked %(mark)s; only TLP:CLEAR is public")),
    (r"(?P<name>.+) was not asked for its reply", N_("%(name)s was not asked for a reply")),
    (r"(?P<name>.+) has until (?P<time>.+) UTC to reply", N_("%(name)s may reply until %(time)s UTC")),
    (r"(?P<name>.+) is a private person and named in .+", N_("%(name)s, a private person, would be named in public")),
)  # fmt: skip
_GRADES = {
    "source": N_("Reliability of the sources"),
    "information": N_("Credibility of the information"),
    "likelihood": N_("Likelihood"),
    "confidence": N_("Confidence in the basis"),
}


class Gap(NamedTuple):
    """What is missing; of one claim (`which`) all of it together."""

    which: str
    texts: tuple[Markup, ...]


def gaps(language: Language, missing: Iterable[str]) -> tuple[Gap, ...]:
    """The gaps in their order, those of one claim put together."""
    found: dict[tuple[str, int], list[Markup]] = {}
    for number, text in enumerate(missing):
        which, _, rest = text.partition(": ")
        key, said = ((which, 0), rest) if which in WHICH and rest else (("", number), text)
        found.setdefault(key, []).append(_said(language, said))
    return tuple(Gap(which, tuple(texts)) for (which, _), texts in found.items())


def _said(language: Language, text: str) -> Markup:
    for pattern, message in _WITH:
        if match := re.fullmatch(pattern, text):
            values = match.groupdict()
            if "what" in values:
                values["what"] = ", ".join(language.gettext(_GRADES[name]) for name in values["what"].split(", "))
            return Markup("{}").format(language.gettext(message, **values))
    return i18n.marked(text, language)
