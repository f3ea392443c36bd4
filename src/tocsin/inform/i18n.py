"""The languages of the public site: gettext catalogues, read as they are; English is in the code itself."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

import jinja2
from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from tocsin.errors import UsageError

SOURCE = "en"
_FOLDER = files("tocsin.inform").joinpath("locale")


@cache
def languages() -> tuple[str, ...]:
    """The languages there is a catalogue for, as RFC 5646 tags."""
    found = (file.name.removesuffix(".po") for file in _FOLDER.iterdir() if file.name.endswith(".po"))
    return tuple(sorted({SOURCE, *found}))


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; raises `UsageError` where there is none."""
    if language not in languages():
        raise UsageError(f"{language}: no such language", hint=f"Languages: {', '.join(languages())}.")
    if language == SOURCE:
        return NullTranslations()
    compiled = io.BytesIO()
    with (_FOLDER / f"{language}.po").open("rb") as stream:
        write_mo(compiled, read_po(stream, language))
    compiled.seek(0)
    return Translations(compiled)


def environment(package: str, language: str) -> jinja2.Environment:
    """The templates of a package in one language; what is not given to a template is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    return made


def direction(language: str) -> str:
    """`ltr` or `rtl`, as CLDR has it."""
    return Locale.parse(language, sep="-").text_direction


def day(time: date, language: str) -> str:
    """A date in words; that of a time in UTC."""
    return format_date(_utc(time), "long", locale=language)


def moment(time: datetime, language: str) -> str:
    """A date in words with its minute, in UTC."""
    return f"{day(time, language)}, {_utc(time):%H:%M} UTC"


def _utc(time: date) -> date:
    return time.astimezone(UTC) if isinstance(time, datetime) else time
