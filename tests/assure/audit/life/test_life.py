"""An audit from its setup to its report, by every method; who tampers with what is published is found out."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.assure.audit.life.town import BATCHES, Town, begin, enter, finish, published, rewrite

from tocsin.assure.audit.life import draw, report, risk, seed, setup
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import Desk
from tocsin.assure.audit.life.files import AuditFolder, digest, now
from tocsin.assure.audit.life.sizes import planned
from tocsin.assure.audit.life.verify import verify
from tocsin.errors import ConflictError, InputError, NotFoundError, UsageError
from tocsin.inform.notebook import check_draw
from tocsin.model.audit import AuditReport, Decision, Estimate, Round, RoundRisk
from tocsin.model.ballot import Choice, Contest

HALF = range(BATCHES // 2)
REST = range(BATCHES // 2, BATCHES)
WAYS = {
    "polling alpha": ("polling", "alpha", {}),
    "kaplan-markov": ("comparison", "kaplan-markov", {}),
    "by style": ("comparison", "alpha", {"by_style": True}),
    "oneaudit": ("comparison", "oneaudit", {}),
    "macro": ("batch", "macro", {}),
    "suite": ("hybrid", "suite", {}),
    "irv": ("comparison", "alpha", {}),
    "polling betting": ("polling", "betting", {}),
    "bravo": ("polling", "bravo", {}),
    "minerva": ("polling", "minerva", {}),
    "providence": ("polling", "providence", {}),
    "betting": ("comparison", "betting", {}),
}
FAST = {"kaplan-markov", "by style", "macro", "irv"}


def inputs_of(way, town):
    if way == "oneaudit":
        return town.inputs(HALF, REST, reported=False)
    if way == "macro":
        return town.inputs((), range(BATCHES))
    return town.inputs(HALF) if way == "suite" else town.inputs()


def failed(path):
    return {check.step for check in verify(path) if check.outcome == "failed"}


@pytest.mark.parametrize("way", [w if w in FAST else pytest.param(w, marks=pytest.mark.slow) for w in WAYS])
def test_a_right_outcome_is_confirmed_and_can_be_checked(way, tmp_path):
    kind, method, more = WAYS[way]
    town = Town(ranked=way == "irv", share=0.8 if way in ("macro", "suite") else 0.62)
    folder = begin(tmp_path / "a", town, kind, method, inputs_of(way, town), **more)
    found = finish(folder, town)
    assert found.next == "stop"
    assert all(one.risk <= 0.05 for one in found.contests if one.targeted)
    public = published(folder, tmp_path / "public")
    checks = verify(public)
    assert [check for check in checks if check.outcome != "passed"] == []
    assert {check.step for check in checks} >= {"files", "commitment", "seed", "round 1", "report"}
    assert check_draw.main(public) == 0
    rewrite(public / "round-1/draw.csv", lambda rows: rows.reverse())
    assert check_draw.main(public) == 1


@pytest.mark.parametrize("way", ["kaplan-markov", "macro"])
def test_a_wrong_outcome_is_not(way, tmp_path):
    town = Town(share=0.56)
    kind, method, _ = WAYS[way]
    inputs = inputs_of(way, town)
    town.paper = {card: {**votes, "mayor": ("Bo",)} for card, votes in town.paper.items()}
    folder = begin(tmp_path / "a", town, kind, method, inputs)
    found = finish(folder, town)
    mayor = next(one for one in found.contests if one.contest == "mayor")
    assert (found.next, mayor.risk, mayor.reached) == ("full hand count", 1.0, False)
    assert failed(published(folder, tmp_path / "public")) == set()


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    town = Town()
    folder = begin(tmp_path_factory.mktemp("audit") / "a", town, "comparison", "kaplan-markov")
    finish(folder, town)
    return folder


def resealed(path):
    """The log as somebody would write it who can change every file."""
    lines, before = [], "0" * 64
    for text in (path / "log.jsonl").read_text().splitlines():
        line = json.loads(text)
        line["previous"] = before
        line["files"] = {name: digest((path / name).read_bytes()) for name in line["files"] if (path / name).exists()}
        lines.append(json.dumps(line, separators=(",", ":")))
        before = digest(lines[-1].encode())
    (path / "log.jsonl").write_text("\n".join(lines) + "\n")


def changed(name, **values):
    def change(path):
        record = json.loads((path / name).read_text())
        for key, value in values.items():
            record[key] = value(record[key])
        (path / name).write_text(json.dumps(record))

    return change


def cells(name, **values):
    def change(path):
        def first(rows):
            rows[0].update({key: value(rows[0][key]) for key, value in values.items()})

        rewrite(path / name, first)

    return change


def less(risks):
    return [{**risks[0], "risk": risks[0]["risk"] / 2}, *risks[1:]]


def first_contest(**values):
    return lambda contests: [{**contests[0], **values}, *contests[1:]]


def without(step, person=""):
    """The log without a step, or without that of one person."""

    def change(path):
        lines = [json.loads(text) for text in (path / "log.jsonl").read_text().splitlines()]
        kept = [line for line in lines if line["step"] != step or (person and line["by"] != person)]
        numbered = [json.dumps({**line, "number": n}) for n, line in enumerate(kept, 1)]
        (path / "log.jsonl").write_text("\n".join(numbered) + "\n")

    return change


EARLY = "2001-01-01T00:00:00Z"


TAMPERED = {
    "a batch has more cards": (cells("manifest.csv", cards=lambda n: int(n) + 1), "commitment"),
    "votes of the setup": (changed("audit.json", risk_limit=lambda _: 0.4), "commitment"),
    "commitment after the dice": (changed("commitment.json", at=lambda _: "2999-01-01T00:00:00Z"), "commitment"),
    "another seed": (changed("seed.json", seed=lambda s: s[::-1]), "seed"),
    "other dice too": (
        changed(
            "seed.json", seed=lambda s: "9" + s[1:], dice=lambda d: [{**d[0], "digits": "9" + d[0]["digits"][1:]}, d[1]]
        ),
        "round 1",
    ),
    "another card": (cells("round-1/draw.csv", position=lambda n: int(n) % 50 + 1), "round 1"),
    "a greater round": (changed("round-1/round.json", size=lambda n: n + 1), "round 1"),
    "what a person read": (cells("round-1/entries/pat.csv", reading=lambda _: "[blank]"), "round 1"),
    "what stands": (cells("round-1/readings.csv", reading=lambda _: "[blank]"), "round 1"),
    "a difference": (cells("round-1/compared.csv", machine=lambda _: "[blank]"), "round 1"),
    "a smaller risk": (changed("round-1/risk.json", contests=less), "round 1"),
    "another decision": (changed("round-1/risk.json", next=lambda _: "full hand count"), "round 1"),
    "fewer cards not found": (changed("round-1/risk.json", not_found=lambda n: n + 1), "round 1"),
    "fewer discrepancies": (changed("round-1/risk.json", contests=first_contest(discrepancies={"o1": 9})), "round 1"),
    "more draws": (changed("round-1/risk.json", contests=first_contest(drawn=999)), "round 1"),
    "another outcome": (changed("report.json", outcome=lambda _: "All is well."), "report"),
    "two seats": (
        changed("audit.json", contests=lambda c: [{**c[0], "contest": {**c[0]["contest"], "winners": 2}}, *c[1:]]),
        "reported results",
    ),
    "risk before the draw": (changed("round-1/risk.json", at=lambda _: EARLY), "files"),
    "report before the draw": (changed("report.json", at=lambda _: EARLY), "files"),
    "read before the draw": (cells("round-1/entries/pat.csv", at=lambda _: EARLY), "files"),
    "no line of the setup": (without("new"), "files"),
    "no line of a person's dice": (without("dice", "Bo"), "files"),
    "no line of readings": (without("entries", "Quin"), "files"),
    "another report": (changed("report.json", outcome=lambda _: "fine", rounds=lambda _: []), "report"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_the_step_that_was_tampered_with_is_named(what, audited, tmp_path):
    tamper, step = TAMPERED[what]
    public = published(audited, tmp_path / "public")
    tamper(public)
    assert "files" in failed(public)
    resealed(public)
    found = failed(public)
    assert step in found
    assert ("files" in found) == (step == "files" or what == "commitment after the dice")


def test_a_step_left_out_of_the_log_is_found(audited, tmp_path):
    public = published(audited, tmp_path / "public")
    lines = (public / "log.jsonl").read_text().splitlines(keepends=True)
    (public / "log.jsonl").write_text("".join(lines[:2] + lines[3:]))
    assert "files" in failed(public)


def test_two_persons_read_and_a_third_settles(tmp_path):
    town = Town()
    folder = begin(tmp_path / "a", town, "polling", "bravo")
    with pytest.raises(ConflictError):
        risk.measure_round(folder)
    draw.start_round(folder, 10)
    desk = Desk(Election(folder), 1)
    unit = desk.units[0]
    desk.enter("Pat", [(unit, "mayor", "bo")])
    desk.enter("Pat", [(unit, "mayor", "Ann")])  # corrected before anybody else has read
    desk.enter("Quin", [(unit, "mayor", "Bo")])
    for person in ("Pat", "Quin"):
        with pytest.raises(ConflictError):
            desk.enter(person, [(unit, "mayor", "Cy")])
    assert (unit, "mayor") in desk.open()[1]
    desk.enter("Rae", [(unit, "mayor", "blank")])
    assert desk.readings()[unit, "mayor"] == ("[blank]", "third reading")
    other = desk.units[1]
    for wrong in ("Dan", "Ann; Bo", ""):
        with pytest.raises(UsageError):
            desk.enter("Pat", [(other, "mayor", wrong)])
    for person in ("Pat", "Quin"):
        desk.enter(person, [(other, "*", "not found")])
    assert desk.readings()[other, "park"] == ("[not found]", "two agree")
    with pytest.raises(ConflictError):
        desk.enter("Rae", [(other, "mayor", "Ann")])
    with pytest.raises(ConflictError):
        risk.measure_round(folder)


def test_cards_that_nobody_finds_count_as_the_worst_case(tmp_path):
    town = Town()
    found = {}
    for name, lost in (("a", False), ("b", True)):
        folder = begin(tmp_path / name, town, "comparison", "kaplan-markov")
        draw.start_round(folder, 60)
        desk = Desk(Election(folder), 1)
        unit = next(u for u in desk.units if town.read(u, "mayor", "") == "Ann")
        if lost:
            for person in ("Pat", "Quin"):
                desk.enter(person, [(unit, "*", "not found")])
        given = [(u, c, town.read(u, c, "")) for u, c in desk.wanted if not (lost and u == unit)]
        for person in ("Pat", "Quin"):
            desk.enter(person, given)
        found[name] = risk.measure_round(folder)
    assert [found[name].not_found for name in "ab"] == [0, 1]
    assert found["b"].contests[0].discrepancies["o2"] == 1
    assert found["b"].contests[0].risk > found["a"].contests[0].risk


def test_a_report_is_written_once(audited):
    before = [line.step for line in audited.log()]
    assert report.finish(audited) == audited.read("report.json", AuditReport)
    assert [line.step for line in audited.log()] == before


def test_dice_that_a_kill_left_unconfirmed_count_once(tmp_path, monkeypatch):
    setup.new(tmp_path / "a", setup.Plan("Test", "polling", contests=("mayor",)), Town().inputs())
    folder = AuditFolder(tmp_path / "a")
    setup.commit(folder)
    given = [("Ann", "3141592653"), ("Bo", "2718281828")]
    for person, digits in given:
        with monkeypatch.context() as patched:
            patched.setattr(AuditFolder, "confirm", lambda *_: None)  # killed before it
            seed.throw(folder, person, digits)
        seed.throw(folder, person, digits)
    with monkeypatch.context() as patched:
        patched.setattr(AuditFolder, "confirm", lambda *_: None)
        seed.complete(folder)
    assert seed.complete(folder).seed == "31415926532718281828"
    assert [line.step for line in folder.log()] == ["new", "commit", "dice", "dice", "seed"]
    assert failed(folder.path) == set()


def test_a_setup_made_again_leaves_no_trace_that_fails(tmp_path):
    town = Town(rare=3)
    for published_ in ("redacted", "full"):
        setup.new(tmp_path / "a", setup.Plan("Test", "comparison", published=published_), town.inputs())
    setup.commit(AuditFolder(tmp_path / "a"))
    assert failed(tmp_path / "a") == {"seed"}
    with pytest.raises(NotFoundError):
        setup.commit(AuditFolder(tmp_path / "b"))
    assert not (tmp_path / "b").exists()


def test_a_contest_for_a_full_hand_count_sizes_no_round():
    estimates = [Estimate(contest="a", size=900), Estimate(contest="b", size=49)]
    decisions = [
        Decision(contest=one.contest, next=next_, why="", estimate=one)
        for one, next_ in zip(estimates, ("full hand count", "another round"), strict=True)
    ]
    last = RoundRisk(number=1, at=now(), contests=(), decisions=tuple(decisions), next="another round")
    audit = SimpleNamespace(
        setup=SimpleNamespace(by_style=False),
        contests={"b": SimpleNamespace(contest=Contest(id="b", name="B", choices=()))},
    )
    before = Round(number=1, at=now(), size=40, chosen="")
    assert planned(audit, [before], [last]).size == 49


def test_steps_come_in_their_order(tmp_path):
    town = Town()
    plan = setup.Plan("Test", "polling", contests=("mayor",))
    setup.new(tmp_path / "a", plan, town.inputs())
    folder = AuditFolder(tmp_path / "a")
    for step in (
        lambda: seed.throw(folder, "Ann", "123"),
        lambda: draw.start_round(folder),
        lambda: report.finish(folder),
    ):
        with pytest.raises(ConflictError):
            step()
    setup.commit(folder)
    with pytest.raises(ConflictError):
        setup.new(tmp_path / "a", plan, town.inputs())
    seed.throw(folder, "Ann", "1" * 30)
    with pytest.raises(ConflictError):
        seed.complete(folder)  # one person alone
    with pytest.raises(ConflictError):
        draw.start_round(folder)
    lone = Contest(id="lone", name="Lone", choices=(Choice(id="Zoe", name="Zoe"),), votes={"Zoe": 90})
    inputs = town.inputs()
    alone = setup.new(tmp_path / "c", setup.Plan("Test", "polling"), replace(inputs, contests=(*inputs.contests, lone)))
    assert (list(alone.left_out), len(alone.contests)) == (["lone"], 2)
    tied = Town(share=0.0)
    tied.scan = {card: {"mayor": (("Ann", "Bo")[card[1] % 2],)} for card in tied.scan}
    with pytest.raises(InputError):
        setup.new(tmp_path / "b", plan, tied.inputs())


@pytest.mark.parametrize("step", ["commit", "draw", "risk", "report"])
def test_what_was_written_whole_before_a_kill_is_there(step, tmp_path, monkeypatch):
    town = Town()

    class Killed(BaseException):
        pass

    real = AuditFolder.confirm

    def confirm(self, name, files, by=""):
        if name == step:
            with (self.path / "log.jsonl").open("a") as log:
                log.write('{"number": 9, "st')  # half a line
            raise Killed
        return real(self, name, files, by)

    with monkeypatch.context() as patched:
        patched.setattr(AuditFolder, "confirm", confirm)
        with pytest.raises(Killed):
            finish(begin(tmp_path / "a", town, "comparison", "kaplan-markov"), town)
    folder = AuditFolder(tmp_path / "a")
    folder.recover()
    assert step in [line.step for line in folder.log()]
    assert failed(folder.path) <= {"seed"}  # where the dice are still to come
    folder.recover()
    assert [line.step for line in folder.log()].count(step) == 1


def test_sizes_of_later_rounds_extend_the_first(tmp_path):
    town = Town(share=0.52)
    folder = begin(tmp_path / "a", town, "polling", "alpha")
    draw.start_round(folder, 20)
    enter(folder, town)
    first = risk.measure_round(folder)
    assert first.next in ("another round", "full hand count")
    before = folder.rows("round-1/draw.csv")
    if first.next == "another round":
        with pytest.raises(UsageError):
            draw.start_round(folder, 10)
        draw.start_round(folder)
        assert folder.rows("round-2/draw.csv")[: len(before)] == before
        assert not set(Desk(Election(folder), 2).units) & {row["unit"] for row in before}


def test_an_opportunistic_contest_has_its_risk(audited):
    park = next(one for one in audited.risks[-1].contests if one.contest == "park")
    assert not park.targeted
    assert park.risk < 0.05


def test_a_card_that_was_not_drawn_is_not_read(tmp_path):
    folder = begin(tmp_path / "a", Town(), "polling", "bravo")
    draw.start_round(folder, 5)
    desk = Desk(Election(folder), 1)
    other = next(f"Adams//b1/{n}" for n in range(1, 50) if f"Adams//b1/{n}" not in desk.units)
    for contest in ("mayor", "*"):
        with pytest.raises(UsageError):
            desk.enter("Pat", [(other, contest, "blank")])
