"""Published cases, made by hand, for the tests of the public site."""

from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from tocsin.inform.site import PublicCase, Site
from tocsin.model import case as c
from tocsin.model.grades import Grade
from tocsin.store.canonical import digest

BEFORE = datetime(2026, 2, 10, 9, 30, tzinfo=UTC)
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>\u202egnp.exe\x07\x00 & "q" \'a\' --> ]]> {{ 7 * 7 }} {% raw %} &lt; \ufffe'


def uid(name):
    return str(uuid5(NAMESPACE_URL, name))


def link(name, to="item", **more):
    return c.PublicLink(to=to, id=uid(name), title=name, sha256=digest(name), **more)


FINDING = c.PublicFinding(
    id=digest("finding"),
    detector="amplification.coordination",
    version="1",
    standing="lead",
    title="12 accounts act together",
    sentence="A group this strong appears by chance in at most 1 of 1,000 such data sets.",
    first=START - timedelta(days=20),
    last=START - timedelta(days=2),
    accounts=12,
    posts=4321,
    tests=(
        c.PublicTest(
            question="Do they follow one another more than chance allows?",
            name="Exposure martingale",
            null_model="Posts are dealt at random to the accounts of the hour and language.",
            observed="311",
            expected="17.25",
            p="",
            q="",
            log_e="41.3",
            note="",
        ),
    ),
    effects=(
        c.PublicEffect(
            name="Joint posts", value="0.61", low="0.55", high="0.66", level="0.95", unit="", meaning="of all posts"
        ),
    ),
    explanations=(
        c.PublicExplanation(question="One posting application?", verdict="does not fit", detail="Nine are used."),
    ),
    notes=("Times are to the second.",),
)


def claims(text):
    steps = (
        c.PublicStep(level=1, shown=True, at=BEFORE, note="First post.", evidence=(link("post.png"),)),
        c.PublicStep(level=2, shown=False, at=None, note="", evidence=()),
    )
    common = {"basis": "", "alternatives": (), "steps": (), "harm": 0, "harm_note": "", "harm_evidence": ()}
    common |= {"evidence": (), "evidence_class": "", "made": True, "text": text}
    graded = Grade(source="B", information="2", likelihood="very likely", confidence="moderate")
    other = (
        c.PublicAlternative(text="They are fans.", rejected="They follow nobody in common."),
        c.PublicAlternative(text="They are paid locally.", rejected=""),
    )
    return (
        c.PublicClaim(**common | {
            "which": "behaviour", "grade": graded, "basis": "Two independent collections agree.",
            "evidence": (link("posts.csv", note="all posts", source="B", information="2"), link("Group 1", "lead")),
            "alternatives": other,
        }),
        c.PublicClaim(**common | {"which": "deception", "grade": Grade(likelihood="likely", confidence="low")}),
        c.PublicClaim(**common | {
            "which": "reach", "grade": Grade(likelihood="almost certain", confidence="high"), "steps": steps,
            "harm": 1, "harm_note": "A wrong date of the vote was given.", "harm_evidence": (link("flyer.pdf"),),
        }),
        c.PublicClaim(**common | {
            "which": "attribution", "made": False, "grade": Grade(), "text": "The evidence ends here."
        }),
    )  # fmt: skip


def reply(**more):
    values = {
        "whom": "Office of the Northern League",
        "asked": BEFORE,
        "due": START - timedelta(days=2),
    }
    values |= {"answer": "We have nothing to do with it.", "answered": START - timedelta(days=3), "silent": False}
    return c.PublicReply(**values | {"waived": ""} | more)


def body(case, title, text="What was seen.", **more):
    values = {
        "case": case,
        "title": title,
        "interference": "amplification",
        "election": "Council election",
        "voting_day": date(2026, 3, 22),
        "first_day": date(2026, 2, 10),
        "last_day": date(2026, 2, 28),
        "summary": text,
        "unknown": "Who paid for it.",
        "claims": claims(text),
        "replies": (reply(),),
        "findings": (FINDING,),
        "gates": (
            c.PublicGate(name="second reader", passed=True, missing=()),
            c.PublicGate(name="reply", passed=False, missing=("the reply period has not ended",)),
        ),
        "exercise": False,
    }
    return c.Body(**values | more)


def publication(name, number, issue="claim", *, changed="", break_glass="", **more):
    content = body(uid(name), f"Case {name}", **more)
    return c.Publication(
        id=uid(f"{name} {number}"),
        case=uid(name),
        number=number,
        issue=issue,
        made=START + timedelta(days=number, hours=len(name)),
        content=digest(content.model_dump(mode="json")),
        changed=changed,
        break_glass=break_glass,
        approved_by=(uid("publisher one"), uid("publisher two")),
        body=content,
    )


def case(*issues):
    return PublicCase(issues[0].case, issues)


def site(*cases, exercise=False, closed=None):
    order = sorted(cases, key=lambda one: one.current.made, reverse=True)
    counted = closed or {"domestic": 3, "not shown": 2, "out of scope": 0}
    return Site(
        uid("workspace"),
        "Watch of the North",
        START,
        exercise,
        tuple(order),
        counted,
        (("2026-03-02", digest("root")),),
    )


def full(**more):
    """A site with a case of every kind."""
    waived = reply(answer="", answered=None, waived="No time was left.")
    changed = "The number of accounts was 14; it is 12. One file had been counted twice."
    return site(
        case(publication("plain", 1)),
        case(
            publication("corrected", 1, text="Fourteen accounts acted together."),
            publication("corrected", 2, "correction", changed=changed, text="Twelve accounts acted together."),
        ),
        case(
            publication("withdrawn", 1, break_glass="The vote is tomorrow.", replies=(waived,)),
            publication("withdrawn", 2, "correction", changed="A date was wrong."),
            publication("withdrawn", 3, "withdrawal", changed="The file was forged. We were wrong."),
        ),
        case(publication("silent", 1, replies=(reply(answer="", answered=None, silent=True),))),
        case(publication("hostile", 1, text=HOSTILE, election=HOSTILE, unknown=HOSTILE)),
        **more,
    )  # fmt: skip
