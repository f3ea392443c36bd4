"""Documents of older Office programs (compound files): what they say of themselves. Their text is not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from tocsin.sources.parsers.answer import answer
from tocsin.sources.parsers.wire import Answer

_FIELDS = (
    "title", "subject", "author", "keywords", "comments", "template", "last_saved_by", "revision_number",
    "total_edit_time", "last_printed", "create_time", "last_saved_time", "creating_application", "company", "manager",
)  # fmt: skip


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The summary of the document."""
    import olefile  # type: ignore[import-untyped,unused-ignore]

    with olefile.OleFileIO(stream) as file:
        told = file.get_metadata()
        found = {name: getattr(told, name) for name in _FIELDS if getattr(told, name, None)}
        plain = {name: v.decode("cp1252", "replace") if isinstance(v, bytes) else v for name, v in found.items()}
        if file.exists("Macros") or file.exists("_VBA_PROJECT_CUR"):
            plain["macros"] = "yes"
    note = "a document of an older Office program, of which the text is not read: save it anew as docx, xlsx or pptx"
    yield answer((), plain, (), [note])
