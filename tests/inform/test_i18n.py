"""Every text of the site is in every catalogue, and what a language changes is words alone."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import tocsin.inform
from tocsin.inform import i18n
from tocsin.inform.words import WORDS
from tocsin.model import grades

HOME = Path(tocsin.inform.__file__).parent
METHODS = [("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")]
OTHERS = [language for language in i18n.languages() if language != i18n.SOURCE]


def messages():
    found = extract_from_dir(HOME, METHODS, {"**.j2": {"silent": "false"}})
    return {message for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_has_every_text_and_no_other(language):
    with (HOME / "locale" / f"{language}.po").open("rb") as stream:
        catalogue = read_po(stream, language)
    assert {message.id for message in catalogue if message.id} == messages()
    assert [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)] == []
    assert [error for message in catalogue for error in message.check(catalogue)] == []


def test_german_is_there():
    assert i18n.languages() == ("de", "en")


@pytest.mark.parametrize("language", OTHERS)
def test_every_code_has_its_words(language):
    said = i18n.translations(language).gettext
    assert all(said(text) != text for words in WORDS.values() for text in words.values())
    for scale in ("source", "information", "likelihood", "confidence", "breakout", "harm"):
        assert all(grades.words(scale, code, language) for code in grades.codes(scale))


def skeleton(html):
    """A page without its words: tags, classes, addresses and ids."""
    html = re.sub(r'(?<= )(?:aria-label|data-label|lang)="[^"]*"', "", html)
    return re.findall(r"<[^>]*>", html)


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_changes_words_and_nothing_else(sites, language):
    names = [path.relative_to(sites / "en") for path in (sites / "en").rglob("*.html")]
    for name in names:
        source, other = ((sites / folder / name).read_text() for folder in ("en", language))
        assert skeleton(source) == skeleton(other), name
        assert f'lang="{language}"' in other
        assert source != other


@pytest.mark.parametrize("language", i18n.languages())
def test_dates_are_in_utc(language):
    late = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(-timedelta(hours=2)))
    assert i18n.day(late, language) == i18n.day(date(2026, 3, 2), language)
    assert i18n.moment(late, language) == f"{i18n.day(late, language)}, 01:30 UTC"
    assert i18n.day(datetime(2026, 3, 2, tzinfo=UTC), language) == i18n.day(late, language)
