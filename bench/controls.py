"""The shipped lists of control ids, names and mappings, made anew from the lists beside the checkout.

    python bench/controls.py

Ids, names and mappings are facts of public-domain documents (NIST SP 800-53 r5, NIST CSF 1.1 and 2.0, CISA CPG 2.0, EAC
VVSG 2.0); no prose is carried. Writes src/tocsin/assure/assessment/data/controls.csv and mappings.csv.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data/coordination"))
LISTS = DATA.parent / "elections/controls"
SHIPPED = ROOT / "src/tocsin/assure/assessment/data"
CPG_GOALS = {"1": "GV", "2": "ID", "3": "PR", "4": "DE", "5": "RS", "6": "RC"}  # first part of an id and its function


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one list."""
    with (LISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def framework(catalogue: str, name: str) -> Iterator[tuple[str, ...]]:
    """A NIST CSF list: functions, categories, subcategories; an id's parent is its beginning."""
    for row in rows(name):
        own = row["ref_id"]
        parent = {"1": "", "2": own.partition(".")[0], "3": own.rpartition("-")[0]}[row["depth"]]
        yield catalogue, own, row["short_name"], parent, ""


def controls() -> Iterator[tuple[str, ...]]:
    """Catalogue, id, name, parent id and baselines (l, m, h, p: low, moderate, high, privacy) of every control."""
    for row in rows("nist_800_53_r5"):
        baselines = "".join(name[0] for name in ("low", "moderate", "high", "privacy") if row[name] == "1")
        enhanced = row["control_id"].rpartition(".")[0]
        yield "nist-800-53-r5", row["control_id"], row["title"], enhanced or row["control_id"][:2], baselines
    for family, name in sorted({(row["control_id"][:2], row["family"]) for row in rows("nist_800_53_r5")}):
        yield "nist-800-53-r5", family, name, "", ""
    yield from framework("nist-csf-1-1", "nist_csf_1_1")
    yield from framework("nist-csf-2-0", "nist_csf_2_0")
    for row in rows("cisa_cpg_2_0"):
        parent = CPG_GOALS[row["ref_id"][0]] if row["depth"] == "2" else ""
        yield "cisa-cpg-2-0", row["ref_id"], row["short_name"], parent, ""
    for row in rows("vvsg_2_0_principles"):
        yield "vvsg-2-0", row["principle"], row["name"], "", ""


def mappings() -> Iterator[tuple[str, ...]]:
    """Source catalogue and id, target catalogue and id, relationship."""
    for row in rows("map_csf_1_1_to_2_0"):
        yield "nist-csf-1-1", row["csf_1_1"], "nist-csf-2-0", row["csf_2_0"], row["relationship"]


def write(name: str, head: str, lines: Iterable[tuple[str, ...]]) -> None:
    """Write one shipped list."""
    with (SHIPPED / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head.split())
        out.writerows(lines)


if __name__ == "__main__":
    write("controls.csv", "catalogue id name parent baselines", controls())
    write("mappings.csv", "source source_id target target_id relationship", mappings())
