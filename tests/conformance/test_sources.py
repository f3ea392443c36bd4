"""What every registered source must do, whoever wrote it."""

import contextlib
import io
from pathlib import Path

import pytest

from tocsin import plugins
from tocsin.errors import InputError
from tocsin.model.post import POSTS
from tocsin.sources.base import Head, ReadOptions

ENOUGH_TO_SAY_SO = 0.5  # a confidence that claims a format
SOURCES = plugins.load("sources")
each = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)


def test_the_formats_promised_are_registered():
    assert len(SOURCES) >= 10


def test_ids_and_titles_are_unique():
    assert [source.id for source in SOURCES.values()] == list(SOURCES)
    titles = [source.title for source in SOURCES.values()]
    assert all(titles)
    assert len(set(titles)) == len(titles)


@each
@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"\x00" * 64, b"the quick brown fox\n" * 20])
def test_nothing_is_not_recognised(source, data):
    sniffed = source.sniff(Head("posts", data, whole=True))
    assert sniffed is None or sniffed.confidence < ENOUGH_TO_SAY_SO


@each
def test_an_empty_stream_gives_no_posts(source):
    batches = []
    with contextlib.suppress(InputError):
        batches = list(source.read(io.BytesIO(b""), "empty", ReadOptions()))
    assert sum(batch.posts.num_rows for batch in batches) == 0
    assert all(batch.posts.schema.equals(POSTS) for batch in batches)


@each
def test_it_is_in_the_reference(source, reference: Path):
    page = (reference / "formats.md").read_text()
    assert f"`{source.id}`" in page
    assert source.title in page
