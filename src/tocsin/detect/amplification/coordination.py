"""amplification.coordination: which accounts act together more than chance allows, on what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tocsin.detect.amplification.layers import READERS, Layer
from tocsin.model.finding import Finding, LayerSummary, SharedObject
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.progress import Progress, Silent

if TYPE_CHECKING:
    from tocsin.engine.port import Engine


class Parameters(BaseModel):
    """What a user may set; all of it is stored with the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    windows_s: Annotated[tuple[float, ...], Field(min_length=1, max_length=8)] = Field(
        default=(10.0, 60.0, 300.0), description="Windows in seconds within which two posts count as together."
    )
    layers: tuple[Layer, ...] = Field(default=tuple(READERS), description="What two posts can share.")
    alpha: float = Field(
        default=0.05, gt=0, lt=1, description="Chance that any group is confirmed where nobody acts together."
    )
    declared: tuple[str, ...] = Field(
        default=(), description="Accounts that openly act together, such as a campaign's own."
    )
    max_row_pairs: int = Field(
        default=2_000_000_000, ge=1, description="Refuse a layer with more pairs of posts than this in the last window."
    )
    memory_mb: int = Field(default=2048, ge=256, exclude=True, description="Memory in MB that counting may use.")
    threads: int = Field(default=2, ge=1, exclude=True, description="Threads used for counting.")

    @field_validator("windows_s")
    @classmethod
    def _ascending(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(w <= 0 or w > 86_400 for w in value):
            raise ValueError("windows are more than 0 and at most 86,400 seconds")
        return tuple(sorted(set(value)))

    @property
    def windows_us(self) -> Any:
        """The windows in microseconds, int64."""
        return np.array([round(w * 1e6) for w in self.windows_s], np.int64)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run gives: findings, strongest first; edges and evidence (schemas `EDGES`, `EVIDENCE`); what each layer
    held; objects that carry no evidence; what the user should know."""

    findings: tuple[Finding, ...]
    edges: pa.Table
    evidence: pa.Table
    layers: tuple[LayerSummary, ...] = ()
    skipped: tuple[SharedObject, ...] = ()
    warnings: tuple[str, ...] = ()
    time_grain_s: float = 0.0


class Coordination:
    """The detector; pure: tables in, findings out."""

    id = "amplification.coordination"
    version = "1"
    title = "Accounts that act together more than chance allows"
    reads = "posts"
    params = Parameters

    def run(self, posts: pa.Table, params: Parameters | None = None, progress: Progress | None = None) -> Result:
        """Find groups in posts (schema `POSTS`). Raises `RefusedError` where the work is over a limit.

        The result does not depend on the order of rows, on memory or on threads.
        """
        params, progress = params or Parameters(), progress or Silent()
        if posts.num_rows == 0:
            return Result((), EDGES.empty_table(), EVIDENCE.empty_table(), warnings=("There are no posts.",))
        from tocsin.detect.amplification import incidence, layers

        progress.start("Reading what posts share", len(params.layers))
        content = layers.Content(incidence.in_order(posts))
        del posts  # in order they may be a copy
        read: dict[Layer, Any] = {}
        for layer in params.layers:
            read[layer] = layers.READERS[layer](content)
            progress.advance()
        data = incidence.Incidence(content.posts, read)
        notes = [note for shares in read.values() for note in shares.notes]
        del content, read  # texts scanned and lists filled, as large as the posts
        return self._found(data, notes, params, progress)

    def run_on(
        self, engine: Engine, table: str, params: Parameters | None = None, progress: Progress | None = None
    ) -> Result:
        """The same result from posts (schema `POSTS`) that are a table of an engine, whatever their order.

        What posts share is read, numbered and counted there; numbers come here, and of the posts those that findings
        show. Where it is known what the table was made of, a run that was broken off goes on. Raises `RefusedError`
        where the work is over a limit or what must come here does not fit into memory.
        """
        from tocsin.detect.amplification.remote import Remote

        params, progress = params or Parameters(), progress or Silent()
        data = Remote(engine, table, params.layers, params.memory_mb, progress)
        if not data.n:
            return Result((), EDGES.empty_table(), EVIDENCE.empty_table(), warnings=("There are no posts.",))
        return self._found(data, data.notes, params, progress)

    def _found(self, data: Any, notes: list[str], params: Parameters, progress: Progress) -> Result:
        """Groups, findings and edges of what is numbered."""
        from tocsin.detect.amplification import describe, edges, incidence

        counted = edges.preflight(data, params)  # refuses before any work is done
        groups = find_groups(data, params, progress)
        findings, evidence, ids = describe.describe(data, groups, params, self, progress)
        skipped, label = tuple(describe.skipped(data, groups)), groups.label
        grain_s = incidence.time_grain_s(data.time)
        told = incidence.warnings(data, params.windows_s, grain_s) + notes
        del groups
        data.forget_posts()  # edges need neither
        table, summaries = edges.all_edges(data, params, counted, label, ids, progress)
        return Result(tuple(findings), table, evidence, tuple(summaries), skipped, tuple(told), grain_s)


@dataclass(slots=True)
class Groups:
    """Groups of accounts, and all that was found on the way to them."""

    contacts: Any  # contacts.Contacts
    known: Any  # candidates.Known: every candidate, strongest first
    confirmed: list[Any]
    tests: int  # candidates that could have been confirmed
    label: Any  # group of each account, leads and communities of interest; -1 for none
    membership: Any  # membership.Membership
    synchrony: dict[int, Any]  # of all content
    crossed: dict[int, Any]  # of content left out
    leads: tuple[int, ...]
    judged: bool  # whether there is ordinary activity to compare timing with


#: At most this many communities of interest compete with leads for members.
COMMUNITIES = 24
#: Above this share of the tied accounts in confirmed groups nothing is left that could be called ordinary.
ORDINARY = 0.7


def splits(posts: int) -> int:
    """How often content is dealt anew: small data need more chances to be cut in the right place."""
    return 4 if posts < 50_000 else 2 if posts < 200_000 else 1


def find_groups(data: Any, params: Parameters, progress: Progress) -> Groups:
    """Candidates, their confirmation, members, and which groups are fast enough to be leads."""
    from tocsin.detect.amplification import candidates as cand
    from tocsin.detect.amplification import membership as member
    from tocsin.detect.amplification.contacts import PARTS, Contacts
    from tocsin.detect.amplification.division import divide
    from tocsin.detect.amplification.synchrony import Pace, only, summarise

    size = len(data.accounts)
    contacts = Contacts(data, params.windows_us)
    found = cand.find(contacts, splits(data.n), progress)
    known, enough = cand.Known(found), cand.AGAIN * PARTS * splits(data.n)
    confirmed, tests = cand.confirm(found, params.alpha)
    if not confirmed:
        none = np.full(size, -1, np.int32)
        return Groups(contacts, known, [], tests, none, member.fill(contacts, [], True), {}, {}, (), True)
    progress.start("Finding who belongs to the groups", None)
    covered = np.zeros(size, np.bool_)
    for c in confirmed:
        covered[c.accounts] = True
    judged = bool(covered.sum() <= ORDINARY * len(np.unique(np.divmod(contacts.pairs, size))))
    told = cand.paces(contacts, confirmed) if judged else [None] * len(confirmed)
    fast = [s is not None and s.fast and s.p <= params.alpha for s in told]
    taken = np.zeros(size, np.bool_)
    quick = [c for c, f in zip(confirmed, fast, strict=True) if f or not judged]
    if judged:  # a seed that comes again with other content is not one that merely met others
        quick.sort(key=lambda c: len(known.again(np.isin(np.arange(size), c.accounts))) < enough)
    first = cand.seeds(cand.whole(quick) if judged else quick, taken, 0.5)
    rest = cand.seeds([c for c, f in zip(confirmed, fast, strict=True) if not f and judged], taken, 0.9, COMMUNITIES)
    if judged:
        first = divide(contacts, first, confirmed)
    membership = member.fill(contacts, first + rest, judged)
    pace = Pace(data, data.all)

    label = membership.label
    if not judged:  # nothing ordinary lies between groups, which would tell one that was cut from two that meet
        label = member.unite(contacts, label, np.unique(label[label >= 0]).tolist())
    again = {g: known.again(label == g) for g in np.unique(label[label >= 0]).tolist()}
    membership = member.relabel(contacts, membership, cand.regulars(label, again))
    label = membership.label
    groups = {int(g) for g in np.unique(label[label >= 0])}
    steady = {g for g in groups if len(again[g]) >= enough}
    whole: dict[int, Any] = {}
    crossed: dict[int, Any] = {}
    leads = set() if judged else groups
    asked = more = groups
    while asked and more:  # groups that turn out fast are no measure for the others, which are asked again
        apart = np.isin(label, list(leads)) & judged
        on_all = summarise(pace.ranks(only(label, asked), apart))
        on_left_out = cand.cross_paces(contacts, again, asked, apart)
        whole |= on_all
        crossed |= on_left_out
        more = {g for g in steady - leads if is_lead(on_all.get(g), on_left_out.get(g), params.alpha, len(groups))}
        leads, asked = leads | more, asked - more
    return Groups(contacts, known, confirmed, tests, label, membership, whole, crossed, tuple(sorted(leads)), judged)


def is_lead(whole: Any, crossed: Any, alpha: float, groups: int) -> bool:
    """Whether a group is faster than a community of interest: on content that it was not found on, and on all content,
    significantly, where that holds anything to compare with (in small data all that is as popular is the group's)."""
    from tocsin.detect.amplification.synchrony import SLOWEST

    if crossed is None or crossed.p > alpha:
        return False
    return crossed.fast and (whole is None or bool(whole.fast and whole.high <= SLOWEST and whole.p <= alpha / groups))


DETECTOR = Coordination()
