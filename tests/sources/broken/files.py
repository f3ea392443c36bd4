"""Broken files, made by code: each says how many good posts it holds and what the reader must say about the rest."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from tests.sources import samples

HEAD = "post_id,user_id,created_at,text\n"


@dataclass(frozen=True)
class Broken:
    """`posts`: good rows that must all come through. `says`: words in a reason, a note or the error."""

    name: str
    make: Callable[[], bytes]
    posts: int
    rejected: int = 0
    duplicates: int = 0
    error: str = ""
    says: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def row(i: int, text: str = "hello", time: str | None = None, account: str | None = None) -> str:
    return f"p{i},{account or f'u{i}'},{time or f'2024-03-01 10:00:{i % 60:02d}'},{text}\n"


def rows(*numbers: int) -> str:
    return "".join(row(i) for i in numbers)


def text(*parts: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: "".join(parts).encode(encoding)


def lines(*records: object) -> Callable[[], bytes]:
    return lambda: "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records).encode()


def record(i: int, **more: object) -> dict[str, object]:
    return {"post_id": f"p{i}", "user_id": f"u{i}", "created_at": f"2024-03-01T10:00:{i:02d}Z", "text": "hello"} | more


def good(count: int = 5) -> bytes:
    return (HEAD + rows(*range(count))).encode()


def long_noise(count: int) -> bytes:
    """Rows that do not shrink, so that a cut falls within them."""
    return (
        HEAD + "".join(row(i, os.urandom(0).hex() + format(i * 2654435761 % 2**64, "x") * 3) for i in range(count))
    ).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def zip_with_bad_checksum() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", good())
    data = bytearray(out.getvalue())
    at = data.find(b"hello")
    data[at : at + 5] = b"hellx"
    return bytes(data)


def encrypted_zip() -> bytes:
    data = bytearray(zipped(("a.csv", good())))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(magic) + offset] |= 1
    return bytes(data)


def parquet(**columns: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def telegram_cut() -> bytes:
    data = samples.telegram()
    return data[: data.rfind(b'"id": 8')]


def telegram_broken_message() -> bytes:
    data = samples.telegram().decode()
    return data.replace('"id": 2,', '"id": 2 oops,').encode()


GOOD = b"see `posts`"
EPOCH = 1_700_000_000
BROKEN = [
    # nothing there
    Broken("empty", lambda: b"", 0, error="is empty"),
    Broken("blank_lines", lambda: b"\n\n  \n", 0, error="is empty"),
    Broken("bom_only", lambda: b"\xef\xbb\xbf", 0, error="not one of the known formats"),
    Broken("header_only", text(HEAD), 0, says="no rows"),
    Broken("random_bytes", lambda: bytes(i * 7919 % 251 for i in range(5000)), 0, error="binary"),
    Broken("png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, 0, error="binary"),
    Broken("spreadsheet", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), 0, error="binary"),
    Broken("prose", text("The quick brown fox.\n" * 20), 0, error="not one of the known formats"),
    Broken("html_page", text("<!DOCTYPE html><html><body>Sign in, please</body></html>\n"), 0, error="not one"),
    Broken("one_column", text("text\nhello\nworld\n"), 0, error="not one of the known formats"),
    Broken("no_account_column", text("post_id,created_at,text\np1,2024-03-01 10:00:00,x\n"), 0, error="account"),
    Broken("no_time_column", text("post_id,user_id,text\np1,u1,x\n"), 0, error="time"),
    Broken("two_times", text("user_id,created_at,date,text\nu,2024-01-02,2023-05-06,x\n"), 0, error="could be"),
    Broken("two_accounts", text("user_id,channel_id,created_at\nu,c,2024-01-02 10:00:00\n"), 0, error="could be"),
    # rows of the wrong shape
    Broken("too_few_cells", text(HEAD, row(1), "p2,u2\n", row(3)), 2, 1, says="2 cells where the header has 4"),
    Broken("too_many_cells", text(HEAD, row(1), "p2,u2,2024-03-01 10:00:00,a,b,c\n", row(3)), 2, 1, says="6 cells"),
    Broken("extra_empty_cells", text(HEAD, row(1), "p2,u2,2024-03-01 10:00:02,a,,\n", row(3)), 3),
    Broken("blank_rows_between", text(HEAD, row(1), "\n \n\n", row(2), "\n"), 2),
    Broken(
        "unclosed_quote", text(HEAD, row(1), 'p2,u2,2024-03-01 10:00:02,"oops\n', rows(3, 4)), 3, 1, says="never closed"
    ),
    Broken(
        "unclosed_quote_before_quoted_rows",
        text(HEAD, row(1), 'p2,u2,2024-03-01 10:00:02,"oops\n', *(row(i, '"fine, yes"') for i in range(3, 9))),
        7,
        1,
        says="never closed",
    ),
    Broken(
        "unclosed_quote_long_after", text(HEAD, 'p2,u2,2024-03-01 10:00:02,"oops\n', rows(*range(3, 3003))), 3000, 1
    ),
    Broken("unclosed_quote_last", text(HEAD, rows(1, 2), 'p3,u3,2024-03-01 10:00:03,"oops'), 2, 1, says="never closed"),
    Broken("stray_quotes", text(HEAD, row(1, '5" pipe'), row(2, 'a "b" c'), row(3)), 3),
    Broken("quote_then_text", text(HEAD, row(1, '"so" he said'), row(2)), 2),
    Broken("quoted_newlines", text(HEAD, row(1, '"a\nb\n\nc"'), row(2, '"x ""y"" z"'), row(3)), 3),
    Broken("cut_last_row", text(HEAD, rows(1, 2), "p3,u3,2024-0"), 2, 1, says="3 cells"),
    Broken("no_final_newline", text(HEAD, rows(1, 2), row(3).rstrip()), 3),
    Broken("header_repeated", text(HEAD, rows(1, 2), HEAD, rows(3)), 3, 1, says="not a time"),
    Broken("excel_sep_line", text("sep=;\n", (HEAD + rows(1, 2)).replace(",", ";")), 2),
    Broken("sep_line_of_no_use", text("sep=\u4e00\n", HEAD, rows(1, 2)), 0, error="known formats"),
    Broken("sep_line_of_a_quote", text('sep="\n', HEAD, rows(1, 2)), 0, error="known formats"),
    Broken("tabs", text((HEAD + rows(1, 2)).replace(",", "\t")), 2),
    Broken("duplicate_header", text("user_id,created_at,text,text\nu1,2024-03-01 10:00:00,a,b\n"), 1),
    # line ends
    Broken("crlf", lambda: good().replace(b"\n", b"\r\n"), 5),
    Broken("cr_only", lambda: good().replace(b"\n", b"\r"), 5),
    Broken("mixed_line_ends", text(HEAD, row(1).replace("\n", "\r\n"), row(2), row(3).replace("\n", "\r"), row(4)), 4),
    # encodings
    Broken("utf8_bom", lambda: b"\xef\xbb\xbf" + good(), 5),
    Broken("utf16_le", lambda: b"\xff\xfe" + good().decode().encode("utf-16-le"), 5, says="UTF-16-LE"),
    Broken("utf16_be", lambda: b"\xfe\xff" + good().decode().encode("utf-16-be"), 5, says="UTF-16-BE"),
    Broken("utf16_without_bom", lambda: good().decode().encode("utf-16-le"), 5, says="UTF-16"),
    Broken("utf16_odd_byte", lambda: b"\xff\xfe" + good().decode().encode("utf-16-le") + b"x", 5, 1),
    Broken(
        "cp1252",
        text(HEAD, row(1, "caf\u00e9 \u20ac5"), row(2, "na\u00efve"), encoding="cp1252"),
        2,
        says="Windows-1252",
    ),
    Broken(
        "latin1", lambda: (HEAD + row(1)).encode() + b"p2,u2,2024-03-01 10:00:02,\x81\x8d\n", 2, says="Windows-1252"
    ),
    Broken(
        "mixed_encodings", lambda: (HEAD + row(1, "café")).encode() + row(2, "café").encode("cp1252"), 2, says="mixed"
    ),
    Broken(
        "cesu8_emoji",
        lambda: (HEAD + row(1)).encode() + b"p2,u2,2024-03-01 10:00:02,\xed\xa0\xbd\xed\xb8\x80\n",
        2,
        says="surr",
    ),
    Broken(
        "lone_surrogate", lambda: (HEAD + row(1)).encode() + b"p2,u2,2024-03-01 10:00:02,\xed\xa0\xbd\n", 2, says="surr"
    ),
    Broken("nul_bytes", lambda: good().replace(b"hello", b"he\0llo"), 5, says="5 NUL bytes"),
    Broken("cut_in_a_character", lambda: (HEAD + rows(1, 2) + row(3, "\u0448")).encode()[:-2], 3, says="Windows-1252"),
    Broken("bidi_override", text(HEAD, row(1, "a\u202eb"), row(2)), 2, says="direction overrides"),
    # times
    Broken("not_a_time", text(HEAD, rows(1, 2), row(3, time="yesterday")), 2, 1, says="not a time"),
    Broken("no_time", text(HEAD, rows(1, 2), "p3,u3,,hello\n"), 2, 1, says="no time"),
    Broken("excel_serial", text(HEAD, rows(1, 2), row(3, time="45352.4167")), 2, 1, says="serial date"),
    Broken("year_1970", text(HEAD, rows(1, 2), row(3, time="1970-01-01 00:00:00")), 2, 1, says="before 1990"),
    Broken("year_2999", text(HEAD, rows(1, 2), row(3, time="2999-01-01 00:00:00")), 2, 1, says="in the future"),
    Broken("february_30", text(HEAD, rows(1, 2), row(3, time="2024-02-30 10:00:00")), 2, 1, says="not a time"),
    Broken(
        "day_or_month",
        text(HEAD, *(row(i, time=f"3/{i}/2024 10:00") for i in range(1, 9))),
        0,
        error="month or the day",
    ),
    Broken(
        "day_or_month_said",
        text(HEAD, *(row(i, time=f"3/{i}/2024 10:00") for i in range(1, 9))),
        8,
        options={"date_order": "MDY"},
    ),
    Broken(
        "day_first_shown",
        text(HEAD, *(row(i, time=f"{i}/3/2024 10:00") for i in range(1, 15))),
        14,
        says="day/month/year",
    ),
    Broken(
        "both_orders",
        text(HEAD, *(row(i, time=f"{i}/3/2024 10:00") for i in range(1, 15)), row(20, time="3/25/2024 10:00")),
        14,
        1,
        says="not a time in the order DMY",
    ),
    Broken(
        "ambiguous_zone", text(HEAD, rows(1, 2), row(3, time="2024-03-01 10:00:00 CST")), 2, 1, says="time zone CST"
    ),
    Broken(
        "mixed_times", text(HEAD, row(1), row(2, time=str(EPOCH)), row(3, time="Thu Aug 06 00:01:02 +0000 2015")), 3
    ),
    # ids
    Broken(
        "excel_id",
        text(HEAD, rows(1, 2), "1.23457E+17,u3,2024-03-01 10:00:00,x\n"),
        2,
        1,
        says="damaged by a spreadsheet",
    ),
    Broken("float_ids", text(HEAD, "7.0,5.0,2024-03-01 10:00:00,x\n"), 1),
    Broken("no_account", text(HEAD, rows(1, 2), "p3,,2024-03-01 10:00:00,x\n"), 2, 1, says="no account"),
    Broken("same_post_twice", text(HEAD, rows(1, 2, 1)), 2, duplicates=1),
    Broken("same_id_other_text", text(HEAD, rows(1, 2), row(1, "changed")), 2, 1, says="row 2"),
    Broken(
        "no_ids", text("user_id,created_at,text\nu1,2024-03-01,a\nu1,2024-03-01,b\nu1,2024-03-01,a\n"), 2, duplicates=1
    ),
    # JSON
    Broken("jsonl_bad_line", lines(record(1), '{"post_id": "p2", "user', record(3)), 2, 1, says="not a JSON value"),
    Broken("jsonl_bad_first_line", lines('{"post_id": "p2", "user', record(1), record(3)), 2, 1),
    Broken("jsonl_cut", lambda: lines(record(1), record(2))()[:-20], 1, 1, says="not a JSON value"),
    Broken("jsonl_numbers_between", lines(record(1), "17", "null", "[]", record(2)), 2, 3, says="not a JSON"),
    Broken("jsonl_lone_surrogate", lines(record(1), json.dumps(record(2, text="\ud800 x"))), 2),
    Broken("jsonl_nan", lines(record(1), json.dumps(record(2, score=float("nan")))), 2),
    Broken("jsonl_nul", lines(record(1), record(2, text="a\u0000b")), 2),
    Broken("jsonl_deep", lines(record(1), "[" * 5000 + "]" * 5000, record(2)), 2, 1),
    Broken("json_array_open", lambda: json.dumps([record(1), record(2)]).encode()[:-1], 2, says="closing bracket"),
    Broken(
        "json_array_cut", lambda: json.dumps([record(1), record(2), record(3)]).encode()[:-30], 2, 1, says="breaks off"
    ),
    Broken(
        "json_array_bad_element",
        lambda: json.dumps([record(1), record(2), record(3)]).replace('"p2"', '"p2" x').encode(),
        2,
        1,
        says="not JSON",
    ),
    Broken("json_missing_comma", lambda: json.dumps([record(1), record(2)]).replace("}, {", "} {").encode(), 2),
    Broken("telegram_cut", telegram_cut, 5, 1, says="breaks off"),
    Broken("telegram_bad_message", telegram_broken_message, 4, 1, says="not JSON"),
    Broken(
        "jetstream_bad_event",
        lambda: samples.jetstream() + b'{"did":"d","time_us":1725911162329308,"kind":"commit"}\n',
        3,
        1,
        says="a record without",
    ),
    Broken(
        "reddit_deleted",
        lambda: (
            samples.reddit() + b'{"author":"[deleted]","created_utc":1454284800,"subreddit":"n","body":"x","id":"1"}\n'
        ),
        4,
        1,
        says="the author is deleted",
    ),
    # packing
    Broken("gzip_cut", lambda: gzip.compress(long_noise(400))[:-400], -1, says="ends early"),
    Broken("gzip_bad_middle", lambda: gzip.compress(good()) + b"rubbish", 5, says="ends early"),
    Broken("gzip_padded", lambda: gzip.compress(good()) + bytes(64), 5),
    Broken("gzip_two_members", lambda: gzip.compress(good()) + gzip.compress(rows(7, 8).encode()), 7),
    Broken("gzip_header_only", lambda: gzip.compress(good())[:10], 0, error="nothing that can be read"),
    Broken("zstd_cut", lambda: zstandard.compress(long_noise(9000))[:-200], -1, says="ends early"),
    Broken("zstd_two_frames", lambda: zstandard.compress(good()) + zstandard.compress(rows(7).encode()), 6),
    Broken("gzip_of_gzip", lambda: gzip.compress(gzip.compress(good())), 5),
    Broken("zip_of_gzip", lambda: zipped(("a.csv.gz", gzip.compress(good()))), 5),
    Broken("zip_without_files", lambda: zipped(), 0, error="binary"),
    Broken("zip_cut", lambda: zipped(("a.csv", good()))[:-40], 0, error="damaged zip"),
    Broken("zip_bad_checksum", zip_with_bad_checksum, 0, error="nothing that can be read"),
    Broken("zip_encrypted", encrypted_zip, 0, error="encrypted"),
    Broken("zip_bomb", lambda: zipped(("a.csv", bytes(80 << 20))), 0, error="bomb"),
    Broken(
        "gzip_bomb", lambda: gzip.compress(gzip.compress(HEAD.encode() + bytes(90 << 20))), 0, error="", says="bomb"
    ),
    Broken("zip_path_upwards", lambda: zipped(("../../etc/a.csv", good())), 5),
    Broken("zip_in_zip", lambda: zipped(("b.zip", zipped(("a.csv", good())))), 0, error="zip file in a zip"),
    # Parquet
    Broken("parquet_cut", lambda: parquet(user_id=["a"], created_at=[EPOCH])[:-9], 0, error="damaged Parquet"),
    Broken("parquet_magic_only", lambda: b"PAR1", 0, error="damaged Parquet"),
    Broken(
        "parquet_name_of_a_column",
        lambda: parquet(user_id=["a"], created_at=[EPOCH]).replace(b"user_id", b"user\xf6id"),
        0,
        error="damaged Parquet",
    ),
    Broken("parquet_no_account", lambda: parquet(x=["a"], created_at=[EPOCH]), 0, error="account"),
    Broken(
        "parquet_null_cells",
        lambda: parquet(user_id=["a", None, "c"], created_at=[EPOCH, EPOCH, None]),
        1,
        2,
        says="no account",
    ),
    Broken(
        "parquet_float_ids",
        lambda: parquet(id=[1.0, 1.23457e17], user_id=["a", "b"], created_at=[EPOCH] * 2),
        1,
        1,
        says="damaged",
    ),
]
