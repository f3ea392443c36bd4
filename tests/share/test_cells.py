"""Cells that would be formulas are guarded, and come back as they were."""

import pytest

from tocsin.share.cells import guarded, restored


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "'=1", "''+1"])
def test_what_would_run_gets_one_apostrophe(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a", "'a", "'", "''", "a=1", "=1", "'=1", "''=1", "'\n"])
def test_a_text_comes_back_as_it_was(text):
    assert restored(guarded(text)) == text
