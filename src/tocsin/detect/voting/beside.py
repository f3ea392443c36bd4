"""Figures about results by station that are told beside the test, with what misleads in each; none raises a finding."""

from __future__ import annotations

import numpy as np

from tocsin.detect.voting.stations import Stations

#: Methods that are known and not used, and why.
REFUSED = {
    "first digits (Benford)": (
        "counts of stations span too few powers of ten for Benford's law to hold, since stations are made to be of "
        "like size: honest results depart from it (Deckert, Myagkov and Ordeshook 2011)"
    ),
    "second digits (Benford)": (
        "it misleads both ways: it calls results odd whose hand counts agreed, and results normal that other tests and "
        "observers doubt, since sizes of stations and shares move it (Deckert, Myagkov and Ordeshook 2011)"
    ),
}
FEWEST = 200  # stations from which a figure is told


def last_digit(stations: Stations) -> float | None:
    """p of the chi-square test that last digits of the first-placed choice's counts of 100 or more are even."""
    from scipy.special import gammaincc

    counts = stations.first[stations.first >= 100]
    if counts.size < FEWEST:
        return None
    expected = counts.size / 10
    square = float(((np.bincount(counts % 10, minlength=10) - expected) ** 2 / expected).sum())
    return float(gammaincc(4.5, square / 2))  # nine degrees of freedom


def correlation(stations: Stations) -> float | None:
    """Correlation of turnout and the first-placed choice's share, weighed by ballots."""
    known = stations.turned
    if known.sum() < FEWEST:
        return None
    turnout = stations.cast[known] / stations.registered[known]
    share = stations.first[known] / stations.base[known]
    cov = np.cov(turnout, share, aweights=stations.cast[known])
    return float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])) if cov[0, 0] * cov[1, 1] > 0 else None


def excess(stations: Stations) -> int | None:
    """Shpilkin's excess (2009): votes of the first-placed choice above the ratio to all others' that holds up to the
    turnout at which the others have most votes."""
    known = stations.turned
    if known.sum() < FEWEST:
        return None
    bin_ = np.minimum((100 * stations.cast[known] / stations.registered[known]).astype(int), 100)
    first = np.bincount(bin_, stations.first[known], 101)
    others = np.bincount(bin_, (stations.base - stations.first)[known], 101)
    peak = int(np.argmax(others))
    low = slice(0, peak + 1)
    ratio = first[low].sum() / max(others[low].sum(), 1.0)
    return int(np.maximum(first - ratio * others, 0)[peak + 1 :].sum())


def told(stations: Stations) -> str:
    """The figures in words, each with what misleads."""
    digit, together, more = last_digit(stations), correlation(stations), excess(stations)
    parts = []
    if digit is not None:
        parts.append(f"last digits even with p = {digit:.2g} (rounding by hand moves it)")
    if together is not None:
        parts.append(f"turnout and share correlate with r = {together:.2f} (honest differences of regions do so too)")
    if more is not None:
        parts.append(f"{more:,} votes above the ratio at usual turnout (honest differences of regions give some)")
    return "; ".join(parts)
