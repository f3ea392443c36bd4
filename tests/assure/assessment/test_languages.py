"""Every shipped question and threat is in German, and nothing else is."""

from tocsin.assure.assessment import threats
from tocsin.assure.assessment.languages import _known, said
from tocsin.assure.assessment.profile import shipped


def test_all_shipped_texts_are_in_german_and_no_others():
    texts = {text for question in shipped().questions for text in (question.name, question.text)}
    texts |= {*threats.technologies().values(), *threats.classes().values()}
    texts |= {step.text for step in threats.steps().values()} | {tree.goal for tree in threats.trees()}
    assert set(_known("de")) == texts
    assert all(german.endswith("?") == english.endswith("?") for english, german in _known("de").items())
    assert said("de", "Vote by mail\nVote by phone") == "Briefwahl\nWahl per Telefon"


def test_other_texts_and_languages_stay():
    assert said("de", "100% of\nown text") == "100% of\nown text"
    assert [said(code, "Vote by mail") for code in ("en", "xx", "../de", "")] == ["Vote by mail"] * 4
