"""The data file of the framework, made from a user's copy of its tables: ids, names and links, no sentences.

Read are tactics.csv (id, name, phase_id, rank, stix_phase_name), techniques.csv (id, name, tactic_id, parent_id),
countermeasures.csv (id, name, tactic_id, responsetype_id), counter_technique.csv (counter_id, technique_id,
technique_name_at_source), stix_id_history.csv (technique_id, release, stix_id, name; releases in their order) and
misp_galaxy_map.csv (disarm_id, misp_cluster_uuid, misp_tag). Further columns and files are left alone.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

from tocsin.errors import InputError

Rows = list[dict[str, str]]

COLUMNS: dict[str, tuple[str, ...]] = {
    "tactics.csv": ("id", "name", "phase_id", "rank", "stix_phase_name"),
    "techniques.csv": ("id", "name", "tactic_id", "parent_id"),
    "countermeasures.csv": ("id", "name", "tactic_id", "responsetype_id"),
    "counter_technique.csv": ("counter_id", "technique_id", "technique_name_at_source"),
    "stix_id_history.csv": ("technique_id", "release", "stix_id", "name"),
    "misp_galaxy_map.csv": ("disarm_id", "misp_cluster_uuid", "misp_tag"),
}
LICENCE = "CC BY-SA 4.0"
ATTRIBUTION = "DISARM Framework, (c) DISARM Foundation, CC BY-SA 4.0, changes made: reduced to ids, names and links"
MISP_ATTRIBUTION = "MISP galaxy, MISP project, CC0 1.0 or BSD-2: cluster uuids and tags"


def build(folder: Path) -> dict[str, Any]:
    """Read the tables in a folder and return the data file's content. Raises `InputError` naming the file and column
    that is missing, or the row that cannot be."""
    tables = {name: _read(folder / name, columns) for name, columns in COLUMNS.items()}
    misp = {row["disarm_id"]: [row["misp_cluster_uuid"], row["misp_tag"]] for row in tables["misp_galaxy_map.csv"]}
    releases = list(dict.fromkeys(row["release"] for row in tables["stix_id_history.csv"]))
    histories = _histories(tables["stix_id_history.csv"], releases)
    present = {row["id"]: row for row in tables["techniques.csv"]}
    gone = [{"id": id_, "name": runs[-1][2]} for id_, runs in histories.items() if id_ not in present]
    return {
        "framework": "DISARM",
        "licence": LICENCE,
        "attribution": [ATTRIBUTION, MISP_ATTRIBUTION],
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in COLUMNS},
        "releases": releases,
        "tactics": [
            _entry(row, misp, phase=row["phase_id"], rank=int(row["rank"]), stix_phase=row["stix_phase_name"])
            for row in tables["tactics.csv"]
        ],
        "techniques": [
            _entry(row, misp, tactic=row.get("tactic_id", ""), history=histories.get(row["id"], []))
            for row in sorted([*present.values(), *gone], key=lambda row: row["id"])
        ],
        "countermeasures": [
            _entry(row, misp, tactic=row["tactic_id"], response=row["responsetype_id"])
            for row in tables["countermeasures.csv"]
        ],
        "links": [
            [row["counter_id"], row["technique_id"], row["technique_name_at_source"]]
            for row in tables["counter_technique.csv"]
        ],
    }


def write(content: dict[str, Any], path: Path) -> None:
    """Write the data file: one record a line, so that a change of a release can be read."""
    lines = []
    for name, value in content.items():
        if isinstance(value, list) and value and not isinstance(value[0], str):
            rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in value)
            lines.append(f'"{name}": [\n{rows}\n]')
        else:
            lines.append(f'"{name}": {json.dumps(value, ensure_ascii=False)}')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _read(path: Path, columns: tuple[str, ...]) -> Rows:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            rows = list(reader)
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing", hint=f"the folder needs {', '.join(COLUMNS)}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}", hint="save it as CSV in UTF-8") from error
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}", hint=f"its columns: {', '.join(columns)}")
    for number, row in enumerate(rows, 2):
        if any(row[name] is None for name in columns) or ("rank" in columns and not row["rank"].isdigit()):
            raise InputError(f"{path}, line {number}: a value is missing or no number", hint="correct the row")
    return rows


def _entry(row: dict[str, str], misp: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    return {"id": row["id"], "name": " ".join(row["name"].split()), **more, "misp": misp.get(row["id"], [])}


def _histories(rows: Rows, releases: list[str]) -> dict[str, list[Any]]:
    """For each technique the STIX ids and names it had, each with the numbers of the releases that had both."""
    found: dict[str, dict[tuple[str, str], list[int]]] = {}
    for row in rows:
        runs = found.setdefault(row["technique_id"], {})
        runs.setdefault((row["stix_id"], row["name"]), []).append(releases.index(row["release"]))
    return {id_: [[numbers, stix, name] for (stix, name), numbers in runs.items()] for id_, runs in found.items()}
