"""What the detector finds in real data whose answer is known.

    python bench/real.py

Mix: all tweets of Internet Research Agency accounts in the hours of the GOP debate file, among its ordinary users;
accounts, times and texts only. The agency's times are whole minutes, the others' seconds, and the topics differ, so
this measures calibration rather than success in the field; the same with all times cut to the minute stands beside it.
Months: groups (leads and communities of interest) against the categories of Linvill and Warren, on the accounts that
have both a group and a category other than Unknown; purity is the share of them in their group's largest category.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from common import DATA, Scan, agreement, load, markdown, months, need_data, scan, write

RECALL, PRECISION, NMI, ARI = 0.70, 0.90, 0.70, 0.75


def mixed(*, to_the_minute: bool = False) -> tuple[pa.Table, set[str]]:
    """The debate night with the agency's tweets, and the agency's accounts."""
    night = load("gop")
    span = pc.min_max(night["time"]).as_py()
    ira = load("ira")
    inside = pc.and_(pc.greater_equal(ira["time"], span["min"]), pc.less_equal(ira["time"], span["max"]))
    ira = ira.filter(inside)
    posts = pa.concat_tables([_bare(night, "gop"), _bare(ira, "ira")])
    if to_the_minute:
        times = pc.floor_temporal(posts["time"], unit="minute")
        posts = posts.set_column(posts.schema.get_field_index("time"), posts.schema.field("time"), times)
    return posts, {f"ira {account}" for account in pc.unique(ira["account"]).to_pylist()}


def _bare(posts: pa.Table, source: str) -> pa.Table:
    """Account, time and text only; accounts and posts of two sources kept apart."""
    columns = {"file", "row", "text", "time"}
    arrays: dict[str, Any] = {
        field.name: posts[field.name] if field.name in columns else pa.nulls(posts.num_rows, field.type)
        for field in posts.schema
    }
    for name in ("account", "post"):
        arrays[name] = pc.binary_join_element_wise(source, posts[name], " ")
    return pa.table(arrays, schema=posts.schema)


def against(found: Scan, positive: set[str]) -> dict[str, Any]:
    """Precision and recall of the accounts named in leads."""
    named = found.named
    right = len(named & positive)
    return {
        "accounts": len(positive),
        "leads": len(found.leads),
        "named": len(named),
        "right": right,
        "precision": right / max(len(named), 1),
        "recall": right / len(positive),
    }


def categories() -> dict[str, str]:
    """The hand-coded category of each account that has one."""
    with (DATA / "ira_accounts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["author_id"]: row["account_category"] for row in rows if row["account_category"] not in ("", "Unknown")}


def grouped(posts: pa.Table, known: dict[str, str]) -> dict[str, Any]:
    """Agreement of the groups with the categories, and how many of the accounts with a category it covers."""
    found = scan(posts)
    here = [account for account in pc.unique(posts["account"]).to_pylist() if account in known]
    both = [account for account in here if account in found.label]
    groups, kinds = [found.label[account] for account in both], [known[account] for account in both]
    told = len(set(groups)) > 1 and len(set(kinds)) > 1
    nmi, ari = agreement(groups, kinds) if told else (None, None)
    return {
        "accounts": len(here),
        "covered": len(both),
        "coverage": len(both) / max(len(here), 1),
        "groups": len(set(groups)),
        "leads": len(found.leads),
        "purity": sum(max(Counter(mine).values()) for mine in _by(groups, kinds)) / max(len(both), 1),
        "NMI": nmi,
        "ARI": ari,
    }


def _by(groups: list[int], kinds: list[str]) -> list[list[str]]:
    return [[kind for kind, g in zip(kinds, groups, strict=True) if g == group] for group in set(groups)]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    need_data(parser)
    mix = {}
    for name, minute in (("times as given", False), ("all times to the minute", True)):
        posts, positive = mixed(to_the_minute=minute)
        mix[name] = against(scan(posts), positive)
    print(markdown(["mix", *mix["times as given"]], [[name, *row.values()] for name, row in mix.items()]))
    print(f"targets: precision {PRECISION:.2f}, recall {RECALL:.2f}\n")
    known, ira = categories(), load("ira")
    parts = {**months(ira), "all months": ira}
    groups = {name: grouped(posts, known) for name, posts in parts.items()}
    print(markdown(["IRA", *groups["all months"]], [[name, *row.values()] for name, row in groups.items()]))
    print(f"targets: NMI {NMI:.2f}, ARI {ARI:.2f}")
    write("real", {"mix": mix, "groups": groups})


if __name__ == "__main__":
    main()
