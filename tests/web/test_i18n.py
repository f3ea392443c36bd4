"""Languages: German is complete, right-to-left works, times and numbers are written as the language does."""

import re
from datetime import UTC, date, datetime

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from tests.web import texts
from tests.web.conftest import Browser

from tocsin.web import i18n, pages

PLACES = re.compile(r"%(?:\((\w+)\)s|%)")


def catalogue(code):
    found = {}
    for path in sorted((i18n.FOLDER / code).glob("*.po")):
        with path.open("rb") as file:
            found |= {message.id: message for message in read_po(file, locale=code) if message.id}
    return found


def forms(text):
    return text if isinstance(text, tuple) else (text,)


def test_every_text_is_in_german():
    known = catalogue("de")
    missing = [f"{place}: {text!r}" for text, place in texts.every().items() if not all(forms(said(known, text)))]
    assert missing == [], "write them into locale/de/"


def said(known, text):
    return known[text].string if text in known and not known[text].fuzzy else ""


def test_no_text_of_the_catalogue_is_left_over():
    """Texts of other floors (actions of the journal, words of a chart) are translated whole where they are shown."""
    used, elsewhere = texts.every(), texts.in_program()
    left = [text for text in catalogue("de") if text not in used and text not in elsewhere]
    composed = [
        text
        for text in left
        for first, sign, last in [text.partition(": ")]
        if first + sign in elsewhere or sign + last in elsewhere
    ]
    assert sorted(set(left) - set(composed)) == []


def test_translations_keep_the_places_for_values():
    for text, message in catalogue("de").items():
        for number, form in enumerate(forms(message.string)):
            original = forms(text)[min(number, len(forms(text)) - 1)]
            assert sorted(PLACES.findall(form)) == sorted(PLACES.findall(original)), text


@pytest.mark.parametrize(
    ("wanted", "accept", "code"),
    [
        ((), "", "en"),
        ((), "de-CH, fr;q=0.9", "de"),
        ((), "fr, de;q=0.5, en;q=0.3", "de"),
        (("", "de"), "en", "de"),
        (("xx",), "zz", "en"),
        ((), ",;=" * 500, "en"),
    ],
)
def test_language_is_that_of_the_person_then_of_the_browser(wanted, accept, code):
    assert i18n.choose(wanted, accept).code == code


def test_a_person_keeps_the_language_chosen(join, app):
    browser = join()
    assert '<html lang="en" dir="ltr">' in browser.get("/account").text
    page = browser.submit("/language", {"language": "de", "next": "/account"})
    assert '<html lang="de" dir="ltr">' in page.text
    assert "Ihr Konto" in page.text
    browser.cookies.delete("language")
    assert "Ihr Konto" in browser.get("/account").text
    stranger = Browser(app)
    assert "Anmelden" in stranger.submit("/language", {"language": "de", "next": "/sign-in"}, page="/sign-in").text
    assert stranger.submit("/language", {"language": "../../etc"}, page="/sign-in").status_code == 200


def test_errors_are_said_in_german_and_what_is_not_is_marked(join):
    browser = join()
    browser.submit("/language", {"language": "de"})
    path = f"/people/{browser.person.id}"
    page = browser.submit(f"{path}/active", {"active": "false"}, page=path)
    assert "Es bliebe niemand" in page.text
    assert "angemeldet" in browser.get("/journal").text
    assert '<span lang="en" dir="ltr">no person nobody</span>' in browser.get("/people/nobody").text


def test_times_days_and_numbers():
    german = i18n.language("de")
    moment = datetime(2026, 11, 23, 9, 5, 7, tzinfo=UTC)
    assert german.when(moment) == '<time datetime="2026-11-23T09:05:07+00:00">23.11.2026, 09:05:07 UTC</time>'
    assert german.day(date(2026, 11, 3)) == '<time datetime="2026-11-03">03.11.2026</time>'
    assert german.number(1234567) == "1.234.567"
    assert i18n.language("en").number(1234567) == "1,234,567"


@pytest.fixture
def right_to_left(tmp_path, monkeypatch):
    """A made-up translation in the place of Arabic: every text in Hebrew letters, its places kept."""
    made = Catalog(locale="ar", fuzzy=False)
    for text in texts.every():
        turned = tuple(mirrored(form) for form in forms(text))
        made.add(text, (turned * 6)[:6] if isinstance(text, tuple) else turned[0])
    (tmp_path / "locale" / "ar").mkdir(parents=True)
    with (tmp_path / "locale" / "ar" / "all.po").open("wb") as file:
        write_po(file, made)
    monkeypatch.setattr(i18n, "FOLDER", tmp_path / "locale")
    for kept in (i18n.language, pages.environment):
        kept.cache_clear()
    yield "ar"
    for kept in (i18n.language, pages.environment):
        kept.cache_clear()


def mirrored(text):
    def letter(sign):
        return chr(0x05D0 + ord(sign.lower()) % 27) if sign.isalpha() else sign

    parts = re.split(r"(%\(\w+\)s|%%)", text)
    return "".join(part if part.startswith("%") else "".join(map(letter, part)) for part in parts)


@pytest.mark.parametrize("width", [320, 1280])
def test_right_to_left_mirrors_and_nothing_overflows(right_to_left, enter, workspace, width):
    page = enter(viewport={"width": width, "height": 800}, locale="ar")
    for path in ("/", "/account", "/people", f"/people/{page.person.id}", "/journal", "/journal/roots", "/settings"):
        page.goto(path)
        assert page.evaluate("document.documentElement.dir") == "rtl", path
        seen = page.evaluate("document.documentElement.scrollWidth")
        assert seen <= width, f"{path}: {seen} px wide"
        brand, self = (page.locator(name).bounding_box() for name in (".brand", ".self"))
        if width > 1000:
            assert brand["x"] > self["x"], path  # begins at the right
        page.evaluate("for (const part of document.querySelectorAll('[lang=en]')) part.remove()")
        english = re.findall(r"\b(?:the|and|of|Save|Journal)\b", page.inner_text("main").replace(workspace.title, ""))
        assert english == [], path
