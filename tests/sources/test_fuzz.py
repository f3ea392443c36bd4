"""Readers under random input: short here, an hour in `make test-all` (TOCSIN_FUZZ_S)."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.fuzz import TOKENS, check, run

from tocsin.plugins import load
from tocsin.sources.base import ReadOptions

SOURCES = load("sources")
TEXTS = st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8), st.text(max_size=8).map(str.encode))).map(
    b"".join
)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@settings(max_examples=40, deadline=None)
@given(data=TEXTS)
def test_any_bytes(source, data):
    check(source, data)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=10)), max_size=12), cut=st.integers(0, 60))
def test_any_cells_in_a_table_are_accounted_for(rows, cut):
    """Quoted as RFC 4180 wants it, whatever is in the cells, no row is lost or made up."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["post_id", "user_id", "created_at", "text"])
    for i, (text, account) in enumerate(rows):
        clean = text.encode("utf-8", "replace").decode()
        writer.writerow([i, account.encode("utf-8", "replace").decode(), 1700000000 + i, clean])
    data = out.getvalue().encode()
    posts, rejected = check(SOURCES["csv"], data)
    assert posts + rejected == len(rows)
    check(SOURCES["csv"], data[: max(len(data) - cut, 0)])


def test_damaged_samples_for_some_seconds():
    assert run(6, seed=20) > 5


@pytest.mark.slow
def test_damaged_samples_for_an_hour():
    assert run(float(os.environ.get("TOCSIN_FUZZ_S", "3600")), seed=int.from_bytes(os.urandom(4))) > 0


def test_the_fuzzer_can_fail():
    class Careless:
        id = "careless"

        def sniff(self, head):
            return None

        def read(self, stream, name, options: ReadOptions):
            raise KeyError(name)

    with pytest.raises(KeyError):
        check(Careless(), b"x")
