"""The words of a leak: of documents page by page, of mails without what they quote from others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.kernels import text as kernel
from tocsin.model.paper import Paper

HYPHEN = re.compile(r"(?<=\w)[-\u00ad]\s*\n\s*(?=[^\W\d_])|\u00ad")  # a word cut at the end of a line
_TAG = re.compile(r"(?s)<(script|style)\b.*?</\1\s*>|<[^<>]*>|&(?:nbsp|#160);")
_PARTS = 200  # parts of a mail that are looked through


@dataclass(frozen=True)
class Words:
    """Texts cut at white space into chunks, and these into words as `kernels.text` cuts them."""

    names: tuple[str, ...]
    chunks: tuple[tuple[str, ...], ...]

    @cached_property
    def tokens(self) -> kernel.Tokens:
        """The hashed words of each text, in order."""
        return kernel.Tokens(np.append(0, np.cumsum(self._counts))[self._begin], self._cut.hashes)

    @cached_property
    def _cut(self) -> kernel.Tokens:
        return kernel.words(pa.array(list(chain(*self.chunks)), pa.large_string()))

    @cached_property
    def _counts(self) -> Any:
        return np.diff(self._cut.offsets)

    @cached_property
    def _begin(self) -> Any:
        """The first chunk of each text, among all of them."""
        return np.append(0, np.cumsum([len(chunks) for chunks in self.chunks])).astype(np.int64)

    def between(self, text: int, first: int, end: int) -> str:
        """Words `first` to `end` of a text, as it has them."""
        begin, stop = self._begin[text], self._begin[text + 1]
        ends = np.cumsum(self._counts[begin:stop])
        low, high = np.searchsorted(ends, first, "right"), np.searchsorted(ends, end, "left")
        return " ".join(self.chunks[text][low : high + 1])


def words_of(texts: Iterable[tuple[str, str]]) -> Words:
    """Cut named texts."""
    names, chunks = [], []
    for name, text in texts:
        names.append(name)
        chunks.append(tuple(HYPHEN.sub("", text).split()))
    return Words(tuple(names), tuple(chunks))


def flat(papers: Sequence[Paper]) -> Iterator[Paper]:
    """Papers, each followed by those inside it."""
    for paper in papers:
        yield paper
        yield from flat(paper.attachments)


def mail_text(raw: bytes) -> str:
    """The subject and the text of a mail; lines that it quotes from other mails left out."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    parts = [part for _, part in zip(range(_PARTS), mail.walk(), strict=False) if not part.is_multipart()]
    plain = [part for part in parts if part.get_content_type() == "text/plain" and not part.get_filename()]
    html = [part for part in parts if part.get_content_type() == "text/html" and not part.get_filename()]
    told = [_decoded(part) for part in plain] or [_TAG.sub(" ", _decoded(part)) for part in html]
    lines = (line for text in told for line in text.splitlines() if not line.startswith((">", "|")))
    return "\n".join([_subject(mail), *lines])


def _subject(mail: Message | EmailMessage) -> str:
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(str(mail.get("Subject", "")))))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return ""


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
