"""`tocsin verify`: check an export with nothing but the export."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tocsin.store.verify import Verdict

#: What was counted, in words.
COUNTED = {
    "bytes": "bytes in the zip",
    "files": "files",
    "entries": "journal entries, each with the hash of the one before",
    "roots": "daily roots",
    "records": "records, each proved to stand in the journal",
    "vault": "evidence files, each named by a record",
    "timestamps": "timestamps",
}


def verify(
    export: Annotated[Path, typer.Argument(help="Zip file of an export.")],
    certificates: Annotated[
        list[Path] | None, typer.Option(help="Certificates of the timestamp authority, PEM; can be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check an export: files, journal, roots, proofs, timestamps."""
    from tocsin.store import verify as check
    from tocsin.store.tokens import read_certificates

    trusted = read_certificates(certificates or ())
    verdict = check.verify(export, trusted)
    typer.echo(json.dumps(_result(verdict), ensure_ascii=False, indent=1) if as_json else _words(verdict))
    raise typer.Exit(not verdict.good)


def _result(verdict: Verdict) -> dict[str, object]:
    about = {name: verdict.manifest.get(name) for name in ("workspace", "made", "root")}
    faults = [asdict(fault) for fault in verdict.faults]
    return {"good": verdict.good, "faults": faults, "checked": verdict.checked, "notes": verdict.notes, **about}


def _words(verdict: Verdict) -> str:
    lines = ["Checked:", *(f"  {count:,} {COUNTED[name]}" for name, count in verdict.checked.items())]
    lines += verdict.notes
    if verdict.good:
        about = verdict.manifest
        lines.append(f"Made {about['made']} by workspace {about['workspace']}.")
        lines.append(f"Root: {about['root']['root']}. Compare it with one you got by another way.")
        lines.append("Everything holds.")
    else:
        lines += [f"Faults found: {len(verdict.faults)}", *(f"  {fault}" for fault in verdict.faults)]
    return "\n".join(lines)
