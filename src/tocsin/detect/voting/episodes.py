"""When a site failed: windows of ten minutes in which many clients got errors, or nobody got anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.detect.voting.clients import WINDOW_US, Numbers, Requests, distinct

ALLOWED = 3.0  # times the usual share of clients with errors that a busy window may have
LEAST_SHARE = 0.02  # of clients with errors that counts as usual at least
WORTH = 0.001  # a window less improbable than this does not begin an episode
APART = 1  # windows without trouble that do not end an episode
QUIET = 0.05  # quantile of a site's windows that counts as its quiet time


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one office from its first request to its last, one element a window."""

    first: int  # number of the first window since 1970
    requests: Numbers
    clients: Numbers
    failed: Numbers  # clients that got an error of the server


@dataclass(frozen=True, slots=True)
class Episode:
    """Windows `start` to `stop` (without it) of an office in which its site failed or was silent."""

    office: int
    start: int
    stop: int
    p: float
    silent: bool
    clients: int
    failed: int
    expected: float  # clients with errors, or requests, that chance gives
    crowd: float  # clients a window, times the usual
    busy: float  # requests a client, times the usual


def windows(asked: Requests, office: int, broken: Numbers) -> Windows:
    """The windows of an office; `broken`: which requests the server failed to answer."""
    own = np.flatnonzero(asked.office == office)
    number = asked.time[own] // WINDOW_US
    first = int(number.min())
    place = number - first
    size = int(place.max()) + 1
    every = np.ones(own.size, bool)
    return Windows(
        first,
        np.bincount(place, minlength=size),
        distinct(place, asked.source[own], every, size),
        distinct(place, asked.source[own], broken[own], size),
    )


def episodes(found: Windows, office: int, fewest: int) -> tuple[list[Episode], int]:
    """Episodes of errors and of silence, and how many windows were looked at."""
    errors, looked = _errors(found, office, fewest)
    silent, further = _silence(found, office)
    return errors + silent, looked + further


def _errors(found: Windows, office: int, fewest: int) -> tuple[list[Episode], int]:
    """Windows in which more clients got errors than thrice the usual share gives (binomial tail)."""
    from scipy.special import betainc

    looked = found.clients >= fewest
    usual = float(np.median(found.failed[looked] / found.clients[looked])) if looked.any() else 0.0
    rate = min(ALLOWED * max(usual, LEAST_SHARE), 0.9)
    hit = looked & (found.failed >= fewest)
    k, n = np.maximum(found.failed, 1), np.maximum(found.clients, found.failed)
    p = np.where(hit, betainc(k, n - k + 1, rate), 1.0)
    made = []
    for start, stop in _runs(p <= WORTH):
        inside = slice(start, stop)
        least = float(p[inside].min())
        expected = float(usual * found.clients[inside].sum())
        made.append(_episode(found, office, (start, stop), least, silent=False, expected=expected))
    return made, int(looked.sum())


def _silence(found: Windows, office: int) -> tuple[list[Episode], int]:
    """Windows without any request, where even the quiet time of the site has some (Poisson)."""
    low = float(np.quantile(found.requests[found.requests > 0], QUIET))
    share = float(np.mean(found.requests > 0))
    if low < 1 or share < 0.8:  # a site that is often without visitors cannot be told to be silent
        return [], 0
    made = []
    for start, stop in _runs(found.requests == 0, apart=0):
        expected = low * (stop - start)
        p = float(np.exp(-expected))
        if p <= WORTH:
            made.append(_episode(found, office, (start, stop), p, silent=True, expected=expected))
    return made, int(found.requests.size)


def _episode(found: Windows, office: int, span: tuple[int, int], p: float, *, silent: bool, expected: float) -> Episode:
    inside, every = slice(*span), found.clients > 0
    usual = max(float(np.median(found.clients[every])), 1.0)
    each = float(np.median(found.requests[every] / found.clients[every]))
    clients = int(found.clients[inside].sum())
    return Episode(
        office,
        found.first + span[0],
        found.first + span[1],
        p,
        silent,
        clients,
        int(found.failed[inside].sum()),
        expected,
        float(found.clients[inside].mean()) / usual,
        float(found.requests[inside].sum()) / max(clients, 1) / each,
    )


def _runs(chosen: Numbers, apart: int = APART) -> list[tuple[int, int]]:
    """Runs of chosen windows, joined over `apart` others."""
    at = np.flatnonzero(chosen)
    if not at.size:
        return []
    parts = np.split(at, np.flatnonzero(np.diff(at) > apart + 1) + 1)
    return [(int(part[0]), int(part[-1]) + 1) for part in parts]
