"""The scales have the values of their sources, and likelihood and confidence never share a sentence."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model import grades
from tocsin.model.grades import codes, mixed, needs, percent, steps_apart, words

SCALES = {
    "source": grades.Source,
    "information": grades.Information,
    "likelihood": grades.Likelihood,
    "confidence": grades.Confidence,
    "breakout": grades.Breakout,
    "harm": grades.Harm,
    "tlp": grades.Tlp,
}


@pytest.mark.parametrize("scale", SCALES)
def test_the_data_hold_every_value_of_the_type_and_no_other(scale):
    assert codes(scale) == tuple(value for value in get_args(SCALES[scale]) if value != "")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("scale", SCALES)
def test_every_value_has_words_of_its_own_in_each_language(scale, language):
    said = [words(scale, code, language) for code in codes(scale)]
    assert all(said)
    assert len(set(said)) == len(said)
    if scale in ("confidence", "breakout", "tlp"):
        assert all(needs(scale, code, language) for code in codes(scale))
        assert needs(scale, codes(scale)[0], "de") != needs(scale, codes(scale)[0], "en")


def test_the_bands_are_those_of_icd_203():
    # ICD 203 (2 January 2015), section D.6.e(2)(a)
    published = [(1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)]
    assert [percent(band) for band in codes("likelihood")] == published
    assert percent("") is None


def test_a_language_without_words_falls_back_to_english():
    assert words("likelihood", "likely", "xx") == "likely"
    assert words("likelihood", "", "en") == ""


def test_steps_are_counted_along_the_scale():
    assert steps_apart("likelihood", "likely", "almost certain") == 2
    assert steps_apart("likelihood", "likely", "unlikely") == -2
    assert steps_apart("confidence", "", "high") is None


MIXED = [
    "We assess with high confidence that it is very likely a foreign service.",
    "It is almost certain, and our confidence is high, that is: high confidence.",
    "There is a roughly even chance (moderate confidence) of a repeat.",
    "Analysts have low\nconfidence that it is\nunlikely.",
    "It is LIKELY, e.g. with HIGH CONFIDENCE, that they met.",
    "Wir halten es mit hohem Vertrauen für sehr wahrscheinlich.",
    "Es ist nahezu sicher, z. B. bei mittlerem Vertrauen in die Quellen.",
]
APART = [
    "It is very likely a foreign service. We have high confidence in this judgement.",
    "It is very likely a foreign service.\n\nhigh confidence",
    "Likelihood is one thing:\n- very likely\n- high confidence",
    "Is it likely? High confidence is another matter.",
    "It is likely to cause low confidence in the vote.",
    "The false date will probably lower public confidence.",
    "A 95 % confidence interval makes this likely.",
    "Der Aufruf senkt wahrscheinlich das Vertrauen der Wähler.",
    "Es ist wahrscheinlich. Wir haben hohes Vertrauen in die Grundlage.",
    "The unlikelihoods and confidences of words within words.",
    "",
]


@pytest.mark.parametrize("text", MIXED)
def test_likelihood_and_confidence_in_one_sentence_are_found(text):
    (span,) = mixed(text)
    sentence = text[span.start : span.end]
    assert span.likelihood in sentence
    assert span.confidence in sentence


@pytest.mark.parametrize("text", APART)
def test_likelihood_and_confidence_apart_are_not(text):
    assert mixed(text) == []


@settings(deadline=None)
@given(st.sampled_from(APART), st.sampled_from(MIXED), st.sampled_from(APART))
def test_the_place_is_that_of_the_sentence(before, sentence, after):
    text = f"{before}\n\n{sentence}\n\n{after}"
    (span,) = mixed(text)
    assert len(f"{before}\n\n") - 2 <= span.start
    assert span.end <= len(f"{before}\n\n{sentence}\n\n")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_checked(text):
    for span in mixed(text):
        assert 0 <= span.start < span.end <= len(text)
