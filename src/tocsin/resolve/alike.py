"""How names that resemble protected ones are told: the technique, the nearest official name, the test, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.kernels.lookalike import APART, BELOW, LABEL, OTHER, PART, TYPO, WORDS
from tocsin.model.finding import Interval, Lookalike, Test
from tocsin.resolve.imitation import STRONG, Imitated, Matches, readable
from tocsin.stats import stated

#: What a name does with the official one, as docs/methods/voting.lookalike.md says it.
WAYS = {
    LABEL: "other ending",
    BELOW: "below another name",
    APART: "words added",
    WORDS: "words added",
    TYPO: "typo",
    PART: "beside other words",
    OTHER: "within a longer word",
}
LETTERS, SCRIPT = "look-alike letters", "letters of another script"
LEAST_RATE = 1e-9  # below which a share of registered names is not to be taken at the model's word


def way(matches: Matches, match_: int) -> str:
    """The technique of a match, in the words of the method page."""
    kind = int(matches.kind[match_])
    if kind not in STRONG or kind == TYPO:
        return WAYS[kind]
    body = matches.parts[matches.name[match_]].body
    if matches.protected[matches.word[match_]].word not in readable(body).replace("-", "").replace(".", ""):
        return LETTERS
    return SCRIPT if "xn--" in body else WAYS[kind]


def lookalike(
    matches: Matches, match_: int, official: Sequence[Mapping[str, Any]], score: float, first_seen: datetime | None
) -> Lookalike:
    """A match as a finding tells it; `official` are the rows (OFFICIAL) that its word stands for, of which the one that
    has most labels in common with the name is taken as imitated."""
    parts = matches.parts[matches.name[match_]]
    nearest = max(official, key=lambda one: (_common(one["name"], parts.suffix, parts.body), one["name"]))
    word, technique = matches.protected[matches.word[match_]].word, way(matches, match_)
    rate = matches.rates[matches.word[match_], matches.kind[match_]]
    chance = f"by spelling alone in {small(rate, LEAST_RATE)} of registered names"
    return Lookalike(
        name=matches.asked[matches.name[match_]],
        imitated=nearest["name"],
        office=nearest["office"],
        technique=technique,
        score=round(float(score), 4),
        first_seen=first_seen,
        note=f"{technique}: {word!r} in {readable(parts.body)}, ending {parts.suffix}; {chance}",
    )


def test(imitated: Imitated) -> Test:
    """The test of a protected word: registered names alike, against chance."""
    made = stated.test(
        "Do more registered names resemble the official one than chance makes?",
        "names alike",
        "spelling of the feed's other names (5-gram model), and ordinary uses of the word, by vetted bodies too; "
        "gamma-Poisson tail, averaged over all protected words",
        imitated.found,
        imitated.expected,
        imitated.p_mean,
    )
    return made.model_copy(update={"note": f"for this word alone p = {imitated.p:.2g}"})


def effects(imitated: Imitated, matches: Matches) -> tuple[Interval, ...]:
    """How many registered names count, and how many are to be expected by chance."""
    uses = imitated.ordinary + int(matches.bodies[imitated.word])
    spelt, use = matches.expected(uses, imitated.word)
    rate = float((spelt + use)[[*STRONG]].sum()) / max(matches.names, 1)
    return (
        stated.exact("names alike", imitated.found, "", "registered names like the official one that count"),
        stated.exact(
            "false alarms", rate * 10_000, "in 10,000 registered names", "expected for this official name by chance"
        ),
    )


def small(value: float, least: float) -> str:
    """A figure; below `least` the model is not to be taken at its word."""
    return f"{value:.2g}" if value >= least else f"fewer than {least:g}"


def _common(official: str, suffix: str, body: str) -> int:
    """How many labels of an official name the ending and the body of another hold."""
    return len(set(official.split(".")) & {*suffix.split("."), *body.replace("-", ".").split(".")})
