"""Ballot manifests, cast vote records, batch tallies and results: one file a format, all to the tables of `ballot`."""

from tocsin.sources.ballots.cast import limited
from tocsin.sources.ballots.files import (
    CvrFile,
    ManifestFile,
    ResultsFile,
    TallyFile,
    read_cvrs,
    read_manifest,
    read_results,
    read_tallies,
)

__all__ = [
    "CvrFile",
    "ManifestFile",
    "ResultsFile",
    "TallyFile",
    "limited",
    "read_cvrs",
    "read_manifest",
    "read_results",
    "read_tallies",
]
