"""Text from outside says just what it says: no formula, no markup, no hidden marks."""

import pytest

from tocsin.model.plain import clean, escaped, guarded, restored


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "'=1", "''+1"])
def test_what_would_run_gets_one_apostrophe(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a", "'a", "'", "''", "a=1", "=1", "'=1", "''=1", "'\n"])
def test_a_text_comes_back_as_it_was(text):
    assert restored(guarded(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# a", r"\# a"),
        ("1. a", "1 . a"),
        ("<b>", r"\<b\>"),
        ("a\n- b", r"a - b"),
        ("https://x", r"https\://x"),
        ("www.x", r"www\.x"),
    ],
)
def test_markup_is_only_shown(text, shown):
    assert escaped(text) == shown


def test_hidden_marks_are_dropped():
    assert clean("a\u202eb\x00c\ud800") == "abc"
