"""A small file of each format, made by code, as ugly as the real ones: emoji, right-to-left, quotes, line breaks."""

from __future__ import annotations

import csv
import io
import json

UGLY = (
    'He said "vote", then\nleft 🗳️🇺🇸',
    "שלום עולם #בחירות",
    "مرحبا بالعالم",
    "Tom &amp; Jerry &lt;3 https://a.example/x?y=1&amp;z=2",
    "plain, with commas; and | bars",
    "",
)


def table(header: list[str], rows: list[list[object]], **how: object) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", **how)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def lines(records: list[dict]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def twitter_io() -> bytes:
    header = [
        "tweetid",
        "userid",
        "user_display_name",
        "user_screen_name",
        "user_reported_location",
        "user_profile_description",
        "user_profile_url",
        "follower_count",
        "following_count",
        "account_creation_date",
        "account_language",
        "tweet_language",
        "tweet_text",
        "tweet_time",
        "tweet_client_name",
        "in_reply_to_userid",
        "in_reply_to_tweetid",
        "quoted_tweet_tweetid",
        "is_retweet",
        "retweet_userid",
        "retweet_tweetid",
        "latitude",
        "longitude",
        "quote_count",
        "reply_count",
        "like_count",
        "retweet_count",
        "hashtags",
        "urls",
        "user_mentions",
        "poll_choices",
    ]
    rows = []
    for i, text in enumerate(UGLY):
        row = dict.fromkeys(header, "")
        row |= {
            "tweetid": str(898925911294132224 + i),
            "userid": f"ygQRwhQRrh1+{i % 2}MFnzWgqUGimWqg0KZptLpxDY=",
            "tweet_language": ["en", "iw", "ar", "en", "und", ""][i],
            "tweet_text": text,
            "tweet_time": f"2017-08-19 1{i}:00",
            "tweet_client_name": "Twitter Web Client",
            "is_retweet": "True" if i == 1 else "False",
            "retweet_tweetid": "898000000000000001" if i == 1 else "",
            "in_reply_to_tweetid": "898000000000000002" if i == 2 else "",
            "hashtags": ["[Vote, MAGA]", "['a', 'b']", "[]", "", "[one]", "[]"][i],
            "urls": ["[https://a.example/x,y, http://b.example]", "", "[]", "['http://c.example']", "", ""][i],
            "user_mentions": ["[12345, 678]", "", "[]", "", "", ""][i],
        }
        rows.append([row[name] for name in header])
    return table(header, rows, quoting=csv.QUOTE_ALL)


def clemson() -> bytes:
    header = [
        "external_author_id",
        "author",
        "content",
        "region",
        "language",
        "publish_date",
        "harvested_date",
        "following",
        "followers",
        "updates",
        "post_type",
        "account_type",
        "retweet",
        "account_category",
        "new_june_2018",
        "alt_external_id",
        "tweet_id",
        "article_url",
        "tco1_step1",
        "tco2_step1",
        "tco3_step1",
    ]
    rows = [
        [
            "9.06E+17",
            "10_GOP",
            text,
            "Unknown",
            ["English", "LANGUAGE UNDEFINED", "Russian"][i % 3],
            f"10/{i + 1}/2017 19:58",
            f"10/{i + 1}/2017 19:59",
            1052,
            9636,
            253,
            "",
            "Right",
            0,
            "RightTroll",
            0,
            "905874659358453760",
            f"91491{i}156552",
            "http://twitter.com/x",
            "https://twitter.com/10_gop/status/1/video/1" if i == 0 else "",
            "http://b.example" if i == 0 else "",
            "",
        ]
        for i, text in enumerate(UGLY)
    ]
    return table(header, rows)


def coortweet() -> bytes:
    rows = [
        ["https://a.example/x", "a1", "c1", 1623881091],
        ["https://b.example/y", "a1", "c1", 1623881091],
        ["#tag one", "a2", "c2", 1623881095],
        ["http://long.example/a,b|c", "a3", "c3", 1623881096],
    ]
    return table(["object_id", "account_id", "content_id", "timestamp_share"], rows)


