"""Attempts to break in: attacks in requests, guessed passwords, alerts; who merely forgot is explained."""

import pytest
from tests.detect.voting.made import START, event, scan, sign_ins, tables, visitors

from tocsin.detect.voting.break_in import DETECTOR
from tocsin.detect.voting.run import look
from tocsin.detect.voting.scans import DETECTOR as SCANS

CHOSEN = {DETECTOR.id: DETECTOR}
ATTACKS = ("/?id={}%27%20OR%201=1", "/?n={}&f=..%2f..%2fetc/passwd", "/?q={}%253Cscript%253E", "/x?a=union+select+{}")


def found(*rows, chosen=CHOSEN, rules=()):
    given = tables(*rows)
    given.rules = rules
    return look(given, lambda _: "somebody", chosen=chosen)


def failures(source, users, start=0.0, step=60.0, office="alder", **more):
    told = {"kind": "auth", "method": "password", "action": "failure", "office": office}
    return [event(start + n * step, source, user=user, **told, **more) for n, user in enumerate(users)]


def success(source, user, seconds):
    return event(seconds, source, kind="auth", method="password", action="success", office="alder", user=user)


def gateway(source, people=60):
    """One address of an office, behind which each mistypes twice before getting in."""
    for n in range(people):
        yield from failures(source, [f"acct_{n}"] * 2, n * 40, 5)
        yield success(source, f"acct_{n}", n * 40 + 15)


def attacks(source, number=12):
    return [event(50_000 + n, source, path=ATTACKS[n % 4].format(n), status=500) for n in range(number)]


def test_attacks_are_found_where_they_are_encoded_too():
    (one,) = found(visitors(1), attacks("203.0.113.9")).findings
    assert (one.standing, one.targeting.sign, one.subjects) == ("lead", "break-in attempt", ("203.0.113.9",))
    assert len(one.targeting.rules) == 3
    assert one.targeting.events == 12
    assert any("bodies" in said for said in one.targeting.cannot_show)


def test_scan_and_attack_of_one_client_are_one_finding():
    both = {DETECTOR.id: DETECTOR, SCANS.id: SCANS}
    (one,) = found(visitors(2), scan("203.0.113.9"), attacks("203.0.113.9"), chosen=both).findings
    assert (one.targeting.sign, one.targeting.events) == ("break-in attempt", 212)
    assert "scanned" not in one.title
    assert any("200 requests" in note or "212 requests" in note for note in one.notes)


def test_passwords_guessed_at_many_accounts():
    users = [f"acct_x{n}" for n in range(40)]
    inside = event(9_000, "203.0.113.9", kind="auth", method="password", user="acct_x3", action="success")
    (one,) = found(sign_ins(1), failures("203.0.113.9", users), [inside]).findings
    assert (one.standing, one.subjects) == ("lead", ("203.0.113.9",))
    assert "1 sign-in then succeeded" in one.sentence
    assert "succeeded after failures" in [row.note for row in one.targeting.sightings]


def test_one_account_guessed_from_everywhere():
    rows = [failures(f"203.0.{n}.7", ["acct_chief"], start=n * 100)[0] for n in range(40)]
    owner = {"kind": "auth", "method": "password", "user": "acct_chief"}
    mistyped = [event(n, "198.18.200.1", action=action, **owner) for n, action in enumerate(("failure", "success"))]
    (one,) = found(sign_ins(2), rows, mistyped).findings
    assert one.targeting.sources == 40
    assert "198.18.200.1" not in one.subjects  # who mistyped and then got in is no indicator
    assert "password of one account" in one.title


def test_a_network_that_tries_each_account_once_at_several_offices():
    rows = [
        row
        for n in range(6)
        for k, office in enumerate(("alder", "birch", "cedar", "dogwood"))
        for row in failures(f"203.0.113.{n}", [f"acct_{office}{n}{j}" for j in range(4)], k * 900, office=office)
    ]
    (one,) = found(sign_ins(3), rows).findings
    assert (one.targeting.sources, len(one.targeting.offices)) == (6, 4)


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("forgotten password", failures("203.0.113.9", ["acct_1"] * 18, step=20)),
        ("old password", [success("203.0.113.9", "acct_1", -60), *failures("203.0.113.9", ["acct_1"] * 200, step=600)]),
        ("old password", failures("10.20.1.9", ["acct_1"] * 200, step=600)),
        ("gateway", gateway("203.0.113.9")),
    ],
)
def test_innocent_failures_are_explained(code, rows):
    result = DETECTOR.run(tables(sign_ins(4), rows))
    (one,) = result.candidates
    assert [told.code for told in one.explanations if told.verdict == "fits"] == [code]
    assert one.title.startswith("Failed sign-ins at")


@pytest.mark.parametrize(("number", "step"), [(3_000, 60), (18, 20)])
def test_who_gets_in_at_last_and_never_was_there_is_not_explained(number, step):
    rows = failures("203.0.113.9", ["root"] * number, step=step)
    result = DETECTOR.run(tables(sign_ins(4), rows, [success("203.0.113.9", "root", number * step)]))
    (one,) = result.candidates
    assert not one.explained
    assert one.title.startswith("Passwords guessed at")


def test_of_a_busy_client_in_a_lead_no_query_is_shown_but_the_attack():
    asked = [event(n, "203.0.113.9", path=f"/lookup?last=SMITH{n}") for n in range(40)]
    result = found(visitors(1), asked, attacks("203.0.113.9"), chosen={DETECTOR.id: DETECTOR, SCANS.id: SCANS})
    text = repr(result.evidence.to_pylist()) + "".join(one.model_dump_json() for one in result.findings)
    assert "203.0.113.9" in text
    assert "%27%20OR" in text
    assert "SMITH" not in text


def test_alerts_about_one_client():
    ordinary = [event(n * 500, f"198.18.{n}.1", kind="ids", action="odd header") for n in range(60)]
    rows = [event(n * 5, "203.0.113.9", kind="ids", action=f"exploit {n % 9}") for n in range(60)]
    (one,) = found(ordinary, rows).findings
    assert (one.subjects, one.layers) == (("203.0.113.9",), ("alert",))


RULE = """
title: A way in that is known
id: 6a6f3c1e-0f3d-4f34-9f43-1c6c1f0f5a11
logsource: {category: webserver}
detection:
  one: {cs-uri-stem|endswith: '/backdoor', sc-status: 200}
  not_us: {c-ip|cidr: 198.18.0.0/15}
  condition: one and not not_us
level: critical
"""


def test_a_match_of_a_critical_rule_is_told_as_it_is():
    rows = [event(60, source, path="/x/backdoor?a=1") for source in ("203.0.113.9", "198.18.0.1")]
    (one,) = found(visitors(5), rows, rules=(RULE,)).findings
    assert one.subjects == ("203.0.113.9",)
    assert [test.p for test in one.tests] == [None]
    assert one.first == START.replace(minute=1)


BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def test_rules_that_cannot_be_used_are_told():
    other = RULE.replace("webserver", "process_creation")
    field = RULE.replace("cs-uri-stem", "CommandLine").replace("6a6f", "7a6f")
    look_ahead = RULE.replace("cs-uri-stem|endswith: '/backdoor'", "c-uri|re: '(?=x)y'").replace("6a6f", "8a6f")
    result = found(visitors(6), rules=(other, field, look_ahead, "nonsense: [", "- 1", BOMB))
    told = [what for what in result.watch.measured.values() if what.startswith("not used")]
    assert len(told) == 6
    assert result.findings == ()
