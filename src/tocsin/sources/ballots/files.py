"""Read ballot manifests, cast vote records, batch tallies and reported results, whatever system wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from tocsin.model.ballot import Contest
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.progress import Progress
from tocsin.sources.ballots import card_table, columns, dominion_csv, dominion_json, hart, nist_cvr, nist_results, raire
from tocsin.sources.ballots.base import Format
from tocsin.sources.ballots.cast import Cast
from tocsin.sources.ballots.counts import Counts
from tocsin.sources.ballots.manifests import FORMATS as MANIFEST_FORMATS
from tocsin.sources.ballots.manifests import Manifest
from tocsin.sources.ballots.reading import read_all

CVR_FORMATS: dict[str, Format[Cast]] = {
    one.id: one
    for one in (
        dominion_json.FORMAT,
        dominion_csv.FORMAT,
        hart.FORMAT,
        nist_cvr.FORMAT,
        raire.FORMAT,
        card_table.FORMAT,
    )
}
_TABLE: Format[Counts] = Format("table", "a table of votes", columns.sniff, lambda given, counts: counts.table(given))
TALLY_FORMATS: dict[str, Format[Counts]] = {one.id: one for one in (nist_results.TALLIES, _TABLE)}
RESULTS_FORMATS: dict[str, Format[Counts]] = {one.id: one for one in (nist_results.RESULTS, _TABLE)}


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """Ballot manifests read whole: the table MANIFEST, the files, and the rows set aside."""

    table: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class CvrFile:
    """Cast vote records read whole: the tables CARDS and MARKS, the contests with their votes and the cards they are
    on, the files, and what was set aside."""

    cards: pa.Table
    marks: pa.Table
    contests: tuple[Contest, ...]
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class TallyFile:
    """Votes by batch read whole: the table TALLIES, the contests with their sums, the files, and what was set aside."""

    table: pa.Table
    contests: tuple[Contest, ...]
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """Reported results read whole: the contests with their votes, the files, and what was set aside."""

    contests: tuple[Contest, ...]
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


def read_manifest(
    paths: Iterable[object],
    *,
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ManifestFile:
    """Read ballot manifests: files, folders, archives, packed or not.

    `mapping`: jurisdiction, tabulator, batch, cards, location, stratum -> column, or `=VALUE` for all rows; what it
    leaves out is told by the columns' names. Without a jurisdiction in the files it is told by what their paths differ
    in, "" for one file. Raises `UsageError` for an option that is wrong, and the first file's error where none could
    be read.
    """
    read = read_all(paths, MANIFEST_FORMATS, Manifest(), format=format, mapping=mapping, progress=progress)
    return ManifestFile(read.taken.close(), read.inputs, read.rejected)


def read_cvrs(
    paths: Iterable[object],
    *,
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> CvrFile:
    """Read cast vote records of any format of `CVR_FORMATS`; an export of several files is given whole.

    `mapping` (of tables only): card, contest, choice, rank, jurisdiction, tabulator, batch, position, style -> column;
    `contests` -> the columns of contests, with | between, where one row is a card; `jurisdiction` alone as `=VALUE`
    holds for any format. Contests are those on a card, with the votes that the records add up to. Where no file says
    how many seats there are, or for how many one may vote, `winners` or `votes_allowed` is 0, and no card of the
    contest is taken for an overvote (`limited` does it once that is known). Raises as `read_manifest`.
    """
    read = read_all(paths, CVR_FORMATS, Cast(), format=format, mapping=mapping, progress=progress)
    cards, marks, contests = read.taken.close()
    return CvrFile(cards, marks, contests, read.inputs, read.rejected)


def read_tallies(
    paths: Iterable[object],
    *,
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> TallyFile:
    """Read votes by batch: tables, or NIST SP 1500-100 by precinct or batch.

    `mapping`: jurisdiction, batch, contest, choice, votes -> column; `choices` -> the columns of choices, with |
    between, where one row is a batch. Files that name no contest: those with the same choices are of one contest,
    which is called by what their names have in common. Raises as `read_manifest`.
    """
    counts = Counts(by_batch=True)
    read = read_all(paths, TALLY_FORMATS, counts, format=format, mapping=mapping, progress=progress)
    table, contests = read.taken.close()
    return TallyFile(table, contests, read.inputs, read.rejected)


def read_results(
    paths: Iterable[object],
    *,
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ResultsFile:
    """Read reported results: NIST SP 1500-100, or tables of votes in any detail, which are added up.

    `mapping`: as of `read_tallies`, and winners, allowed (votes a voter has), cards -> column. Raises as
    `read_manifest`.
    """
    counts = Counts(by_batch=False)
    read = read_all(paths, RESULTS_FORMATS, counts, format=format, mapping=mapping, progress=progress)
    return ResultsFile(read.taken.close()[1], read.inputs, read.rejected)