def toolkit() -> bytes:
    rows = [
        [
            i,
            f"u{i % 2}",
            f"name{i % 2}",
            "rt1" if i == 0 else "",
            "re1" if i == 1 else "",
            text,
            1500000000 + i,
            "http://a.example http://b.example/c,d" if i == 2 else "",
        ]
        for i, text in enumerate(UGLY)
    ]
    header = ["message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp", "urls"]
    return b"\xef\xbb\xbf" + table(header, rows, quoting=csv.QUOTE_NONNUMERIC)


def crowdtangle() -> bytes:
    header = [
        "Page Name",
        "User Name",
        "Facebook Id",
        "Page Category",
        "Page Admin Top Country",
        "Page Description",
        "Page Created",
        "Likes at Posting",
        "Followers at Posting",
        "Post Created",
        "Post Created Date",
        "Post Created Time",
        "Type",
        "Total Interactions",
        "Likes",
        "Comments",
        "Shares",
        "Love",
        "Wow",
        "Haha",
        "Sad",
        "Angry",
        "Care",
        "Video Share Status",
        "Is Video Owner?",
        "Post Views",
        "Total Views",
        "Total Views For All Crossposts",
        "Video Length",
        "URL",
        "Message",
        "Link",
        "Final Link",
        "Image Text",
        "Link Text",
        "Description",
        "Sponsor Id",
        "Sponsor Name",
        "Sponsor Category",
    ]
    rows = []
    for i, text in enumerate(UGLY):
        own = f"https://www.facebook.com/100064{i}/posts/29107{i}0001"
        row = dict.fromkeys(header, "") | {
            "Page Name": "Page, the",
            "User Name": "thepage",
            "Facebook Id": "100064123456789",
            "Post Created": f"2020-07-0{i + 1} 08:00:00 EDT",
            "URL": own,
            "Message": text,
            "Link": own if i == 1 else "https://short.example/1",
            "Final Link": "https://news.example/story" if i == 0 else "",
            "Link Text": "The story's title",
        }
        rows.append([row[name] for name in header])
    return table(header, rows)


def instagram() -> bytes:
    header = [
        "Account",
        "User Name",
        "Followers at Posting",
        "Post Created",
        "Post Created Date",
        "Post Created Time",
        "Type",
        "Total Interactions",
        "Likes",
        "Comments",
        "Views",
        "URL",
        "Link",
        "Photo",
        "Title",
        "Description",
        "Image Text",
        "Sponsor Id",
        "Sponsor Name",
    ]
    rows = [
        [
            "The Page",
            "thepage",
            10,
            f"2021-01-0{i + 1} 10:00:00 CST",
            "",
            "",
            "Photo",
            5,
            4,
            1,
            0,
            f"https://www.instagram.com/p/AbC{i}/",
            "",
            "https://cdn.example/p.jpg",
            "",
            text,
            "",
            "",
            "",
        ]
        for i, text in enumerate(UGLY)
    ]
    return table(header, rows)


def meta_content_library() -> bytes:
    header = [
        "activities",
        "content_type",
        "creation_time",
        "id",
        "is_branded_content",
        "lang",
        "link_attachment.caption",
        "link_attachment.description",
        "link_attachment.link",
        "link_attachment.name",
        "match_type",
        "mcl_url",
        "modified_time",
        "multimedia",
        "post_owner.type",
        "post_owner.id",
        "post_owner.name",
        "post_owner.username",
        "shared_post_id",
        "statistics.views",
        "surface.type",
        "surface.id",
        "surface.name",
        "surface.username",
        "text",
    ]
    rows = [
        [
            "",
            "links",
            f"2024-05-0{i + 1}T10:00:00+00:00",
            7000000000000000 + i,
            False,
            "en",
            "",
            "",
            "https://a.example/x" if i == 0 else "",
            "",
            "",
            "https://www.facebook.com/transparency/mcl/post/1",
            "",
            "",
            "facebook_page",
            61550000000000 + i % 2,
            "Page",
            "page",
            7999999999999999 if i == 1 else "",
            12,
            "facebook_page",
            1,
            "",
            "",
            text,
        ]
        for i, text in enumerate(UGLY)
    ]
    return table(header, rows)


