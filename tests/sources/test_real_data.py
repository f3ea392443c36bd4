"""The real files under shared/data: every row accounted for, against counts known of those files."""

import time
from pathlib import Path

import pytest
from tests.sources.reads import read

from tocsin.sources.base import Batch, ReadOptions
from tocsin.sources.reading import read_posts

DATA = Path(__file__).parents[3] / "shared/data/coordination"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")


@pytest.mark.parametrize(
    ("name", "mapping", "rows", "accounts"),
    [
        ("gop_debate_2015_control.parquet", {}, 13_871, 9_829),
        (
            "up_election_2017_dev.parquet",
            {"account": "user", "time": "ts", "post": "tweet_id", "text": "text"},
            18_054,
            9_270,
        ),
        ("coortweet_russian_coord_tweets.parquet", {}, 35_125, 9_509),
        ("pycoornet_crowdtangle_sample.csv", {"post": "share_id", "time": "date", "urls": "expanded"}, 160, None),
    ],
)
def test_every_row_is_accounted_for(name, mapping, rows, accounts):
    found = read(DATA / name, mapping=mapping)
    facts = found.only.input
    assert found.only.error is None
    assert facts.posts + facts.rejected + facts.duplicates == rows
    if accounts:
        assert len({post["account"] for post in found.posts}) == accounts


def test_gop_duplicates():
    facts = read(DATA / "gop_debate_2015_control.parquet").only.input
    assert (facts.posts, facts.duplicates + facts.rejected) == (13_837, 34)


def test_toolkit_file_holds_times_of_1970():
    """The peer's own test file counts its seconds from zero: recognised, and set aside with the reason."""
    found = read(DATA / "cnt_coretweet_test_input.csv")
    assert found.only.input.format == "toolkit"
    assert len(found.rejected) == 15
    assert {row.reason.split(":")[0] for row in found.rejected} == {"a time before 1990"}


def test_toolkit_file_with_times_moved(tmp_path):
    lines = (DATA / "cnt_coretweet_test_input.csv").read_text("utf-8-sig").splitlines()
    moved = [
        ",".join([*line.rsplit(",", 2)[:1], f"{1_600_000_000 + int(line.rsplit(',', 2)[1])}", '""'])
        for line in lines[1:]
    ]
    (tmp_path / "cnt.csv").write_text("\n".join([lines[0], *moved]))
    found = read(tmp_path / "cnt.csv")
    assert (len(found.posts), len(found.rejected)) == (15, 0)
    assert found.posts[0]["repost_of"] == "rtid0"
    assert found.posts[0]["urls"] is None


def test_ira_months_are_read_fast():
    options, start, count = ReadOptions(), time.process_time(), 0
    for item in read_posts([str(DATA / "ira_tweets_dev.parquet")], options):
        if isinstance(item, Batch):
            count += len(item.posts)
        else:
            assert item.input.posts + item.input.duplicates + item.input.rejected == 449_651
    assert count > 447_000
    assert time.process_time() - start < 4  # about 1 when the machine is quiet
