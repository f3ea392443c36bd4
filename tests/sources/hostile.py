"""Fifty ways to spoil a file, each made from a good one by code."""

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Callable

import zstandard


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def bomb():
    """Gzip of 80 MB of blank lines, a thousandth of its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"\n" * (1 << 20)) for _ in range(80)) + packer.flush()


def flipped(data, seed):
    rng, spoilt = random.Random(seed), bytearray(data)
    for _ in range(max(1, len(spoilt) // 50)):
        spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    return bytes(spoilt)


def shuffled(data):
    rows = data.splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    return b"".join(rows)


def in_last_row(data, old, new):
    body, row = data.rstrip(b"\n").rsplit(b"\n", 1) if b"\n" in data.rstrip(b"\n") else (b"", data)
    return body + b"\n" + row.replace(old, new) + b"\n"


def recoded(data, encoding, mark=b""):
    return mark + data.decode().encode(encoding, "replace")


_CUTS = {f"cut at {share} %": lambda d, s=share: d[: len(d) * s // 100] for share in (5, 20, 35, 50, 65, 80, 90, 97)}
_FLIPS = {f"flipped {seed}": lambda d, s=seed: flipped(d, s) for seed in range(8)}

#: name -> what makes a hostile file of a good one
HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    **_CUTS,
    **_FLIPS,
    "empty": lambda d: b"",
    "blanks": lambda d: b" \n\t\n \n",
    "noise": lambda d: random.Random(2).randbytes(4096),
    "all nulls": lambda d: bytes(len(d)),
    "nulls in every row": lambda d: d.replace(b"\n", b"\0\n"),
    "utf-16": lambda d: recoded(d, "utf-16-le", b"\xff\xfe"),
    "utf-16 without a mark": lambda d: recoded(d, "utf-16-be"),
    "utf-32": lambda d: recoded(d, "utf-32"),
    "utf-8 with a mark": lambda d: b"\xef\xbb\xbf" + d,
    "windows-1252": lambda d: d.replace(b"a", b"\xe4"),
    "bytes of no encoding": lambda d: d.replace(b"a", b"\x81\x8d"),
    "surrogates": lambda d: d.replace(b"a", b"\xed\xa0\xbd"),
    "overlong": lambda d: d.replace(b"a", b"\xc0\xaf"),
    "direction overrides": lambda d: d.replace(b"a", "\u202ea\u2066".encode()),
    "old line ends": lambda d: d.replace(b"\n", b"\r"),
    "other line ends": lambda d: d.replace(b"\n", b"\r\n"),
    "line separators": lambda d: d.replace(b" ", "\u2028".encode()),
    "no last line end": lambda d: d.rstrip(b"\n"),
    "an open quote": lambda d: in_last_row(d, b"1", b'"1'),
    "quotes everywhere": lambda d: d.replace(b"1", b'"1"'),
    "doubled delimiters": lambda d: d.replace(b",", b",,").replace(b"|", b"||").replace(b"\x1c", b"\x1c\x1c"),
    "delimiters lost in a row": lambda d: in_last_row(in_last_row(d, b",", b""), b"|", b""),
    "a huge cell": lambda d: in_last_row(d, b"1", b"x" * 300_000),
    "very many cells": lambda d: d + b",|\x1c" * 50_000 + b"\n",
    "the first line only": lambda d: d.split(b"\n")[0] + b"\n",
    "the first line again": lambda d: d.split(b"\n")[0] + b"\n" + d,
    "shuffled": shuffled,
    "twice": lambda d: d + d,
    "digits are letters": lambda d: d.translate(bytes.maketrans(b"0123456789", b"OIZEASGTBP")),
    "impossible numbers": lambda d: in_last_row(d, b"0", b"9" * 40),
    "packed": gzip.compress,
    "packed and cut": lambda d: gzip.compress(d)[:-20],
    "packed by zstd": lambda d: zstandard.compress(d),
    "a bomb": lambda d: bomb(),
    "a zip with two": lambda d: zipped(("a.txt", d), ("b.txt", d)),
    "a zip in a zip": lambda d: zipped(("inner.zip", zipped(("a.txt", d)))),
    "a zip with a path that climbs": lambda d: zipped(("../../climb.txt", d)),
    "deep JSON": lambda d: b"[" * 100_000,
    "deep objects": lambda d: b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "entities": lambda d: (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">' + b"<!ENTITY c '&b;&b;'>" * 50 + b"]><a>&c;</a>"
    ),
}


def kept_lines(name: str) -> bool:
    """Whether the file still has its rows in the lines of the good one, so that each can be asked after."""
    return name in (
        "nulls in every row",
        "windows-1252",
        "bytes of no encoding",
        "surrogates",
        "overlong",
        "other line ends",
    ) or (
        name
        in (
            "old line ends",
            "no last line end",
            "direction overrides",
            "delimiters lost in a row",
            "impossible numbers",
        )
    )
