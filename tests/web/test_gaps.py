"""What is missing at a gate is said in the reader's language, whatever the rules can say."""

from pathlib import Path

import pytest
from tests.cases.making import START, Built, people

from tocsin.cases import claims, gates
from tocsin.model.case import WHICH, Claim
from tocsin.model.grades import Grade
from tocsin.web import i18n
from tocsin.web.gaps import SAME, gaps

GERMAN = i18n.language("de")


def said(missing):
    return [str(text) for gap in gaps(GERMAN, missing) for text in gap.texts]


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("made", [True, False])
def test_all_that_a_claim_can_lack_is_said_in_german(which, made):
    empty = Claim(case="c", which=which, made=made, grade=Grade(), harm=2 if which == "reach" else 0, updated=START)
    found = list(claims.lacks(empty))
    assert found
    (gap,) = gaps(GERMAN, found)
    assert gap.which == which
    assert len(gap.texts) == len(found)
    assert not [text for text in gap.texts if "lang=" in text]


def test_sentences_of_the_rules_are_those_that_are_translated():
    """A sentence that the rules no longer say would never be shown."""
    rules = "".join(path.read_text() for path in Path(claims.__file__).parent.glob("*.py"))
    assert [text for text in SAME if text not in rules] == []


def test_a_new_case_is_said_whole_in_german(workspace):
    people(workspace)
    built = Built(workspace)
    with workspace.read() as reader:
        missing = [one for gate in gates.gates(reader, built.case) for one in gate.missing]
    assert [text for text in said(missing) if "lang=" in text] == []


def test_names_are_text():
    assert said(["<b>Norland</b> was not asked for its reply"]) == [
        "&lt;b&gt;Norland&lt;/b&gt; wurde nicht um eine Antwort gebeten"
    ]
