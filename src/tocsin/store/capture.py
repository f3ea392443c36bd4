"""Evidence comes in: files, folders, web archives. The bytes are kept as they came; what can be read in an archive
becomes an item of its own; what cannot be taken is counted, with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from tocsin.errors import InputError, TocsinError
from tocsin.model.evidence import How, Item
from tocsin.store.limits import Limits
from tocsin.store.media import WACZ, WARC, media_type
from tocsin.store.warc import TOOL, Response, responses, wacz_responses
from tocsin.store.workspace import Workspace
from tocsin.store.zips import Refused

LIMITS = Limits()
NAMED = 5  # reasons that a note names; all are in what `capture` returns


@dataclass(frozen=True)
class Captured:
    """What an import took, and what it did not take with the reason."""

    items: tuple[Item, ...]
    refused: tuple[Refused, ...]


def capture(
    workspace: Workspace,
    content: bytes | BinaryIO,
    name: str,
    *,
    by: str,
    case: str = "",
    source: str = "",
    how: How = "upload",
    headers: tuple[tuple[str, str], ...] = (),
    limits: Limits = LIMITS,
) -> Captured:
    """Keep one file in the vault and write its item; of a WARC or WACZ also one for each response in it. The items are
    one journal entry. Raises `RefusedError` for a file over the limit, of which nothing is kept."""
    stored = workspace.vault.put(BytesIO(content) if isinstance(content, bytes) else content, limits.file_bytes)
    with workspace.vault.open(stored.sha256) as file:
        original = Item(
            sha256=stored.sha256,
            size=stored.size,
            media_type=media_type(file),
            name=plain_name(name),
            captured_by=by,
            captured=datetime.now(UTC),
            source=source,
            how=how,
            headers=headers,
            case=case,
        )
        file.seek(0)
        found = list(_inside(workspace, original, file, limits))
    items = [one for one in found if isinstance(one, Item)]
    refused = [one for one in found if isinstance(one, Refused)]
    if original.media_type in (WARC, WACZ):
        original = original.but(note=_summary(items, refused))
    with workspace.write(by, "capture", subject=original.id) as writer:
        return Captured(tuple(writer.put_many([original, *items])), tuple(refused))


def _summary(items: list[Item], refused: list[Refused]) -> str:
    reasons = "; ".join(f"{one.name}: {one.reason}" for one in refused[:NAMED])
    more = f" Set aside: {reasons}" + (" and more" if len(refused) > NAMED else "") if refused else ""
    return f"{len(items)} responses taken, {len(refused)} entries set aside.{more}"[:1000]


def _inside(workspace: Workspace, archive: Item, file: BinaryIO, limits: Limits) -> Iterator[Item | Refused]:
    """The items in a web archive; nothing for another file."""
    readers = {WARC: responses, WACZ: wacz_responses}
    if archive.media_type in readers:
        for found in readers[archive.media_type](file, archive.size, limits):
            yield _page(workspace, archive, found) if isinstance(found, Response) else found


def _page(workspace: Workspace, archive: Item, response: Response) -> Item:
    response.content.seek(0)
    stored = workspace.vault.put(response.content)
    return Item(
        sha256=stored.sha256,
        size=stored.size,
        media_type=media_type(response.content),
        name=plain_name(_path(response.url)),
        captured_by=archive.captured_by,
        captured=response.time,
        source=response.url,
        how="warc" if archive.media_type == WARC else "wacz",
        headers=response.headers,
        derived_from=archive.id,
        tool=TOOL,
        tool_version=version(TOOL),
        case=archive.case,
    )


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return PurePosixPath(parts.path).name or parts.netloc


def plain_name(name: str) -> str:
    """A file's name without folders, control characters and what turns the direction of writing; "unnamed" if empty."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(sign for sign in last.encode("utf-8", "replace").decode() if sign.isprintable())[:255] or "unnamed"


def capture_path(workspace: Workspace, path: Path, *, by: str, case: str = "", limits: Limits = LIMITS) -> Captured:
    """Keep a file, or every file of a folder, each as `capture` does. Links and what is no plain file are refused; in a
    folder so is a file over the limit. Raises `InputError` where there is nothing."""
    if not path.is_dir():
        with _open(path) as file:
            return capture(workspace, file, path.name, by=by, case=case, source=path.name, limits=limits)
    items: list[Item] = []
    refused: list[Refused] = []
    for number, name in enumerate(_names(path)):
        if number >= limits.entries:
            refused.append(Refused("", f"more than {limits.entries:,} files; the rest was not looked at"))
            break
        try:
            with _open(path / name) as file:
                taken = capture(workspace, file, name, by=by, case=case, source=name, limits=limits)
        except TocsinError as error:
            refused.append(Refused(name, str(error)))
        else:
            items += taken.items
            refused += taken.refused
    return Captured(tuple(items), tuple(refused))


def _names(folder: Path) -> Iterator[str]:
    """The names of all files under a folder, in order, from the folder on; links are named and not followed."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        linked = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            yield str((Path(root) / name).relative_to(folder))


def _open(path: Path) -> BinaryIO:
    """Open a plain file; a link, pipe or device is refused before it is read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        reason = "a link, which is not followed" if path.is_symlink() else error.strerror
        raise InputError(f"{path.name}: {reason}", hint="Give a file that can be read.") from error
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise InputError(f"{path.name}: not a plain file", hint="Give a file that can be read.")
    return file
