"""A scan folder that comes as a zip: only the files of a scan are taken out of it."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tocsin.cases.scans import FILES, KEY, SUMMARY
from tocsin.errors import InputError
from tocsin.store import zips
from tocsin.store.limits import Limits


def unpack(stream: BinaryIO, folder: Path) -> None:
    """Put the files of the scan in the zip into `folder`. The scan may stand in a folder of the zip. Raises
    `InputError` for a zip that is damaged, over the limits, or holds no scan or two."""
    size = stream.seek(0, 2)
    with zips.opened(stream) as archive:
        taken, _ = zips.entries(archive, size, Limits())
        tops = [PurePosixPath(name).parent for name in taken if PurePosixPath(name).name == SUMMARY]
        if len(tops) != 1:
            raise InputError(
                f"the zip holds {len(tops)} scans, not one", hint="Pack the folder that `tocsin scan` wrote."
            )
        for name in (*FILES, KEY):
            info = taken.get(str(tops[0] / name))
            if info is not None:
                try:
                    with archive.open(info) as source, (folder / name).open("xb") as target:
                        shutil.copyfileobj(source, target)
                except zips.DAMAGE as error:
                    raise InputError(f"{info.filename} cannot be read: {error}", hint="Get the file again.") from error
