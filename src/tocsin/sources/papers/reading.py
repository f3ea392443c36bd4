"""Every document in files, folders and archives, and attached to mails there; what cannot be read is set aside."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Self

from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.confined import Reader
from tocsin.sources.mail import kinds as mail_kinds
from tocsin.sources.mail.parts import Part, parts
from tocsin.sources.mail.reading import NESTED, messages
from tocsin.sources.packed import LIMITS, MIB, Budget, Limits, originals, unpacked
from tocsin.sources.papers.kinds import kind_of
from tocsin.sources.shown import plain_path

#: Of an attachment of a mail: its body in two forms, and what every mail client adds.
_OWN = ("text/plain", "text/html", "application/pgp-signature", "application/pkcs7-signature")


def read_papers(
    paths: Iterable[str], limits: Limits = LIMITS, progress: Progress | None = None
) -> Iterator[Paper | Rejected]:
    """The documents in these files, folders and archives, and those attached to the mails in them. Memory holds one at
    a time. Mails themselves are left to `read_mail`; any other file that cannot be read comes as `Rejected`."""
    for one in read_leak(paths, limits, progress):
        if not isinstance(one, Message):
            yield one


def read_leak(
    paths: Iterable[str], limits: Limits = LIMITS, progress: Progress | None = None
) -> Iterator[Message | Paper | Rejected]:
    """Mails and documents alike, in one pass: each file is given, or set aside, once. A document attached to a mail is
    called `<file>#<row>/<its name>`."""
    told = progress or Silent()
    told.start("Reading the leak")
    with LeakReader(limits) as reader:
        for found in originals(paths):
            told.advance()
            yield from [found] if isinstance(found, Rejected) else reader.read(found.name, found.stream, found.size)


class LeakReader:
    """Reads one file of a leak after the other. Use it in a `with` block."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._reader, self._limits = Reader(limits), limits

    def __enter__(self) -> Self:
        self._reader.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._reader.__exit__(*error)

    def read(self, name: str, stream: BinaryIO, size: int) -> Iterator[Message | Paper | Rejected]:
        """Mails and documents in one file, which may be an archive; each mail is followed by what is attached to it."""
        yield from self._unpacked(name, stream, size, Budget(size, self._limits), 0)

    def _unpacked(
        self, name: str, stream: BinaryIO, size: int, budget: Budget, depth: int
    ) -> Iterator[Message | Paper | Rejected]:
        for found in unpacked(name, stream, size, budget, depth):
            kind = "" if isinstance(found, Rejected) else mail_kinds.kind_of(found.stream, found.name)
            if isinstance(found, Rejected):
                yield found
            elif not kind:
                yield from self.papers(found.name, found.stream, found.size)
            else:
                for one in messages(found, kind, self._reader, self._limits):
                    yield one
                    if isinstance(one, Message):
                        yield from self._attached(one, budget, depth + 1)

    def papers(self, name: str, stream: BinaryIO, size: int, depth: int = 0) -> Iterator[Paper | Rejected]:
        """The document in a stream, with what it holds inside; after it, what of it could not be read."""
        kind, most = kind_of(stream), self._limits.paper_bytes
        if not size:
            yield Rejected(name, 0, "is empty")
        elif size > most:
            yield Rejected(name, 0, f"a file of {size:,} bytes; documents up to {most // MIB:,} MiB are read")
        elif not kind.task:
            yield Rejected(name, 0, f"is nothing that is read here ({kind.media_type})")
        else:
            for facts, blobs in list(self._reader.ask(kind.task, stream, size, name)):
                if "fault" in facts:
                    yield Rejected(name, 0, facts["fault"])
                else:
                    yield from self._made(name, kind.media_type, stream, facts, blobs, depth)

    def _made(
        self, name: str, media_type: str, stream: BinaryIO, facts: dict[str, Any], blobs: list[bytes], depth: int
    ) -> Iterator[Paper | Rejected]:
        inside: list[Paper] = []
        aside = [Rejected(name, 0, text) for text in facts["notes"]]
        for given, blob in zip(facts["attached"], blobs, strict=True):
            here = f"{name}/{plain_path(given)}"
            if depth >= self._limits.depth:
                aside.append(Rejected(here, 0, "documents in documents, deeper than is looked at"))
                continue
            for one in self.papers(here, io.BytesIO(blob), len(blob), depth + 1):
                inside.append(one) if isinstance(one, Paper) else aside.append(one)
        stream.seek(0)
        data = stream.read()
        digest = hashlib.sha256(data).hexdigest()
        yield Paper(name, digest, media_type, data, tuple(facts["pages"]), facts["metadata"], tuple(inside))
        yield from aside

    def _attached(self, message: Message, budget: Budget, depth: int) -> Iterator[Message | Paper | Rejected]:
        """What is attached to a mail, archives too. Its own text is none, and mails attached come from `messages`."""
        for part in parts(message.raw, self._limits):
            if isinstance(part, Part) and part.media_type not in NESTED and (part.name or part.media_type not in _OWN):
                name = f"{message.file}#{message.row}/{part.name or part.path}"
                if depth > self._limits.depth:
                    yield Rejected(name, 0, "attached to what was attached, deeper than is looked at")
                else:
                    data = part.data
                    yield from self._unpacked(name, io.BytesIO(data), len(data), budget, depth)
