"""Twitter's information-operations archive: `*_tweets_csv_hashed.csv` and its successors (2018 to 2022)."""

from __future__ import annotations

from tocsin.sources.delimited import DelimitedSource

SOURCE = DelimitedSource(
    id="twitter-io",
    title="Twitter information-operations archive (CSV)",
    platform="twitter",
    signature=("tweetid", "userid", "tweet_text", "tweet_time"),
    fields={
        "post": ("tweetid",),
        "account": ("userid",),
        "time": ("tweet_time",),
        "text": ("tweet_text",),
        "language": ("tweet_language",),
        "client": ("tweet_client_name",),
        "repost_of": ("retweet_tweetid",),
        "reply_to": ("in_reply_to_tweetid",),
        "urls": ("urls",),
        "hashtags": ("hashtags",),
        "mentions": ("user_mentions",),
    },
)
