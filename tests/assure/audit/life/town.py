"""A small election on paper, its records and reports, and people who read it; made by a seed."""

import csv
import random
import shutil
from collections import Counter

import pyarrow as pa

from tocsin.assure.audit.life import draw, report, risk, seed, setup
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import Desk, form_rows
from tocsin.assure.audit.life.files import AuditFolder
from tocsin.model.ballot import CARDS, MANIFEST, MARKS, TALLIES, Choice, Contest

BATCHES, SIZE = 12, 50
CONTESTS = {"mayor": ("Ann", "Bo", "Cy"), "park": ("Yes", "No")}


class Town:
    """`paper` says for each card (batch, position) what is on it by contest: choices, the first preference first."""

    def __init__(self, share=0.62, rare=0, ranked=False, sizes=SIZE):
        chance = random.Random(7)
        self.ranked, self.size, self.paper = ranked, sizes, {}
        for batch in range(BATCHES):
            for position in range(1, sizes + 1):
                first = "Ann" if chance.random() < share else chance.choice(("Bo", "Bo", "Cy"))
                votes = {"mayor": (first, "Cy") if ranked and first != "Cy" else (first,)}
                if batch % 2 or len(self.paper) >= rare:
                    votes["park"] = (chance.choice(("Yes", "Yes", "Yes", "No")),)
                self.paper[f"b{batch}", position] = votes
        self.styles = {card: "rare" if "park" not in votes else "usual" for card, votes in self.paper.items()}
        self.scan = dict(self.paper)  # what the machines read

    def contests(self, reported=True):
        made = []
        for id_, names in CONTESTS.items():
            votes = Counter(v[id_][0] for v in self.scan.values() if v.get(id_))
            counting = "irv" if self.ranked and id_ == "mayor" else "plurality"
            choices = tuple(Choice(id=n, name=n) for n in names)
            made.append(
                Contest(
                    id=id_,
                    name=id_.title(),
                    choices=choices,
                    counting=counting,
                    votes=votes if reported else {},
                    cards=sum(id_ in votes for votes in self.paper.values()) if reported else 0,
                )
            )
        return tuple(made)

    def inputs(self, recorded=range(BATCHES), tallied=(), reported=True):
        manifest = [self._row(MANIFEST, batch=f"b{b}", cards=self.size, row=b) for b in range(BATCHES)]
        held = [card for card in self.scan if int(card[0][1:]) in recorded]
        cards, marks = [], []
        for n, (batch, position) in enumerate(held):
            style = self.styles[batch, position]
            cards.append(
                self._row(CARDS, card=n, id=f"{batch}-{position}", batch=batch, position=position, style=style)
            )
            for contest, votes in self.scan[batch, position].items():
                marks += [
                    self._row(MARKS, card=n, contest=contest, choice=choice, rank=rank, overvote=False)
                    for rank, choice in enumerate(votes or (None,), 1)
                ]
        tallies = [
            self._row(TALLIES, batch=f"b{b}", contest=contest, choice=choice, votes=votes)
            for b in tallied
            for contest, names in CONTESTS.items()
            for choice, votes in (dict.fromkeys(names, 0) | self.count(f"b{b}", contest)).items()
        ]
        tables = [
            pa.Table.from_pylist(rows, schema=schema)
            for rows, schema in ((cards, CARDS), (marks, MARKS), (tallies, TALLIES))
        ]
        return setup.Inputs(pa.Table.from_pylist(manifest, schema=MANIFEST), self.contests(reported), *tables)

    def _row(self, schema, **values):
        return {
            name: values.get(name, {"jurisdiction": "Adams", "file": "f.csv", "row": 1}.get(name, ""))
            for name in schema.names
            if name in values or name not in ("location", "stratum")
        }

    def count(self, batch, contest):
        return dict(Counter(v[contest][0] for (b, _), v in self.paper.items() if b == batch and v.get(contest)))

    def read(self, unit, contest, kind):
        """What a person reads of a card or batch, as typed."""
        place = unit.split("/")
        if kind == "batch":
            return "; ".join(f"{choice}={votes}" for choice, votes in self.count(place[2], contest).items()) or "Yes=0"
        votes = self.paper[place[2], int(place[3])].get(contest)
        return "not on card" if votes is None else "; ".join(votes) or "blank"


def begin(path, town, kind, method=None, inputs=None, **plan):
    """Set up, commit, throw the dice; returns the folder."""
    chosen = setup.Plan("Test", kind, method=method, targets=("mayor",), contests=("mayor", "park"), **plan)
    setup.new(path, chosen, inputs or town.inputs())
    folder = AuditFolder(path)
    setup.commit(folder)
    seed.throw(folder, "Ann", "3141592653")
    seed.throw(folder, "Bo", "2718281828")
    seed.complete(folder)
    return folder


def enter(folder, town, persons=("Pat", "Quin")):
    """Everybody reads the last round."""
    election = Election(folder)
    desk = Desk(election, len(folder.rounds))
    columns, rows = form_rows(desk)
    folder.put_rows(f"{desk.place}/form.csv", columns, rows)
    readings = [(unit, contest, town.read(unit, contest, election.setup.kind)) for unit, contest in desk.wanted]
    for person in persons:
        desk.enter(person, readings)


def finish(folder, town, most=6):
    """Rounds until the audit ends, and its report; returns the last risk."""
    for _ in range(most):
        draw.start_round(folder)
        enter(folder, town)
        found = risk.measure_round(folder)
        if found.next != "another round":
            break
    report.finish(folder)
    return found


def published(folder, to):
    """A copy of what is published."""
    shutil.copytree(folder.path, to, ignore=shutil.ignore_patterns("private", ".*"))
    return to


def rewrite(path, change):
    """Change a CSV file row by row."""
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    change(rows)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
