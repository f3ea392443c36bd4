"""PDF (ISO 32000-2): text by page, document information and XMP, embedded files."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from tocsin.sources.parsers.answer import ATTACHED, answer, said
from tocsin.sources.parsers.wire import Answer

PAGES = 5_000
PAGES_S = 40  # of processor time; the process is ended at `packed.Limits.cpu_s`
_XMP = ("xmp_create_date", "xmp_modify_date", "xmp_metadata_date", "xmp_creator_tool", "pdf_producer", "dc_creator")


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The document as its last revision has it. A page that cannot be read is empty and told."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(stream)
    if reader.is_encrypted and not reader.decrypt(""):
        yield answer((), {}, (), ["is encrypted: save it without a password"])
        return
    notes: list[str] = []
    pages = list(_pages(reader, notes))
    yield answer(pages, {**_information(reader, notes), **_xmp(reader, notes)}, _embedded(reader, notes), notes)


def _pages(reader: Any, notes: list[str]) -> Iterator[str]:
    count = len(reader.pages)
    if count > PAGES:
        notes.append(f"has {count:,} pages; the first {PAGES:,} were read")
    begun = time.process_time()
    for number in range(min(count, PAGES)):
        if time.process_time() - begun > PAGES_S:
            notes.append(f"has {count:,} pages; the first {number:,} were read, which took {PAGES_S} s")
            return
        try:
            yield reader.pages[number].extract_text()
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:  # noqa: BLE001  pypdf raises whatever it stumbles over
            notes.append(f"page {number + 1} cannot be read: {said(error)}")
            yield ""


def _information(reader: Any, notes: list[str]) -> dict[str, object]:
    try:
        found = reader.metadata or {}
        return {name.removeprefix("/"): value for name, value in found.items()} | {"version": reader.pdf_header}
    except Exception as error:  # noqa: BLE001
        notes.append(f"its information cannot be read: {said(error)}")
        return {}


def _xmp(reader: Any, notes: list[str]) -> dict[str, object]:
    try:
        found = reader.xmp_metadata
        return {name: value for name in _XMP if found and (value := getattr(found, name, None))}
    except Exception as error:  # noqa: BLE001
        notes.append(f"its XMP cannot be read: {said(error)}")
        return {}


def _embedded(reader: Any, notes: list[str]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    try:
        for name, files in reader.attachments.items():
            found += [(str(name), data) for data in files]
            if len(found) > ATTACHED:
                break
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001
        notes.append(f"its embedded files cannot be read: {said(error)}")
    return found
