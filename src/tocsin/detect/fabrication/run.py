"""A look at content: every detector over posts, names and pictures; findings, evidence, and what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tocsin import plugins
from tocsin.detect.fabrication import languages
from tocsin.detect.fabrication.base import ContentTables, Detector, Parameters
from tocsin.detect.fabrication.check import Checker
from tocsin.detect.fabrication.combine import combine
from tocsin.detect.fabrication.retrieval import ClaimIndex
from tocsin.model.arrow import pc
from tocsin.model.finding import ClaimLink, Finding, Reading
from tocsin.model.post import POSTS
from tocsin.progress import Progress, Silent

ASKED = 3  # wordings of a finding that are compared with claims, beside the first of each language
_CODE = r"^[A-Za-z]{2}([-_].*)?$"
_UNKNOWN = ("un", "zx", "xx", "qm", "qa")  # what platforms write where they do not know, or where there are no words


@dataclass(frozen=True, slots=True)
class Found:
    """What a look gives: findings (leads first, strongest first), their rows (`EVIDENCE`), and what was read."""

    findings: tuple[Finding, ...]
    evidence: pa.Table
    reading: Reading


def detectors() -> dict[str, Detector]:
    """Every registered detector of this room, by id."""
    return {name: one for name, one in plugins.load("detectors").items() if one.reads == "content"}


def look(
    tables: ContentTables,
    progress: Progress | None = None,
    *,
    chosen: Mapping[str, Detector] | None = None,
    parameters: Mapping[str, Parameters] | None = None,
    alpha: float = 0.05,
) -> Found:
    """Run all detectors (or `chosen`) over `tables`, whose `language` of posts is filled first.

    `alpha` is the expected share of chance among the findings that rest on a test. Order of rows does not matter.
    """
    used, given, told = chosen or detectors(), dict(parameters or {}), progress or Silent()
    told.start("Telling languages")
    tables.posts = with_languages(tables.posts)
    results = {name: one.run(tables, given.get(name), told) for name, one in sorted(used.items())}
    texts = {name: (given.get(name) or one.params()).model_dump_json() for name, one in used.items()}
    combined = combine(results, used, tables, alpha=alpha, parameters=texts)
    findings = with_claims(combined.findings, tables.claims, told)
    reading = Reading(
        texts=pc.count_distinct(tables.posts["text"]).as_py(),
        claims=tables.claims.num_rows,
        pictures=len(tables.pictures),
        names=tables.observed.num_rows,
        languages=_counted(tables.posts["language"]),
        encoders=tuple(sorted({name for result in results.values() for name in result.encoders})),
        tested={name: result.tested for name, result in results.items() if not result.skipped},
        measured={what: told for result in results.values() for what, told in result.measured.items()},
        skipped={name: result.skipped for name, result in results.items() if result.skipped},
    )
    return Found(findings, combined.evidence, reading)


def with_claims(findings: tuple[Finding, ...], claims: pa.Table, progress: Progress) -> tuple[Finding, ...]:
    """The findings, each with the checked claims that its wordings may state: suggestions, of each claim the most
    probable. The first wordings of each finding are asked, one a language at least."""
    asked = [_asked(finding) for finding in findings]
    if not claims.num_rows or not any(asked):
        return findings
    progress.start("Comparing with checked claims")
    checker = Checker(ClaimIndex.make(claims, progress))
    answers = iter(checker.claims_of([text for texts in asked for text in texts]))
    return tuple(
        _linked(finding, [link for _ in texts for link in next(answers)])
        for finding, texts in zip(findings, asked, strict=True)
    )


def _asked(finding: Finding) -> list[str]:
    """The wordings of a finding that are compared with claims."""
    wordings = finding.content.wordings if finding.content else ()
    first = {wording.language: wording.text for wording in reversed(wordings)}
    return list(dict.fromkeys([*(wording.text for wording in wordings[:ASKED]), *first.values()]))


def _linked(finding: Finding, links: Sequence[ClaimLink]) -> Finding:
    if not links or finding.content is None:
        return finding
    best: dict[str, ClaimLink] = {}
    for link in sorted(links, key=lambda one: (-one.probability, one.claim)):
        best.setdefault(link.claim, link)
    return finding.model_copy(update={"content": finding.content.model_copy(update={"claims": tuple(best.values())})})


def with_languages(posts: pa.Table) -> pa.Table:
    """The posts with an ISO 639-1 code in `language`, as the source has it, else as their text tells, "" where it
    does not; each distinct text is looked at once."""
    said = posts["language"]
    code = pc.utf8_slice_codeunits(pc.utf8_lower(said), 0, 2)
    usable = pc.and_(pc.match_substring_regex(said, _CODE), pc.invert(pc.is_in(code, pa.array(_UNKNOWN))))
    known = pc.if_else(usable, code, pa.scalar(None, pa.string()))
    unknown = posts["text"].filter(pc.is_null(known))
    distinct: Any = pc.drop_null(pc.unique(unknown))
    told = pa.array(languages.detect(distinct.to_pylist()), pa.string())
    at = pc.index_in(posts["text"], distinct)
    filled = pc.fill_null(pc.coalesce(known, told.take(at) if len(told) else pa.nulls(len(at), pa.string())), "")
    return posts.set_column(POSTS.get_field_index("language"), POSTS.field("language"), filled)


def _counted(column: Any) -> dict[str, int]:
    """Posts by language, the most frequent first; those that could not be told last."""
    counted = Counter({one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()})
    return dict(sorted(counted.items(), key=lambda one: (not one[0], -one[1], one[0])))
