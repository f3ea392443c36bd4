"""Sigma rules as files: what a user gives beside those that come with Tocsin."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tocsin.errors import InputError

MOST_BYTES = 1 << 20


def read_rules(paths: Iterable[str]) -> tuple[str, ...]:
    """The texts of rule files (.yml, .yaml), and of those in folders, in order of path. What is in them is judged when
    they are used. Raises `InputError` where there is no file, or one that is no text or far too long for a rule."""
    return tuple(_text(file) for path in paths for file in _files(Path(path)))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.suffix.lower() in (".yml", ".yaml") and one.is_file())
        if found:
            return found
        raise InputError(f"{path}: no rule in the folder", hint="Sigma rules are files ending in .yml or .yaml")
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder", hint="check the path")
    return [path]


def _text(file: Path) -> str:
    data = file.read_bytes()[: MOST_BYTES + 1]
    if len(data) > MOST_BYTES:
        raise InputError(f"{file}: more than {MOST_BYTES:,} bytes", hint="a Sigma rule is a short YAML file")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not text in UTF-8", hint="save the rule as UTF-8") from error
