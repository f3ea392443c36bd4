"""Learn the weights of the resolver from labelled pairs and screens; say how well they do on pairs they did not see.

    python bench/resolve.py          cross-validated figures and a reliability table; writes bench/results/resolve.json
    python bench/resolve.py --write  also writes src/tocsin/resolve/data/weights.json

All figures are held out: the weights that judge a pair were learned without any pair of its cluster (5 folds; what is
printed is the mean over three ways of cutting them).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from anyascii import anyascii
from babel import Locale
from scipy.optimize import minimize
from scipy.special import expit

from common import DATA as COORDINATION
from common import ROOT, markdown, write
from tocsin.model.listing import LISTED
from tocsin.resolve import weights
from tocsin.resolve.donor import DONOR_MEASURES, Donor, donor_measures
from tocsin.resolve.match import Subject, compare_many
from tocsin.resolve.screen import QUERIES, Screen
from tocsin.resolve.weights import FEATURES, MEASURES
from tocsin.sources.gifts import read_gifts

DATA = COORDINATION.parent
TARGET = ROOT / "src/tocsin/resolve/data/weights.json"
FOLDS, SEEDS = 5, 3
#: How strongly weights are held down: more where there are few rows; 0.5 where not named.
RIDGE = {"screen": 0.1, "donor": 3.0}
#: Measures that take no part: a list is as likely to be named on the left as on the right, and pairs have no rivals.
NOT_IN_PAIRS = {"rivals", "number_same", "number_apart", "gender_same", "gender_apart"}
#: Not learned, since the labelled pairs do not hold them: numbers decided which pairs are positive and were taken out.
ASSUMED = {"number_same": 8.0, "number_apart": -1.0, "gender_same": 0.2, "gender_apart": -2.5}
#: One organisation asked for in so many is listed, as among the donors who are persons.
LISTED_ORGANISATIONS = 1 / 65


#: Pairs of one list that are near in name and age: how many are learned from, their weight, and how near.
NEAR, NEAR_WEIGHT, NEAR_YEARS = 400, 0.05, 2


class Rows(NamedTuple):
    """Labelled rows: measures, label, group that is kept together when folds are cut, and weight."""

    measures: Any
    label: Any
    group: Any
    weight: Any


def rows(measures: Any, label: Sequence[bool], group: Sequence[str], weight: float = 1.0) -> Rows:
    """Rows of one source, all of one weight."""
    return Rows(measures, np.asarray(label, float), np.asarray(group), np.full(len(label), weight))


def joined(*parts: Rows) -> Rows:
    """Rows of several sources."""
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def learn(data: Rows, used: Any, ridge: float = 0.5) -> tuple[float, Any]:
    """Logistic regression with a ridge on standardised measures; weights of the measures not `used` are 0."""
    x = data.measures[:, used]
    mean, deviation = x.mean(0), x.std(0) + 1e-9
    z = (x - mean) / deviation

    def loss(b: Any) -> tuple[float, Any]:
        odds = z @ b[1:] + b[0]
        miss = data.weight * (expit(odds) - data.label)
        value = (data.weight * (np.logaddexp(0, odds) - data.label * odds)).sum() + ridge * (b[1:] ** 2).sum() / 2
        return float(value), np.r_[miss.sum(), z.T @ miss + ridge * b[1:]]

    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    found = np.zeros(data.measures.shape[1])
    found[used] = np.where(x.std(0) > 0, best[1:] / deviation, 0)
    return float(best[0] - found[used] @ mean), found


def held_out(data: Rows, used: Any, seed: int, ridge: float = 0.5) -> Any:
    """Log odds of every row by weights learned without its group."""
    groups, number = np.unique(data.group, return_inverse=True)
    fold = (np.random.default_rng(seed).permutation(groups.size) % FOLDS)[number]
    odds = np.empty(data.label.size)
    for k in range(FOLDS):
        base, found = learn(Rows(*(column[fold != k] for column in data)), used, ridge)
        odds[fold == k] = data.measures[fold == k] @ found + base
    return odds


def average_precision(label: Any, score: Any) -> float:
    """Area under the steps of precision over recall; equal scores count as one step."""
    order = np.argsort(-score, kind="stable")
    label, score = np.asarray(label, bool)[order], score[order]
    ends = np.r_[score[1:] != score[:-1], True]
    hits, seen = np.cumsum(label)[ends], np.flatnonzero(ends) + 1
    return float(np.sum(np.diff(np.r_[0, hits]) / label.sum() * hits / seen))


def f1(label: Any, score: Any, threshold: float = 0.0) -> float:
    """F1 at a threshold of log odds."""
    found = score > threshold
    return float(2 * (found & (label > 0)).sum() / (found.sum() + label.sum()))


def recall_at(label: Any, score: Any, per_10k: int) -> float:
    """Share of the listed that are found before `per_10k` false alerts in 10,000 donors."""
    false = np.sort(score[label == 0])[::-1]
    return float((score[label == 1] > false[min(int(per_10k * label.size / 10_000), false.size - 1)]).mean())


def clusters(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """For each pair of records, a name of the cluster that all pairs join it into."""
    parent: dict[str, str] = {}

    def find(a: str) -> str:
        while parent.setdefault(a, a) != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        return a

    for a, b in pairs:
        parent[find(a)] = find(b)
    return [find(a) for a, _ in pairs]


def reliability(label: Any, odds: Any) -> list[tuple[str, int, float, float]]:
    """Bands of probability: rows, mean probability, share that is true."""
    p, edges = expit(odds), [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0000001]
    bands = []
    for low, high in pairwise(edges):
        inside = (p >= low) & (p < high)
        if inside.any():
            bands.append((f"{low:g}–{min(high, 1):g}", int(inside.sum()), p[inside].mean(), label[inside].mean()))
    return bands


def table(path: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the data."""
    with (DATA / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def lines(path: str) -> list[Any]:
    """The records of a JSON-lines file of the data."""
    return [json.loads(line) for line in (DATA / path).open(encoding="utf-8")]


def listed_persons() -> pa.Table:
    """The persons of the combined lists of 2022-05-05 as LISTED."""
    return as_listed(lines("sanctions/sanctioned_persons_2022-05-05_dev.jsonl"), "Person")


def as_listed(records: Sequence[Any], schema: str) -> pa.Table:
    """Records of the combined lists as LISTED."""
    empty: dict[str, Any] = {field.name: None if field.nullable else [] for field in LISTED}
    return pa.Table.from_pylist(
        [
            empty
            | {
                "list": r["list"],
                "entry": r["id"],
                "schema": schema,
                "names": [
                    {"name": name, "kind": "primary" if n == 0 else "alias"} for n, name in enumerate(r["names"])
                ],
                "birth_dates": r.get("birth_dates", []),
                "countries": r["countries"],
                "file": "",
                "row": 0,
            }
            for r in records
        ],
        LISTED,
    )


def people(records: Sequence[dict[str, str]], *, facts: bool) -> pa.Table:
    """Records of the screening files as QUERIES; countries in words become codes."""
    code = {name.lower(): code.lower() for code, name in Locale("en").territories.items() if len(code) == 2}
    country = [r.get("nationality", "").strip().lower() for r in records]
    return pa.Table.from_pylist(
        [
            {
                "name": r.get("full_name") or r["name"],
                "schema": "Person",
                "birth_date": r.get("date_of_birth", "") if facts else "",
                "country": code.get(c, c if len(c) == 2 else "") if facts else "",
            }
            for r, c in zip(records, country, strict=True)
        ],
        QUERIES,
    )


def subject(record: dict[str, Any], keep: Callable[[str], bool]) -> Subject:
    """A record of the pairs, with the properties that `keep` names."""
    told = {name: tuple(values) for name, values in record["properties"].items() if keep(name)}
    return Subject(
        tuple(record["properties"]["name"]),
        "Person" if record["schema"] == "Person" else "Organization",
        told.get("birthDate", ()),
        told.get("nationality", ()),
        told.get("birthPlace", ()),
    )


class Pairs(NamedTuple):
    """The cross-list pairs and the name bench, measured."""

    label: Any
    group: Any
    organisation: Any
    full: Any
    named: Any  # with names only
    bench: Any
    bench_label: Any
    bench_organisation: Any
    apart: Any  # entries of the lists drawn at random
    apart_organisation: Any
    near: Any  # namesakes in part, on one list and of one age


def measure_pairs() -> Pairs:
    """Measure all labelled pairs."""
    records = lines("sanctions/pairs/xlist_pairs_dev.jsonl")
    bench = table("sanctions/pairs/name_bench_cases.csv")
    schema = ["Person" if r["schema"] == "Person" else "Organization" for r in bench]
    sides = [[Subject((r[name],), s) for r, s in zip(bench, schema, strict=True)] for name in ("name1", "name2")]
    full, named = (
        compare_many(*([subject(r[side], keep) for r in records] for side in ("left", "right")), each(records)).measures
        for keep in (lambda _: True, lambda _: False)
    )
    return Pairs(
        np.array([r["judgement"] == "positive" for r in records], float),
        np.array(clusters([(r["left"]["id"], r["right"]["id"]) for r in records])),
        np.array([r["left"]["schema"] != "Person" for r in records]),
        full,
        named,
        compare_many(*sides, each(bench)).measures,
        np.array([r["is_match"] == "true" for r in bench], float),
        np.array([s != "Person" for s in schema]),
        *measure_apart(),
        measure_near(),
    )


def measure_apart() -> tuple[Any, Any]:
    """Measure entries drawn at random, with all of their names and with the first alone: hardly two are one, and the
    labelled pairs hold few that have nothing in common. Returns measures, and whether they are organisations."""
    drawn = np.random.default_rng(4)
    found, organisations = [], []
    for schema, path in (("Person", "persons_2022-05-05_dev"), ("Organization", "organisations_2022-05-05")):
        names = [tuple(r["names"]) for r in lines(f"sanctions/sanctioned_{path}.jsonl") if r["names"]]
        for most in (1, 100):
            sides = [[Subject(names[k][:most], schema) for k in drawn.integers(0, len(names), 200)] for _ in "ab"]
            found.append(compare_many(*sides, each(sides[0])).measures)
            organisations += [schema != "Person"] * 200
    return np.concatenate(found), np.array(organisations)


def measure_near() -> Any:
    """Measure entries of one list that share two words of a name and nearly the day of birth: two persons, since a list
    has each of them once. The labelled pairs that are not one all have birth years far apart, so without these a birth
    date would outweigh another last name."""
    found: dict[tuple[str, str], list[Any]] = {}
    for record in lines("sanctions/sanctioned_persons_2022-05-05_dev.jsonl"):
        words = sorted(
            {word for name in record["names"][:1] for word in anyascii(name).lower().split() if len(word) > 2}
        )
        if record["birth_dates"] and len(words) > 2:
            for pair in combinations(words, 2):
                found.setdefault((record["list"], " ".join(pair)), []).append(record)
    near = {
        (left["id"], right["id"]): (left, right)
        for _, records in sorted(found.items())
        for left, right in combinations(records[:30], 2)
        if _born(left, right) <= NEAR_YEARS and left["names"][0] != right["names"][0]
    }
    chosen = [near[key] for key in sorted(near)]
    chosen = [chosen[k] for k in np.random.default_rng(5).permutation(len(chosen))[:NEAR]]
    sides = [
        [
            Subject(tuple(pair[k]["names"]), "Person", tuple(pair[k]["birth_dates"]), tuple(pair[k]["countries"]))
            for pair in chosen
        ]
        for k in (0, 1)
    ]
    return compare_many(*sides, each(chosen)).measures


def _born(left: Any, right: Any) -> int:
    """Years between the nearest birth dates."""
    return min(abs(int(a[:4]) - int(b[:4])) for a in left["birth_dates"] for b in right["birth_dates"])


def each(records: Sequence[Any]) -> list[tuple[int, int]]:
    """Pair number k of one side with number k of the other."""
    return [(k, k) for k in range(len(records))]


class Screened(NamedTuple):
    """The screens, measured: the best candidate of each name. `source` is donors, clean or un."""

    rows: Rows
    source: Any
    donors: Any  # whether each donor, with candidates or not, is listed
    place: Any  # of each row among the names of its source


def measure_screens() -> Screened:
    """Measure the screens: donors, UN names (plain and distorted, with and without facts), and synthetic names."""
    screen = Screen(listed_persons())
    donors = table("funding/fec/donor_screen_dev.csv")
    truth = {r["donor_id"] for r in table("funding/fec/donor_screen_dev_truth.csv")}
    un = [table(f"sanctions/pairs/positives_un_{kind}.csv") for kind in ("untreated", "treated")]
    clean = [r for kind in ("us", "global") for r in table(f"sanctions/pairs/negatives_{kind}_1k.csv")]
    is_listed = np.array([r["donor_id"] in truth for r in donors], float)
    parts, sources, places = [], [], []
    for source, records, label, weight in (
        ("donors", donors, is_listed, 1.0),
        ("clean", clean, np.zeros(len(clean)), 1.0),
        *(("un", records, np.ones(len(records)), 0.2) for records in un),
    ):
        for facts in (False, True) if source != "donors" else (False,):
            best, place = top(screen.measure(people(records, facts=facts)), trim=0.04 if source == "un" else 0.0)
            parts.append(rows(best, label[place], [f"{source}{k}" for k in place], weight))
            sources += [source] * place.size
            places += list(place)
    return Screened(joined(*parts), np.array(sources), is_listed, np.array(places))


def measure_organisations() -> Rows:
    """A screen of organisations: names of listed ones taken from the list, to be found under the others; employers and
    donors of two registers, which are taken to be unlisted. The best candidate of each, of the listed their own."""
    drawn = random.Random(2)
    records, held = [], []
    for record in lines("sanctions/sanctioned_organisations_2022-05-05.jsonl"):
        names = list(record["names"])
        if len(names) > 1 and drawn.random() < 0.5:
            held.append((len(records), names.pop(drawn.randrange(len(names)))))
        records.append(record | {"names": names})
    screen = Screen(as_listed(records, "Organization"))
    registers = {"fec/itcont_10k.txt": "employer", "au/donor_declarations_2016.csv": "donor_name"}
    names = [read_gifts([str(DATA / "funding" / file)]).table[column] for file, column in registers.items()]
    others = [name for column in names for name in column.unique().to_pylist() if name]
    asked = [{"full_name": name} for name in [name for _, name in held] + others]
    found = screen.measure(people(asked, facts=False), organisations=True)
    own = np.array([subject for subject, _ in held] + [-1] * len(others))[found.query]
    kept = (own < 0) | (own == found.subject)
    found = found._replace(measures=found.measures[kept], query=found.query[kept])
    best, place = top(found, trim=0.0)
    data = rows(best, place < len(held), [f"organisation{k}" for k in place])
    share = LISTED_ORGANISATIONS * (data.label == 0).sum() / data.label.sum()
    return data._replace(weight=np.where(data.label > 0, share, 1.0))


def top(found: Any, trim: float) -> tuple[Any, Any]:
    """The best candidate of each query by the weights that pick names, and its query; `trim` is the share of queries
    with the poorest candidates that is left out: UN names newer than the lists."""
    names = weights.pick()
    score = found.measures[:, : names.size] @ names
    order = np.lexsort((-score, found.query))
    first = order[np.r_[True, found.query[order][1:] != found.query[order][:-1]]]
    first = first[score[first] >= np.quantile(score[first], trim)]
    return found.measures[first], found.query[first]


def used_in(context: str) -> Any:
    """The measures that are learned for a kind of comparison."""
    facts = [m.startswith(("birth", "country", "place")) for m in MEASURES]
    if context == "screen-organisation":
        return np.flatnonzero([m in FEATURES or m in ("aliases", "support", "rivals") for m in MEASURES])
    if context == "screen":
        return np.flatnonzero(
            [m not in (NOT_IN_PAIRS | {"lone"}) - {"rivals"} and not m.startswith("place") for m in MEASURES]
        )
    told = np.array(facts) if context == "person" else np.array([m.startswith(("country", "place")) for m in MEASURES])
    names = ~np.array(facts) & np.array([m not in NOT_IN_PAIRS for m in MEASURES])
    return np.flatnonzero(names | told if context != "organisation" else names)


def turned(data: Rows) -> Rows:
    """The rows and, once more, the same with left and right changed: pairs have no direction."""
    other = data.measures.copy()
    a, b = MEASURES.index("left_alone"), MEASURES.index("right_alone")
    other[:, [a, b]] = other[:, [b, a]]
    half = data.weight / 2
    return joined(data._replace(weight=half), Rows(other, data.label, data.group, half))


def sets(pairs: Pairs) -> dict[str, Rows]:
    """What each kind of comparison is learned from."""
    person, bench_person = ~pairs.organisation, ~pairs.bench_organisation
    label, group = pairs.label, pairs.group
    bench_group = np.array([f"bench{k}" for k in range(pairs.bench_label.size)])

    def of(measures: Any, which: Any) -> Rows:
        return rows(measures[which], label[which], group[which])

    undated = pairs.full.copy()
    undated[:, [m.startswith("birth") for m in MEASURES]] = 0

    def bench(which: Any) -> Rows:
        return rows(pairs.bench[which], pairs.bench_label[which], bench_group[which], 0.5)

    def apart(which: Any) -> Rows:
        number = int(which.sum())
        return rows(pairs.apart[which], [False] * number, [f"apart{k}" for k in range(number)], 0.2)

    persons = joined(
        of(undated, person), of(pairs.named, person), bench(bench_person), apart(~pairs.apart_organisation)
    )
    others = joined(
        of(pairs.named, pairs.organisation), bench(pairs.bench_organisation), apart(pairs.apart_organisation)
    )
    near = rows(pairs.near, [False] * len(pairs.near), [f"near{k}" for k in range(len(pairs.near))], NEAR_WEIGHT)
    return {
        "person": turned(joined(of(pairs.full, person), near)),
        "person-undated": turned(persons),
        "organisation": turned(others),
    }


def check_pairs(pairs: Pairs, learned: dict[str, Rows]) -> dict[str, Any]:
    """Held-out figures of the pairs."""
    results: list[list[float]] = []
    bands = None
    person = ~pairs.organisation
    for seed in range(SEEDS):
        odds = {name: held_out(data, used_in(name), seed) for name, data in learned.items()}
        n = int(person.sum())
        full, named, bench = np.empty(person.size), np.empty(person.size), np.empty(pairs.bench_label.size)
        full[person] = odds["person"][:n]
        named[person] = odds["person-undated"][n : 2 * n]
        bench[~pairs.bench_organisation] = odds["person-undated"][2 * n :][: int((~pairs.bench_organisation).sum())]
        orgs = odds["organisation"]
        m = int(pairs.organisation.sum())
        full[pairs.organisation] = named[pairs.organisation] = orgs[:m]
        bench[pairs.bench_organisation] = orgs[m:][: int(pairs.bench_organisation.sum())]
        results.append(
            [
                average_precision(pairs.label, full),
                f1(pairs.label, full),
                average_precision(pairs.label, named),
                f1(pairs.label, named),
                f1(pairs.label[pairs.organisation], named[pairs.organisation]),
                average_precision(pairs.bench_label, bench),
                f1(pairs.bench_label, bench),
            ]
        )
        bands = bands or reliability(pairs.label, full)
    names = ("full AP", "full F1", "name-only AP", "name-only F1", "organisations F1", "name bench AP", "name bench F1")
    return {"figures": dict(zip(names, np.mean(results, 0), strict=True)), "reliability": bands}


def check_screens(screened: Screened) -> dict[str, Any]:
    """Held-out figures of the donor screen."""
    results = []
    bands = None
    inside = screened.source == "donors"
    for seed in range(SEEDS):
        odds = held_out(screened.rows, used_in("screen"), seed, RIDGE["screen"])
        all_odds = np.full(screened.donors.size, -50.0)
        all_odds[screened.place[inside]] = odds[inside]
        results.append(
            [
                average_precision(screened.donors, all_odds),
                *(recall_at(screened.donors, all_odds, k) for k in (5, 10, 50)),
            ]
        )
        bands = bands or reliability(screened.donors, all_odds)
    names = ("AP", "recall at 5", "recall at 10", "recall at 50")
    return {"figures": dict(zip(names, np.mean(results, 0), strict=True)), "reliability": bands}


def check_organisations(data: Rows) -> dict[str, Any]:
    """Held-out figures of the screen of organisations, of those listed that have a candidate."""
    odds = [held_out(data, used_in("screen-organisation"), seed) for seed in range(SEEDS)]
    figures = {
        "AP": float(np.mean([average_precision(data.label, z) for z in odds])),
        **{f"recall at {k}": float(np.mean([recall_at(data.label, z, k) for z in odds])) for k in (5, 10, 50)},
    }
    return {"figures": figures, "reliability": reliability(data.label, odds[0])}


def described(base: float, found: Any, measures: Sequence[str] = MEASURES) -> dict[str, Any]:
    """Weights as the data file keeps them."""
    return {
        "base": round(base, 4),
        "weights": {m: round(float(w), 4) for m, w in zip(measures, found, strict=True) if w},
    }


def measure_donors() -> dict[str, Rows]:
    """The New York pairs, persons and organisations."""
    records = lines("funding/labelled/ny_donor_pairs_dev.jsonl")
    sides = [[donor(r[side], r["kind"]) for r in records] for side in ("left", "right")]
    measured = donor_measures(*sides)
    groups = clusters([(str(r["left"]["donor_id"]), str(r["right"]["donor_id"])) for r in records])
    found = {}
    for context, kind in (("donor-person", "individual"), ("donor-organisation", "organisation")):
        which = [k for k, r in enumerate(records) if r["kind"] == kind]
        labels = [records[k]["label"] == "match" for k in which]
        turned_back = rows(measured[which], labels, [groups[k] for k in which], 0.5)
        other = turned_back.measures.copy()
        a, b = DONOR_MEASURES.index("left_alone"), DONOR_MEASURES.index("right_alone")
        other[:, [a, b]] = other[:, [b, a]]
        found[context] = joined(turned_back, turned_back._replace(measures=other))
    return found


def donor(record: dict[str, Any], kind: str) -> Donor:
    """A donor of the New York pairs."""
    told = (str(record.get(field) or "") for field in ("name", "street", "city", "state", "zip"))
    return Donor(*told, organisation=kind == "organisation")


def check_donors(learned: dict[str, Rows]) -> dict[str, Any]:
    """Held-out figures of the New York pairs."""
    figures, bands = {}, {}
    for context, data in learned.items():
        n = data.label.size // 2
        odds = [held_out(data, np.arange(len(DONOR_MEASURES)), seed, RIDGE["donor"])[:n] for seed in range(SEEDS)]
        figures[f"{context} AP"] = float(np.mean([average_precision(data.label[:n], z) for z in odds]))
        figures[f"{context} F1"] = float(np.mean([f1(data.label[:n], z) for z in odds]))
        bands[context] = reliability(data.label[:n], odds[0])
    return {"figures": figures, "reliability": bands}


def learn_pick() -> None:
    """The weights by which the best pair of names is picked: learned from names alone, of pairs and screens together,
    in turns, since which names are the best depends on them."""
    for _ in range(3):
        pairs, screened = measure_pairs(), measure_screens()
        person = ~pairs.organisation
        data = joined(rows(pairs.named[person], pairs.label[person], pairs.group[person]), screened.rows)
        named = np.array([m in FEATURES for m in MEASURES])
        context = np.r_[np.zeros(int(person.sum())), np.ones(screened.rows.label.size)]
        wide = data._replace(measures=np.c_[data.measures, context])
        _, found = learn(wide, np.flatnonzero(np.r_[named, True]), ridge=1.0)
        picked = dict(zip(FEATURES, found[: len(FEATURES)], strict=True))
        alone = (picked["left_alone"] + picked["right_alone"]) / 2
        picked |= {"left_alone": alone, "right_alone": alone}
        keep({"pick": {feature: round(float(value), 4) for feature, value in picked.items()}})


def keep(changes: dict[str, Any]) -> None:
    """Put what was learned into the data file, and have it read anew."""
    data = json.loads(TARGET.read_text()) | changes
    TARGET.write_text(json.dumps(data, indent=1) + "\n")
    weights.forget()


def learn_all(learned: dict[str, Rows], donors: dict[str, Rows]) -> None:
    """Learn every kind of comparison from all of its rows and keep the weights."""
    found: dict[str, Any] = {
        "made": "bench/resolve.py --write; logistic regression with a ridge, see docs/methods/resolve.md",
        "rows": {name: len(data.label) for name, data in (learned | donors).items()},
    }
    for name, data in learned.items():
        found[name] = described(*learn(data, used_in(name), RIDGE.get(name, 0.5)))
        found[name]["weights"] |= ASSUMED
    for name, data in donors.items():
        made = described(*learn(data, np.arange(len(DONOR_MEASURES)), RIDGE["donor"]), DONOR_MEASURES)
        found[name] = made | {"measures": list(DONOR_MEASURES)}
    keep(found)


def main() -> None:
    """Check, print, and with --write learn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="learn the weights from all rows and keep them")
    asked = parser.parse_args()
    if not DATA.exists():
        parser.exit(message=f"{DATA} is not here; set TOCSIN_DATA to the folder of the coordination data beside it\n")
    if asked.write:
        learn_pick()
    pairs, screened, donors = measure_pairs(), measure_screens(), measure_donors()
    organisations = measure_organisations()
    learned = sets(pairs)
    results = {
        "pairs": check_pairs(pairs, learned),
        "donor screen": check_screens(screened),
        "screen of organisations": check_organisations(organisations),
        "New York pairs": check_donors(donors),
    }
    for name, result in results.items():
        print(f"\n{name}\n")
        print(markdown(("held out", "value"), ((k, f"{v:.3f}") for k, v in result["figures"].items())))
    for name in ("pairs", "donor screen"):
        print(f"\nreliability, {name}\n")
        print(markdown(("probability", "rows", "mean", "true"), results[name]["reliability"]))
    write("resolve", results)
    if asked.write:
        learn_all(learned | {"screen": screened.rows, "screen-organisation": organisations}, donors)


if __name__ == "__main__":
    main()
