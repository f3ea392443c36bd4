"""The leads of a money scan as one table: a row a finding, in the order in which they are shown."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from tocsin.model.finding import Finding, Money, ScanSummary
from tocsin.share.money import view
from tocsin.share.words import listed

_LEADS: dict[str, pa.DataType] = {
    "finding": pa.string(),
    "standing": pa.string(),
    "flag": pa.string(),
    "channel": pa.string(),
    "title": pa.string(),
    "sentence": pa.string(),
    "recipients": pa.string(),
    "donors": pa.int64(),
    "gifts": pa.int64(),
    "total": pa.decimal128(20, 2),
    "currency": pa.string(),
    "first": pa.date32(),
    "last": pa.date32(),
    "test": pa.string(),
    "observed": pa.float64(),
    "expected": pa.float64(),
    "p": pa.float64(),
    "q": pa.float64(),
    "path": pa.string(),
    "rules": pa.string(),
    "explanations_that_fit": pa.string(),
    "detector": pa.string(),
    "version": pa.string(),
}
LEADS = pa.schema(_LEADS)


def leads(summary: ScanSummary) -> pa.Table:
    """One row a finding (schema LEADS). `total` is in units of `currency`; the test is the finding's first."""
    return pa.Table.from_pylist([_row(finding, money) for finding, money in view.leads(summary)], schema=LEADS)


def _row(finding: Finding, money: Money) -> dict[str, object]:
    test = finding.tests[0] if finding.tests else None
    told = test.model_dump(include={"observed", "expected", "p", "q"}) if test else {}
    return {
        **finding.model_dump(include={"standing", "title", "sentence", "detector", "version"}),
        **money.model_dump(include={"flag", "channel", "donors", "gifts", "currency"}),
        **told,
        "finding": finding.id,
        "recipients": "; ".join(money.recipients),
        "total": Decimal(money.total_minor).scaleb(-2),
        "first": finding.first.date(),
        "last": finding.last.date(),
        "test": test.name if test else None,
        "path": listed([step.target for step in money.path], ""),
        "rules": "; ".join(money.rules),
        "explanations_that_fit": "; ".join(e.code for e in finding.explanations if e.verdict.startswith("fits")),
    }
