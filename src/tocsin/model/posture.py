"""What a name's own records and pages say of its protection: a point for each thing that was looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tocsin.model.finding import Record

PostureState = Literal["met", "partly", "not met", "not told"]


class PostureCheck(Record):
    """Something to look at: the question, and the controls (NIST SP 800-53 r5) that the answer bears on."""

    id: str
    question: str
    controls: tuple[str, ...]


class PosturePoint(Record):
    """The state of one check for one name. "not told": the tool got no answer, which says nothing of the name."""

    name: str
    check: str
    state: PostureState
    detail: str
    tool: Literal["checkdmarc", "drheader", "pysecuritytxt"]
    at: datetime | None = None
    file: str = ""
    row: int = 0


CHECKS: tuple[PostureCheck, ...] = (
    PostureCheck(id="spf", question="Is it said which servers may send mail of this name?", controls=("si-8", "sc-8")),
    PostureCheck(
        id="dmarc", question="Are receivers told to refuse mail that fails the checks?", controls=("si-8", "sc-8")
    ),
    PostureCheck(id="mta-sts", question="Must mail to this name come encrypted?", controls=("sc-8",)),
    PostureCheck(
        id="tls-reports", question="Are failures of encryption reported to the owner?", controls=("sc-8", "si-4")
    ),
    PostureCheck(id="dnssec", question="Are the name's records signed?", controls=("sc-20", "sc-21")),
    PostureCheck(id="transport", question="Must browsers use encryption (HSTS)?", controls=("sc-8", "sc-23")),
    PostureCheck(id="content", question="Is it said what a page may load (CSP)?", controls=("sc-18",)),
    PostureCheck(id="framing", question="Can no other site frame the pages?", controls=("sc-18",)),
    PostureCheck(id="headers", question="Do the other response headers protect readers?", controls=("sc-18",)),
    PostureCheck(
        id="contact", question="Can finders of faults reach the owner (RFC 9116)?", controls=("ra-5.11", "si-5")
    ),
)
