"""Each format's sample is recognised as that format and read to the posts it holds."""

from datetime import UTC, datetime

import pytest
from tests.sources import samples
from tests.sources.reads import read


@pytest.fixture
def give(tmp_path):
    def write(data: bytes, name: str = "posts", **options):
        path = tmp_path / name
        path.write_bytes(data)
        return read(path, **options)

    return write


@pytest.mark.parametrize("kind", samples.SAMPLES)
def test_recognised_and_counted(give, kind):
    make, posts, rejected = samples.SAMPLES[kind]
    found = give(make())
    assert found.only.error is None
    assert (found.only.input.format, len(found.posts), len(found.rejected)) == (kind, posts, rejected)
    assert found.only.input.reason
    assert all(post["time"].tzinfo is not None for post in found.posts)


def test_twitter_io(give):
    posts = give(samples.twitter_io()).posts
    assert posts[0]["text"] == samples.UGLY[0]
    assert posts[3]["text"] == "Tom & Jerry <3 https://a.example/x?y=1&z=2"
    assert posts[0]["time"] == datetime(2017, 8, 19, 10, 0, tzinfo=UTC)
    assert posts[0]["hashtags"] == ["vote", "maga"]
    assert posts[1]["hashtags"] == ["a", "b"]
    assert posts[2]["hashtags"] == []
    assert posts[3]["hashtags"] is None
    assert posts[0]["urls"] == ["https://a.example/x,y", "http://b.example"]
    assert posts[3]["urls"] == ["http://c.example"]
    assert posts[0]["mentions"] == ["12345", "678"]
    assert posts[1]["repost_of"] == "898000000000000001"
    assert posts[2]["reply_to"] == "898000000000000002"
    assert [post["language"] for post in posts] == ["en", "he", "ar", "en", None, None]
    # the second row starts on line 3 of the file: the header has one line, the first row two
    assert [post["row"] for post in posts[:3]] == [2, 4, 5]


def test_clemson_takes_the_author_and_month_first(give):
    posts = give(samples.clemson()).posts
    assert {post["account"] for post in posts} == {"10_GOP"}
    assert posts[1]["time"] == datetime(2017, 10, 2, 19, 58, tzinfo=UTC)
    assert posts[0]["urls"] == ["https://twitter.com/10_gop/status/1/video/1", "http://b.example"]
    assert [post["language"] for post in posts[:3]] == ["en", None, "ru"]


def test_coortweet_keeps_each_share(give):
    found = give(samples.coortweet())
    assert [post["post"] for post in found.posts] == ["c1", "c1+3", "c2", "c3"]
    assert [post["objects"] for post in found.posts][2:] == [["#tag one"], ["http://long.example/a,b|c"]]
    assert any("other objects" in note for note in found.only.input.notes)


def test_toolkit(give):
    posts = give(samples.toolkit()).posts
    assert posts[0]["repost_of"] == "rt1"
    assert posts[1]["reply_to"] == "re1"
    assert posts[2]["urls"] == ["http://a.example", "http://b.example/c,d"]
    # an empty cell is no link, and not the link ''
    assert posts[0]["urls"] is None


def test_crowdtangle_zone_link_and_text(give):
    posts = give(samples.crowdtangle()).posts
    assert posts[0]["time"] == datetime(2020, 7, 1, 12, 0, tzinfo=UTC)
    assert posts[0]["post"] == "2910700001"
    assert posts[0]["urls"] == ["https://news.example/story"]
    assert posts[1]["urls"] is None
    assert posts[2]["urls"] == ["https://short.example/1"]
    assert posts[5]["text"] == "The story's title"


def test_instagram_reads_cst_as_american(give):
    posts = give(samples.instagram()).posts
    assert posts[0]["time"] == datetime(2021, 1, 1, 16, 0, tzinfo=UTC)
    assert posts[0]["platform"] == "instagram"


def test_fourcat(give):
    posts = give(samples.fourcat()).posts
    assert posts[0]["reply_to"] is None
    assert posts[1]["reply_to"] == "170"
    assert posts[0]["urls"] == ["https://a.example/1", "https://b.example/2"]
    assert posts[0]["mentions"] == ["bob", "carol"]
    assert posts[0]["account"] == "99"


