"""scan_text against a slow scanner made of regular expressions, and against known answers."""

import unicodedata

import pyarrow as pa
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.scan import hashtag_lists, mention_lists, scan_text, url_lists

SCHEME = regex.compile(r"https?://", regex.I)
TAG = regex.compile(r"[\p{L}\p{M}\p{N}_]+")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}_]")
NAME = regex.compile(r"[A-Za-z0-9_]+")
HOST = regex.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9][A-Za-z0-9-]*)*")
NO_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Hangul}ー]")
PIECES = (
    *"#＃@＠.,…/()[]&_-'?=:;!*\"<aZ9éжก日한ー😀\u0301\u200d \n",
    "http://",
    "HTTPS://",
    "https://",
    "http",
    "...",
    "x.co",
    "m.social",
    "RT",
    " RT ",
    "123",
    "abcdefghijklmnopqrstuvwxyz12345",
)


def host(text: str, at: int) -> tuple[int, int]:
    found = HOST.match(text, at)
    if not found:
        return at, 0
    labels = found[0].split(".")
    good = regex.fullmatch(r"[A-Za-z]{2,}", labels[-1])
    return found.end(), len(labels) if good else 0


def link(text: str, at: int) -> tuple[str, int] | None:
    scheme = SCHEME.match(text, at)
    if not scheme:
        return None
    i = scheme.end()
    while i < len(text):
        char = text[i]
        fits = (WORD.match(char) and not NO_SPACES.match(char)) or ("!" <= char <= "~" and char not in '"<>\\^`{|}')
        glued = i > scheme.end() and regex.match("[A-Za-z0-9]", text[i - 1]) and SCHEME.match(text, i)
        if not fits or glued:
            break
        i += 1
    if text[i : i + 1] == "…" or (i - scheme.end() >= 3 and text[i - 3 : i] == "..."):
        return "cut", i + (text[i : i + 1] == "…")
    end = i
    while end > scheme.end():
        last, body = text[end - 1], text[scheme.end() : end]
        pair = {")": "(", "]": "["}.get(last)
        if not (body.count(pair) < body.count(last) if pair else last in ".,;:!?'*&"):
            break
        end -= 1
    name = regex.split("[/?#]", text[scheme.end() : end])[0]
    dot = name.find(".")
    return ("url" if dot > 0 and scheme.end() + dot + 1 < end else "none"), max(end, scheme.end() - 2)


def slow(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"mention": [], "hashtag": [], "url": [], "cut": [], "none": []}
    i = 0
    while i < len(text):
        if hit := link(text, i):
            found[hit[0]].append(text[i : hit[1]])
            i = hit[1]
            continue
        before = text[i - 1 : i]
        if text[i] in "#＃" and before != "&" and not WORD.match(before):
            tag = TAG.match(text, i + 1)
            if tag and regex.search(r"\p{L}", tag[0]):
                found["hashtag"].append(tag[0])
                i = tag.end()
                continue
        bare_rt = regex.search(r"(?<![\p{L}\p{M}\p{N}_])[Rr][Tt]$", text[:i])
        if text[i] in "@＠" and (bare_rt or not WORD.match(before)):
            end, labels = host(text, i + 1)
            name = NAME.match(text, i + 1)
            if labels < 3 and name and len(name[0]) <= 30:
                end = name.end()
                if text[end : end + 1] == "@" and host(text, end + 1)[1] >= 2:
                    end = host(text, end + 1)[0]
            elif labels < 3:
                end = 0
            if end:
                found["mention"].append(text[i + 1 : end])
                i = end
                continue
        i += 1
    return found


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), max_size=4))
def test_same_as_regular_expressions(texts):
    column = pa.array(texts, pa.string())
    scan = scan_text(column)
    expected = [slow(text) for text in texts]
    assert url_lists(column, scan.urls).to_pylist() == [e["url"] for e in expected]
    assert url_lists(column, scan.cut).to_pylist() == [e["cut"] for e in expected]
    assert mention_lists(column, scan.mentions).to_pylist() == [[m.lower() for m in e["mention"]] for e in expected]
    tags = [[unicodedata.normalize("NFC", tag.casefold()) for tag in e["hashtag"]] for e in expected]
    assert hashtag_lists(column, scan.hashtags).to_pylist() == tags


CASES = [
    ("#Вот #日本語 #हिन्दी #العربية #STRASSE", "hashtag", ["вот", "日本語", "हिन्दी", "العربية", "strasse"]),
    ("#123 #1st #_ C# &#39; a#b ##x #️⃣", "hashtag", ["1st", "x"]),
    ("https://a.org/#part ＃Wide", "hashtag", ["wide"]),
    ("RT @One: @two,@three a@b.com .@four", "mention", ["one", "two", "three", "four"]),
    ("RT@One @u@m.social @n.bsky.social. @joe.Then", "mention", ["one", "u@m.social", "n.bsky.social", "joe"]),
    ("@" + "x" * 31, "mention", []),
    ("(see https://e.org/X_(y)), http://a.co/b.", "url", ["https://e.org/X_(y)", "http://a.co/b"]),
    (
        "https://t.co/xyzを見て http://t.co/ahttp://t.co/b",
        "url",
        ["https://t.co/xyz", "http://t.co/a", "http://t.co/b"],
    ),
    (
        "https://web.org/2016/http://a.co/b https://e.org/вода",
        "url",
        ["https://web.org/2016/http://a.co/b", "https://e.org/вода"],
    ),
    ("http://t http://t.co/abc… https://t.co/abc...", "url", []),
    ("http://t.co/abc… https://…", "cut", ["http://t.co/abc…", "https://…"]),
]


@pytest.mark.parametrize(("text", "kind", "expected"), CASES)
def test_known(text, kind, expected):
    column = pa.array([text])
    scan = scan_text(column)
    lists = {
        "hashtag": hashtag_lists(column, scan.hashtags),
        "mention": mention_lists(column, scan.mentions),
        "url": url_lists(column, scan.urls),
        "cut": url_lists(column, scan.cut),
    }
    assert lists[kind].to_pylist() == [expected]


TEXTS = ["no", None, "#one @two", "", "é #три http://a.co/b", "#four"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(TEXTS),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS, pa.string_view()),
        pa.array(TEXTS).dictionary_encode(),
        pa.array(["#x", *TEXTS, "#y"]).slice(1, 6),
        pa.chunked_array([TEXTS[:2], [], TEXTS[2:]]),
        pa.chunked_array([["#x", *TEXTS]]).slice(1),
    ],
)
def test_every_arrow_layout(column):
    scan = scan_text(column)
    assert hashtag_lists(column, scan.hashtags).to_pylist() == [[], [], ["one"], [], ["три"], ["four"]]
    assert (scan.urls.row.tolist(), scan.urls.start.tolist(), scan.urls.end.tolist()) == ([4], [11], [24])


@pytest.mark.parametrize(
    "column", [pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.nulls(2, pa.string())]
)
def test_nothing(column):
    scan = scan_text(column)
    assert [spans.row.size for spans in scan] == [0, 0, 0, 0]
    assert url_lists(column, scan.urls).to_pylist() == [[]] * len(column)


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_broken_utf8_is_survived(raw):
    column = pa.Array.from_buffers(
        pa.large_string(),
        1,
        [None, pa.py_buffer((0).to_bytes(8, "little") + len(raw).to_bytes(8, "little")), pa.py_buffer(raw)],
    )
    for spans in scan_text(column):
        assert ((spans.start >= 0) & (spans.start <= spans.end) & (spans.end <= len(raw))).all()
