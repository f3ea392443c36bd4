"""Posts as scans read them: files into parts of the scan folder, accounts as pseudonyms, rows set aside told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from tocsin import __version__
from tocsin.errors import InputError
from tocsin.jobs.folder import is_scan_folder, key_of
from tocsin.jobs.parts import Failure, Parts
from tocsin.jobs.request import Request
from tocsin.progress import Progress
from tocsin.share.tables import write_csv
from tocsin.share.write import write_whole
from tocsin.sources.containers import list_files
from tocsin.sources.pseudonyms import pseudonym, pseudonymise
from tocsin.sources.reading import Reader

ASIDE = "quarantine.csv"


def read_posts(request: Request, progress: Progress) -> tuple[Parts, bytes | None]:
    """Read the files into parts below `request.out`, and write quarantine.csv; the key is None where accounts are kept.

    The folder must be held (`jobs.folder.held`). Raises `InputError` where no post could be read."""
    key = None if request.keep_accounts else key_of(request.out)
    reader = Reader(request.options, request.format, partial(pseudonymise, key=key) if key else None, progress)
    parts = Parts(request.out, decided_by(request, key), hide=key is not None)
    parts.read_all(list(_files(request.paths)), reader, progress)
    write_whole(request.out / ASIDE, partial(write_csv, parts.quarantine()))
    inputs = [file for entry in parts.entries for file in entry.inputs]
    if not any(file.posts for file in inputs):
        failures = [failure for entry in parts.entries for failure in entry.failures]
        raise_empty(request, failures, parts.quarantine())
    return parts, key


def _files(paths: Sequence[str]) -> Iterator[str]:
    """The files to read; scan folders below a folder are no input."""
    for path in paths:
        for file in list_files([path]):
            below = (p for p in Path(file).parents if p.is_relative_to(path) and p != Path(path))
            if file == path or not any(map(is_scan_folder, below)):
                yield file


def decided_by(request: Request, key: bytes | None) -> dict[str, Any]:
    """All that decides how a file is read, in JSON's types."""
    mark = pseudonym(key, None, "", "key") if key else None
    options = asdict(replace(request.options, mapping=dict(request.options.mapping)))
    return {"tocsin": __version__, "format": request.format, "key": mark, **options}


def raise_empty(request: Request, failures: Sequence[Failure], aside: pa.Table) -> NoReturn:
    """Say why there are no posts: the files' failures, or the first of the rows (schema QUARANTINE) set aside."""
    if len(failures) == 1:
        raise failures[0].error()
    if failures:
        failure = failures[0].error()
        message = f"none of {len(failures):,} files could be read as posts; the first: {failure}"
        raise type(failure)(message, hint=failure.hint)
    if not aside.num_rows:
        raise InputError("the files hold no posts", hint="give the files that hold them")
    row = aside.slice(0, 1).to_pylist()[0]
    first = f"{row['file']}, row {row['row']}: {row['reason']}"
    raise InputError(
        f"no post could be read; {aside.num_rows:,} rows were set aside, the first: {first}",
        hint=f"{request.out / ASIDE} gives the reason for each row; --map says which column is what",
    )