def test_telegram(give):
    found = give(samples.telegram())
    rich = found.posts[4]
    assert rich["text"] == "Read https://a.example/x here #Vote @bob"
    assert rich["urls"] == ["https://a.example/x", "https://b.example/y"]
    assert (rich["hashtags"], rich["mentions"]) == (["vote"], ["bob"])
    assert found.posts[1]["reply_to"] == "1601587058/4"
    assert found.posts[0]["account"] == "channel1601587058"
    assert any("1 records hold no post" in note for note in found.only.input.notes)


def test_telegram_full_export_keeps_the_chats_apart(give):
    posts = give(samples.telegram_full()).posts
    assert [post["post"] for post in posts] == ["101/1", "101/2", "102/1", "102/2"]


def test_jetstream(give):
    rich, share, quote = give(samples.jetstream()).posts
    assert rich["urls"] == ["https://a.example/x", "https://card.example"]
    assert (rich["hashtags"], rich["mentions"]) == (["vote"], ["did:plc:bob"])
    assert rich["reply_to"] == "at://did:plc:x/app.bsky.feed.post/1"
    assert share["repost_of"] == "at://did:plc:y/app.bsky.feed.post/2"
    assert share["post"] == "at://did:plc:user1/app.bsky.feed.repost/3l1"
    assert quote["objects"] == ["at://q"]
    assert rich["time"] == datetime(2024, 9, 9, 19, 46, 2, 329308, tzinfo=UTC)


@pytest.mark.parametrize("make", [samples.mastodon, samples.mastodon_lines])
def test_mastodon(give, make):
    rich, share, reply = give(make()).posts
    assert rich["text"] == "Tom & Jerry\nsee https://a.example/x\n#vote @bob"
    assert rich["urls"] == ["https://a.example/x?y=1&z=2"]
    assert (rich["hashtags"], rich["mentions"]) == (["vote"], ["bob"])
    assert share["repost_of"] == "https://m.example/users/alice/statuses/1005"
    assert share["text"] == "shared"
    assert reply["reply_to"] == "1000"


def test_reddit(give):
    link, own, comment, cross = give(samples.reddit()).posts
    assert link["urls"] == ["https://a.example/x"]
    assert link["text"] == "Tom & Jerry"
    assert own["urls"] is None
    assert own["text"] == "Ask\nwhy?"
    assert (comment["reply_to"], comment["post"]) == ("t3_43ya1a", "t1_czltaa1")
    assert cross["repost_of"] == "t3_43ya1a"


def test_youtube_replies(give):
    posts = give(samples.youtube()).posts
    assert [post["reply_to"] for post in posts] == ["v1", "Ug0", "Ug0", "v1"]
    assert posts[0]["account"] == "UCabc0"
    # entities are undone once only
    assert posts[3]["text"] == "Tom &amp; Jerry"
    assert len(give(samples.youtube_lines(), "lines").posts) == 5


def test_tiktok(give):
    posts = give(samples.tiktok()).posts
    assert (posts[0]["account"], posts[0]["reply_to"], posts[0]["mentions"]) == ("khaby.lame0", "719", ["bob"])
    assert posts[1]["reply_to"] == "7100"


def test_tiktok_research_names_no_author(give):
    found = give(samples.tiktok_research())
    assert found.only.input.format == "tiktok"
    assert [row.reason for row in found.rejected] == ["no account"]


def test_generic_tsv_and_jsonl(give):
    assert len(give(samples.generic_tsv(), "a.tsv").posts) == 6
    posts = give(
        samples.generic_jsonl(), "a.jsonl", mapping={"hashtags": "entities.hashtags", "account": "user.id"}
    ).posts
    assert posts[0]["hashtags"] == ["Vote".lower()]
    assert posts[0]["account"] == "17"
    assert posts[1]["time"] == datetime(2015, 8, 6, 0, 1, 1, tzinfo=UTC)