def fourcat() -> bytes:
    header = [
        "collected_from_url",
        "id",
        "thread_id",
        "timestamp",
        "unix_timestamp",
        "link",
        "body",
        "author",
        "author_fullname",
        "author_id",
        "source",
        "language_guess",
        "retweet_count",
        "is_retweet",
        "hashtags",
        "urls",
        "mentions",
    ]
    rows = [
        [
            "",
            f"17{i}",
            "170",
            f"2023-05-0{i + 1} 10:00:00",
            1682935200 + 86400 * i,
            "https://x.example",
            text,
            "alice",
            "Alice",
            "99",
            "Twitter for iPhone",
            "en",
            3,
            "no",
            "vote,maga" if i == 0 else "",
            "https://a.example/1,https://b.example/2" if i == 0 else "",
            "bob,carol" if i == 0 else "",
        ]
        for i, text in enumerate(UGLY)
    ]
    return table(header, rows)


def _message(i: int, text: object) -> dict:
    return {
        "id": i,
        "type": "message",
        "date": f"2023-01-15T10:3{i}:00",
        "date_unixtime": str(1673776200 + 60 * i),
        "from": "Канал",
        "from_id": "channel1601587058",
        "text": text,
        "text_entities": [{"type": "plain", "text": text if isinstance(text, str) else "x"}],
    }


def telegram() -> bytes:
    pieces = [
        "Read ",
        {"type": "link", "text": "https://a.example/x"},
        " ",
        {"type": "text_link", "text": "here", "href": "https://b.example/y"},
        " ",
        {"type": "hashtag", "text": "#Vote"},
        " ",
        {"type": "mention", "text": "@bob"},
    ]
    messages = [_message(i, text) for i, text in enumerate([*UGLY[:4], pieces])]
    messages.append(
        {"id": 8, "type": "service", "date": "2023-01-15T10:40:00", "actor": "x", "action": "pin", "text": ""}
    )
    messages[1] |= {"reply_to_message_id": 4, "forwarded_from": "Other"}
    chat = {"name": "Канал", "type": "public_channel", "id": 1601587058, "messages": messages}
    return json.dumps(chat, ensure_ascii=False, indent=1).encode()


def telegram_full() -> bytes:
    chats = [
        {
            "name": f"Chat {c}",
            "type": "private_group",
            "id": 100 + c,
            "messages": [_message(i, f"m {c} {i}") for i in (1, 2)],
        }
        for c in (1, 2)
    ]
    whole = {"about": "Here is", "contacts": {"list": [{"user_id": 1}]}, "chats": {"about": "This", "list": chats}}
    return json.dumps(whole, indent=1).encode()


def jetstream() -> bytes:
    def commit(i: int, collection: str, record: dict | None, operation: str = "create") -> dict:
        inner = {"rev": "3l", "operation": operation, "collection": collection, "rkey": f"3l{i}", "cid": "bafy"}
        whole = {"did": f"did:plc:user{i % 3}", "time_us": 1725911162329308 + i * 10**6, "kind": "commit"}
        return whole | {"commit": inner | ({"record": record} if record else {})}

    post, share = "app.bsky.feed.post", "app.bsky.feed.repost"
    rich = {
        "$type": post,
        "createdAt": "2024-09-09T19:46:02.102Z",
        "langs": ["en"],
        "text": UGLY[0],
        "facets": [
            {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/x"}], "index": {}},
            {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Vote"}], "index": {}},
            {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}], "index": {}},
        ],
        "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://card.example", "title": "t"}},
        "reply": {
            "parent": {"uri": "at://did:plc:x/app.bsky.feed.post/1", "cid": "b"},
            "root": {"uri": "r", "cid": "b"},
        },
    }
    quote = {
        "$type": post,
        "text": "look",
        "embed": {"$type": "app.bsky.embed.record", "record": {"uri": "at://q", "cid": "b"}},
    }
    subject = {
        "subject": {"uri": "at://did:plc:y/app.bsky.feed.post/2", "cid": "b"},
        "createdAt": "2024-09-09T19:46:02Z",
    }
    events = [
        commit(0, post, rich),
        commit(1, share, subject),
        commit(2, "app.bsky.feed.like", subject),
        commit(3, post, None, "delete"),
        {"did": "did:plc:z", "time_us": 1725911162329399, "kind": "identity", "identity": {"did": "did:plc:z"}},
        commit(5, post, quote),
    ]
    return lines(events)


