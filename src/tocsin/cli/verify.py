"""`tocsin verify`: check an export with nothing but the export, or a workspace as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.errors import UsageError

#: What was counted, in words.
IN_EXPORT = {
    "bytes": "bytes in the zip",
    "files": "files",
    "entries": "journal entries, each with the hash of the one before",
    "roots": "daily roots",
    "records": "records, each proved to stand in the journal",
    "vault": "evidence files, each named by a record",
    "timestamps": "timestamps",
}
IN_WORKSPACE = {
    "entries": "journal entries, each with the hash of the one before",
    "roots": "roots, each over the entries it counts",
    "records": "records, each as its journal entry wrote it",
    "vault": "evidence files, each read and compared with its SHA-256",
}


def verify(
    path: Annotated[Path, typer.Argument(help="Zip file of an export, or folder of a workspace.")],
    certificates: Annotated[
        list[Path] | None,
        typer.Option(help="Certificates of the authority that stamped an export, PEM; can be given again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check an export or a workspace: files, records, journal."""
    if path.is_dir() and certificates:
        raise UsageError(
            "--certificates are for timestamps in an export", hint="Export what was stamped and check that."
        )
    result, words = _workspace(path) if path.is_dir() else _export(path, certificates or ())
    typer.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else "\n".join(words))
    raise typer.Exit(not result["good"])


def _export(path: Path, certificates: Iterable[Path]) -> tuple[dict[str, Any], list[str]]:
    """What the check of an export found: for a program, and in words."""
    from tocsin.store import verify as check
    from tocsin.store.tokens import read_certificates

    verdict = check.verify(path, read_certificates(certificates))
    about = {name: verdict.manifest.get(name) for name in ("workspace", "made", "root")}
    faults = [asdict(fault) for fault in verdict.faults]
    result = {"good": verdict.good, "faults": faults, "checked": verdict.checked, "notes": verdict.notes, **about}
    words = [*_counted(verdict.checked, IN_EXPORT), *verdict.notes]
    if verdict.good:
        words.append(f"Made {verdict.manifest['made']} by workspace {verdict.manifest['workspace']}.")
        words.append(f"Root: {verdict.manifest['root']['root']}. Compare it with one you got by another way.")
    return result, words + _told(verdict.faults)


def _workspace(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The same of a workspace."""
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(path)) as opened:
        faults, checked = opened.check(), opened.counts()
        roots = [] if faults else opened.journal.roots()[-1:]
    told = [fault._asdict() for fault in faults]
    result = {"good": not faults, "faults": told, "checked": checked, "workspace": opened.id}
    words = [*_counted(checked, IN_WORKSPACE), f"Workspace {opened.id}."]
    words += [f"Root of {one.day}: {one.root}. Compare it with one that was kept elsewhere." for one in roots]
    return result, words + _told(faults)


def _counted(checked: dict[str, int], names: dict[str, str]) -> list[str]:
    return ["Checked:", *(f"  {count:,} {names[name]}" for name, count in checked.items())]


def _told(faults: Iterable[object]) -> list[str]:
    lines = [f"  {fault}" for fault in faults]
    return [f"Faults found: {len(lines)}", *lines] if lines else ["Everything holds."]
