"""The shipped questions and threat trees are in German, and nothing else is in that file."""

from babel.messages.pofile import read_po

from tocsin.assure.assessment import threats
from tocsin.assure.assessment.profile import shipped
from tocsin.web import i18n


def test_all_shipped_texts_are_in_german_and_no_others():
    texts = {text for question in shipped().questions for text in (question.name, question.text)}
    texts |= {*threats.technologies().values(), *threats.classes().values()}
    texts |= {step.text for step in threats.steps().values()} | {tree.goal for tree in threats.trees()}
    with (i18n.QUESTIONS / "de.po").open("rb") as file:
        known = {one.id: one.string for one in read_po(file) if one.id}
    assert set(known) == texts
    assert all(german and german.endswith("?") == english.endswith("?") for english, german in known.items())
    assert i18n.marked("Vote by mail", i18n.language("de")) == "Briefwahl"
    assert 'lang="en"' in i18n.marked("100% of own text", i18n.language("de"))
