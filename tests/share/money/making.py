"""Money scans made by hand, plain and with awkward content: what a scan of a donation register leaves."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from tocsin.model.finding import (
    Balance,
    Explanation,
    Finding,
    GiftRow,
    InputFile,
    Interval,
    Ledger,
    Money,
    ScanSummary,
    Step,
    Test,
)
from tocsin.model.gift import SETTLED
from tocsin.model.tables import EVIDENCE
from tocsin.share.money import write_money_scan

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>\'"&{{7*7}}\x00\x1b[31m'
DAY = date(2024, 2, 1)
COMMITTEE, PARTY = "C00700001", "Harbour"
COMPANY, HOLDING, OWNER, ENTRY = "Kestrel Ventures LLC", "Merrow Nominees Ltd", "Oleg Dravonin", "us-ofac-sdn 20003"
PATH = (
    Step(relation="gave to", source=COMPANY, target=COMMITTEE, on=DAY, evidence="gifts.csv, 12"),
    Step(relation="is owned by", source=COMPANY, target=HOLDING, share_min=1.0, share_max=1.0, since=date(2023, 12, 1)),
    Step(
        relation="is owned by",
        source=HOLDING,
        target=OWNER,
        share_min=0.5,
        share_max=0.75,
        since=date(2023, 1, 1),
        rule="us-ownership-50 (unverified)",
    ),
    Step(relation="is listed as", source=OWNER, target=ENTRY, probability=0.97, on=DAY, evidence="us-ofac-sdn, 20003"),
)


def gift_rows(n, flag, tail=""):
    return tuple(
        GiftRow(
            gift=f"{flag}-{i}",
            file=f"gifts.csv{tail}",
            row=10 + i,
            date=DAY + timedelta(days=i),
            amount_minor=330_000 - 2_500 * i,
            currency="USD",
            recipient=COMMITTEE,
            donor=(COMPANY if flag == "F10" else f"donor-{flag}-{i}") + tail,
            note="near the limit",
        )
        for i in range(n)
    )


def finding(place, flag="F1", standing="lead", gifts=6, hostile=False):
    """A finding about money; F10 comes with a path."""
    tail = HOSTILE if hostile else ""
    rows = gift_rows(gifts, flag, tail)
    return Finding(
        id=f"{place:016x}",
        detector="funding.listed_link" if flag == "F10" else "funding.employer_conduit",
        version="1",
        kind="funding",
        standing=standing,
        title=f"{gifts} donors of one employer give near the limit to {COMMITTEE}{tail}",
        sentence=f"{gifts} donors of one employer gave 62 to 100 % of the limit within 6 days; usual are 0.2.{tail}",
        subjects=tuple(dict.fromkeys(row.donor for row in rows)),
        platforms=("fec-itcont",),
        layers=("gift",),
        first=datetime(2024, 2, 1, tzinfo=UTC),
        last=datetime(2024, 2, 1, tzinfo=UTC) + timedelta(days=gifts - 1),
        tests=()
        if flag == "F10"
        else (
            Test(
                question="Are there more such donors than the employer's own history gives?",
                name="Poisson tail",
                null_model="the employer's rate in other cycles times the committee's share of donors",
                observed=gifts,
                expected=0.2,
                p=3e-8,
                q=4e-5,
            ),
        ),
        effects=(Interval(name="times the usual", value=30, low=11, high=65, unit="times"),),
        explanations=(
            Explanation(
                code="fundraiser", question="A fundraiser?", verdict="does not fit", detail=f"no history{tail}"
            ),
            Explanation(
                code="payroll", question="A payroll programme?", verdict="does not fit", detail="no instalments"
            ),
        ),
        members=(),
        objects=(),
        evidence_posts=tuple(row.gift for row in rows),
        notes=(f"The employer is not in the register of owners.{tail}",),
        money=Money(
            flag=flag,
            channel="shell-company",
            recipients=(COMMITTEE,),
            donors=len({row.donor for row in rows}),
            gifts=gifts,
            total_minor=sum(row.amount_minor for row in rows),
            currency="USD",
            rows=rows,
            path=PATH if flag == "F10" else (),
            rules=("us-limit-2024", "us-ownership-50 (unverified)"),
        ),
    )


def ledger():
    def rate(value):
        return Interval(name="rate", value=value, low=value * 0.6, high=value * 1.5)

    def ratio(value):
        return Interval(name="ratio", value=value, low=value * 0.5, high=value * 2)

    return Ledger(
        gifts=4_442,
        donors=2_310,
        recipients=11,
        total_minor={"USD": 123_456_789, "EUR": 5_000},
        standings={"counted": 4_120, "memo": 310, "refund": 12},
        tested={"F1": 812, "F2": 96},
        skipped={"F13": "no loans in the files"},
        balance=(
            Balance(by="party", group="Harbour", donors=900, flagged=9, rate=rate(0.01), ratio=ratio(1.3)),
            Balance(by="party", group="Meadow", donors=1_000, flagged=7, rate=rate(0.007), ratio=ratio(0.8)),
            Balance(by="name origin", group="east slavic", donors=200, flagged=2, rate=rate(0.01), ratio=ratio(1.1)),
        ),
        rules=("us-limit-2024", "us-ownership-50 (unverified)"),
    )


def summary(findings=None, hostile=False):
    if findings is None:
        findings = (
            finding(1, hostile=hostile),
            finding(2, "F10", gifts=1, hostile=hostile),
            finding(3, "F2", "explained", hostile=hostile),
        )
    tail = HOSTILE if hostile else ""
    return ScanSummary(
        tocsin="0.1.0",
        made=datetime(2024, 3, 20, 9, 30, tzinfo=UTC),
        command=f"tocsin money scan gifts.csv{tail}",
        inputs=(
            InputFile(
                file=f"gifts.csv{tail}",
                sha256="ab" * 32,
                size=81_000,
                format="gifts",
                reason="the header has the columns",
                posts=4_442,
                rejected=3,
                duplicates=0,
            ),
        ),
        posts=4_442,
        accounts=2_310,
        first=datetime(2023, 1, 2, tzinfo=UTC),
        last=datetime(2024, 3, 17, tzinfo=UTC),
        time_grain_s=86_400,
        pseudonymised=True,
        parameters={"day": "2024-03-17"},
        findings=findings,
        warnings=(f"No list was given for the EU.{tail}",),
        seconds={"flags": 2.5},
        money=ledger(),
    )


def gifts(made):
    """gifts.parquet: the rows of the findings and some ordinary ones."""
    kept = dict.fromkeys(SETTLED.names)
    rows = []
    for one in made.findings:
        for row in one.money.rows if one.money else ():
            rows.append(
                kept
                | {
                    "gift": row.gift,
                    "date": row.date,
                    "amount_minor": row.amount_minor,
                    "recipient": row.recipient,
                    "recipient_name": "Friends of Alma Redfern",
                    "recipient_party": PARTY,
                    "donor_type": "company" if one.money.flag == "F10" else "person",
                    "donor": row.donor,
                    "standing": "counted",
                    "row": row.row,
                    "employer": "Harlow Paper Mills Inc",
                }
            )
    for i in range(150):
        rows.append(
            kept
            | {
                "gift": f"o-{i}",
                "date": date(2023, 3, 1) + timedelta(days=2 * i),
                "amount_minor": 5_000 + 100 * (i % 9),
                "recipient": COMMITTEE if i % 3 else "C00700002",
                "recipient_party": PARTY if i % 3 else "Meadow",
                "donor_type": "person",
                "donor": f"donor-{i % 40}",
                "standing": "memo" if i % 10 == 0 else "counted",
                "row": 100 + i,
            }
        )
    same = {
        "register": "gifts",
        "jurisdiction": "us",
        "currency": "USD",
        "kind": "money",
        "memo": False,
        "file": "g.csv",
    }
    schema = SETTLED.append(pa.field("donor", pa.string(), nullable=False))
    return pa.Table.from_pylist([row | same for row in rows], schema=schema)


def evidence(made):
    rows = [
        {
            "finding": one.id,
            "layer": "gift",
            "object": row.recipient,
            "account": row.donor,
            "post": row.gift,
            "time": datetime(row.date.year, row.date.month, row.date.day, tzinfo=UTC),
            "platform": "fec-itcont",
            "text": "3,300.00 USD, employer HARLOW PAPER MILLS, occupation DRIVER",
            "file": row.file,
            "row": row.row,
        }
        for one in made.findings
        for row in (one.money.rows if one.money else ())
    ]
    return pa.Table.from_pylist(rows, schema=EVIDENCE)


def folder(path, made=None):
    """A scan folder as `tocsin money scan` leaves it, with the key of its pseudonyms."""
    made = made or summary()
    write_money_scan(path, made, evidence(made), gifts(made))
    (path / "key").write_bytes(b"k" * 32)
    return path