def _status(i: int, content: str, **more: object) -> dict:
    return {
        "id": str(1000 + i),
        "created_at": f"2024-03-0{i + 1}T10:00:00.000Z",
        "in_reply_to_id": None,
        "visibility": "public",
        "language": "en",
        "uri": f"https://m.example/users/alice/statuses/{1000 + i}",
        "content": content,
        "reblog": None,
        "application": {"name": "Web"},
        "account": {"id": "7", "username": "alice", "acct": "alice@m.example"},
        "mentions": [],
        "tags": [],
        "media_attachments": [],
        "card": None,
    } | more


def _statuses() -> list[dict]:
    html = (
        '<p>Tom &amp; Jerry<br>see <a href="https://a.example/x?y=1&amp;z=2" rel="nofollow"><span class="invisible">https://'
        '</span><span class="ellipsis">a.example/x</span></a></p><p><a href="https://m.example/tags/vote" '
        'class="mention hashtag">#<span>vote</span></a> <span class="h-card"><a href="https://m.example/@bob" '
        'class="u-url mention">@<span>bob</span></a></span></p>'
    )
    rich = _status(0, html, tags=[{"name": "vote"}], mentions=[{"acct": "bob", "id": "8"}])
    return [rich, _status(1, "", reblog=_status(5, "<p>shared</p>")), _status(2, "<p>שלום</p>", in_reply_to_id="1000")]


def mastodon() -> bytes:
    return json.dumps(_statuses(), ensure_ascii=False).encode()


def mastodon_lines() -> bytes:
    return lines(_statuses())


def reddit() -> bytes:
    common = {"subreddit": "news", "created_utc": 1454284800, "score": 1}
    return lines(
        [
            common
            | {
                "id": "43ya1a",
                "author": "alice",
                "title": "Tom &amp; Jerry",
                "selftext": "",
                "url": "https://a.example/x",
                "is_self": False,
                "name": "t3_43ya1a",
            },
            common
            | {
                "id": "43ya1b",
                "author": "bob",
                "title": "Ask",
                "selftext": "why?",
                "url": "https://reddit.example/self",
                "is_self": True,
            },
            common
            | {"id": "czltaa1", "author": "carol", "body": UGLY[0], "parent_id": "t3_43ya1a", "link_id": "t3_43ya1a"},
            common
            | {
                "id": "43ya1c",
                "author": "dave",
                "title": "x",
                "selftext": "",
                "crosspost_parent": "t3_43ya1a",
                "created_utc": "1454284801",
                "is_self": False,
            },
        ]
    )


def _thread(i: int, replies: int = 0) -> dict:
    def comment(id_: str, parent: str | None = None) -> dict:
        said = {
            "textDisplay": "Tom &amp;amp; Jerry" if i else UGLY[0],
            "authorDisplayName": f"@user{i}",
            "videoId": "v1",
            "authorChannelId": {"value": f"UCabc{i}"},
            "publishedAt": f"2024-01-0{i + 1}T00:00:0{len(id_) % 10}Z",
        }
        return {"kind": "youtube#comment", "id": id_, "snippet": said | ({"parentId": parent} if parent else {})}

    top = f"Ug{i}"
    thread = {
        "kind": "youtube#commentThread",
        "id": top,
        "snippet": {"videoId": "v1", "topLevelComment": comment(top), "totalReplyCount": replies},
    }
    if replies:
        thread["replies"] = {"comments": [comment(f"{top}.{r}", top) for r in range(replies)]}
    return thread


def youtube() -> bytes:
    page = {"kind": "youtube#commentThreadListResponse", "pageInfo": {}, "items": [_thread(0, 2), _thread(1)]}
    return json.dumps(page, indent=2).encode()


