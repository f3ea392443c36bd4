"""One text for one value."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.store.canonical import canonical, digest

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)
)


@given(VALUES)
def test_the_text_says_the_value_and_only_one_text_does(value):
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(TEXT, st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_the_text_is_utf8_without_spaces():
    assert canonical({"b": [1, None, True], "a": "é\n"}) == '{"a":"é\\n","b":[1,null,true]}'.encode()
    assert digest([1]) == hashlib.sha256(b"[1]").hexdigest()


@pytest.mark.parametrize("value", [1.0, [0.5], {"a": [{"b": float("nan")}]}])
def test_a_float_is_refused(value):
    with pytest.raises(TypeError, match="float"):
        canonical(value)
