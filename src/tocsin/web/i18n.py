"""The interface in the reader's language: gettext catalogues as text, `locale/<language>/*.po`, read once at need; and
those of the shipped questions of an assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from tocsin.assure import assessment

FOLDER = Path(__file__).parent / "locale"
QUESTIONS = Path(assessment.__file__).parent / "data"  # one file a language
SOURCE = "en"


def N_(text: str) -> str:  # noqa: N802  the name that every extractor knows
    """Mark a text for the catalogues where it cannot be translated yet."""
    return text


@dataclass(frozen=True)
class Language:
    """One language: its texts, and how it writes times and numbers."""

    code: str
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as HTML names it."""
        return self.locale.text_direction

    @property
    def name(self) -> str:
        """What its readers call it."""
        return (self.locale.get_display_name() or self.code).capitalize()

    def gettext(self, text: str, **values: object) -> str:
        """The text in this language, with the values at its `%(name)s`; a percent sign is written `%%`."""
        return str(self.translations.gettext(text)) % values

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """The form for that number, with `%(num)s` and other values."""
        return str(self.translations.ngettext(one, many, number)) % {"num": number, **values}

    def when(self, value: datetime) -> Markup:
        """A time, in UTC, as the language writes it."""
        text = format_datetime(value, "medium", locale=self.locale) + " UTC"
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)

    def day(self, value: date) -> Markup:
        """A day (of a time: the day in UTC) as the language writes it."""
        text = format_date(value, "medium", locale=self.locale)
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)

    def number(self, value: float) -> str:
        """A number with the language's signs for groups and decimals."""
        return format_decimal(value, locale=self.locale)


def languages() -> tuple[str, ...]:
    """Codes of the languages there are: the source and each that has a catalogue."""
    return (SOURCE, *sorted(folder.name for folder in FOLDER.iterdir() if any(folder.glob("*.po"))))


@cache
def language(code: str) -> Language:
    """The language with that code, one of `languages()`."""
    texts = NullTranslations()
    if code != SOURCE:
        texts = Translations(domain="messages")
        for path in (*sorted((FOLDER / code).glob("*.po")), *QUESTIONS.glob(f"{code}.po")):
            texts.merge(_read(path, code))
    return Language(code, Locale.parse(code, sep="-"), texts)


def _read(path: Path, code: str) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code.replace("-", "_"))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


def choose(wanted: Iterable[str], accept: str = "") -> Language:
    """The first wanted code that exists, else what the browser accepts (RFC 9110, 12.5.4), else the source."""
    known = languages()
    asked = (part.partition(";")[0].strip() for part in accept[:500].split(","))
    for code in (*wanted, *asked):
        for name in (code, code.partition("-")[0]):
            if name in known:
                return language(name)
    return language(SOURCE)


def marked(text: str, language_of_text: Language) -> Markup:
    """The translation of a whole text, or the text itself marked as English (WCAG 2.2, 3.1.2)."""
    found = str(language_of_text.translations.gettext(text)) if text else ""
    if found == text and language_of_text.code != SOURCE:
        return Markup('<span lang="{}" dir="ltr">{}</span>').format(SOURCE, text)
    return escape(found)