def youtube_lines() -> bytes:
    return lines([_thread(0, 2), _thread(1), {"kind": "youtube#commentThreadListResponse", "items": [_thread(2)]}])


def youtube_tools() -> bytes:
    header = [
        "id",
        "replyCount",
        "likeCount",
        "publishedAt",
        "authorName",
        "text",
        "authorChannelId",
        "authorChannelUrl",
        "isReply",
        "isReplyTo",
        "isReplyToName",
    ]
    rows = [
        [
            f"Ug{i}",
            0,
            1,
            f"2024-01-0{i + 1} 10:00:00",
            f"User {i}",
            text,
            f"UCabc{i}",
            "",
            int(i == 1),
            "Ug0" if i == 1 else "",
            "",
        ]
        for i, text in enumerate(UGLY)
    ]
    return table(header, rows)


def tiktok() -> bytes:
    records = [
        {
            "cid": f"72{i}",
            "text": text,
            "create_time": 1700000000 + i,
            "aweme_id": "7100",
            "reply_id": "0" if i else "719",
            "digg_count": 1,
            "user": {"uid": f"68{i}", "unique_id": f"khaby.lame{i}", "nickname": "K"},
            "comment_language": "en",
            "text_extra": [{"user_unique_id": "bob"}] if i == 0 else [],
        }
        for i, text in enumerate(UGLY)
    ]
    return lines(records)


def tiktok_research() -> bytes:
    page = {"data": {"comments": [{"id": 1, "text": "a", "video_id": 2, "create_time": 1671491598, "like_count": 5}]}}
    return json.dumps(page).encode()


def tiktok_csv() -> bytes:
    header = [
        "videoWebUrl",
        "cid",
        "createTime",
        "createTimeISO",
        "text",
        "diggCount",
        "repliesToId",
        "replyCommentTotal",
        "uid",
        "uniqueId",
    ]
    rows = [
        [
            "https://t.example/1",
            f"72{i}",
            1700000000 + i,
            f"2023-11-14T22:13:2{i}.000Z",
            text,
            1,
            "720" if i else "",
            0,
            "68",
            "kh",
        ]
        for i, text in enumerate(UGLY)
    ]
    return table(header, rows)


def generic_csv() -> bytes:
    rows = [[f"p{i}", f"u{i % 2}", f"2024-03-0{i + 1} 10:00:00", text, "English"] for i, text in enumerate(UGLY)]
    return table(["post_id", "user_id", "created_at", "text", "lang"], rows)


def generic_tsv() -> bytes:
    rows = [[f"p{i}", f"u{i % 2}", 1700000000 + i, text.replace("\n", " ")] for i, text in enumerate(UGLY)]
    return table(["post_id", "user_id", "created_at", "text"], rows, delimiter="\t")


def generic_jsonl() -> bytes:
    records = [
        {
            "id": i,
            "user": {"id": 17, "screen_name": "bob"},
            "created_at": f"Thu Aug 06 00:01:0{i} +0000 2015",
            "full_text": text,
            "entities": {"hashtags": [{"text": "Vote"}]},
        }
        for i, text in enumerate(UGLY)
    ]
    return lines(records)


#: format id -> (maker, posts, rejected)
SAMPLES = {
    "twitter-io": (twitter_io, 6, 0),
    "clemson": (clemson, 6, 0),
    "coortweet": (coortweet, 4, 0),
    "toolkit": (toolkit, 6, 0),
    "crowdtangle": (crowdtangle, 6, 0),
    "crowdtangle-instagram": (instagram, 6, 0),
    "meta-content-library": (meta_content_library, 6, 0),
    "4cat": (fourcat, 6, 0),
    "telegram": (telegram, 5, 0),
    "jetstream": (jetstream, 3, 0),
    "mastodon": (mastodon, 3, 0),
    "reddit": (reddit, 4, 0),
    "youtube": (youtube, 4, 0),
    "youtube-data-tools": (youtube_tools, 6, 0),
    "tiktok": (tiktok, 6, 0),
    "tiktok-csv": (tiktok_csv, 6, 0),
    "csv": (generic_csv, 6, 0),
    "jsonl": (generic_jsonl, 6, 0),
}
