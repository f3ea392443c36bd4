"""A sheet for the printer: what a party is asked, with its answers and room to write, for A4 and Letter."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.table import Asked, asked, name_of
from tocsin.model.assessment import COMPONENTS, STATES
from tocsin.web import i18n, pages
from tocsin.web.assess_page import label


def printed(book: Book, party: str, language: str, style: str = "") -> str:
    """The sheet as one page. `style` is the address of its style sheet; the style itself is put in where it is "", for
    a page that is kept as a file."""
    code = i18n.choose((language,)).code

    def place(one: Asked) -> tuple[str, int]:
        return one.subject, COMPONENTS.index(one.question.component)

    parts = [
        (subject, COMPONENTS[number], list(rows))
        for (subject, number), rows in groupby(sorted(asked(book, party), key=place), place)
    ]
    return (
        pages.environment(code)
        .get_template("assess/sheet.html")
        .render(
            language=i18n.language(code),
            said=partial(label, i18n.language(code)),
            name=partial(name_of, book),
            profile=book.profile,
            party=book.party(party),
            parts=parts,
            states=STATES,
            style=style,
            inline="" if style else (pages.STATIC / "assess-print.css").read_text("utf-8"),
        )
    )
