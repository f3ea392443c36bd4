"""Innocent explanations of clients that ask much, checked from their requests."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import numpy as np

from tocsin.detect.voting import wording
from tocsin.detect.voting.clients import Numbers, Requests, distinct
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.finding import Explanation, Verdict
from tocsin.stats import stated

#: How clients that fetch pages for all to use call themselves, and those that measure or test the whole network.
CRAWLER = (
    r"(?i)bot\b|bot[/ _-]|crawl|spider|slurp|archive|feed|rss\b|reader|facebookexternalhit|preview|fetcher|validator|"
    r"link.?check|baidu|duckduck|mediapartners|transcoder|mj12|ezooms|semrush|ahrefs"
)
MEASURER = (
    r"(?i)censys|shodan|internet.?measurement|zgrab|netcraft|project.?sonar|shadowserver|binaryedge|stretchoid|qualys"
)
MONITOR = r"(?i)pingdom|uptime|statuscake|nagios|zabbix|site24x7|healthcheck|health.?check|prometheus|monitor"
FEW_MISSING, FEW_TARGETS, FEWEST_DEAD, MOST_A_SECOND = 0.1, 3, 5, 1.0
OLD_PAGES, MOST_QUERIES = 0.2, 100  # requests for what is gone, and queries of one page, that a crawler may make
MOST_FORMS, FORM_EVERY_S = 200, 60  # that a person may send, and the seconds that one takes
_DOOR = r"(?i)log.?[io]n|sign.?in|auth|passw|admin|account|anmeld|konto|wp-|xmlrpc"
_OWN = [
    ipaddress.ip_network(one)  # RFC 1918, RFC 4193, loopback and link-local
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "::1/128")
]


def explanations(asked: Requests, rows: Numbers, clients: Numbers, odd: Numbers) -> tuple[Explanation, ...]:
    """What would account for the requests `rows` (positions in `asked`) of some clients; `odd` are all clients that ask
    as scanners do, in this finding or another."""
    return (
        _crawler(asked, rows, clients),
        _monitor(asked, rows, clients),
        _measurer(asked, rows),
        _dead_links(asked, rows, odd),
        _forms(asked, rows, clients),
        own_test(asked.sources.take(positions(clients)).to_pylist()),
        _shared(asked, rows, clients),
    )


def _named(asked: Requests, rows: Numbers, pattern: str) -> float:
    """The share of the requests whose agent matches."""
    agents = asked.agents.take(positions(asked.agent[rows]))
    return float(pc.mean(pc.match_substring_regex(agents, pattern).cast("double")).as_py())


def _crawler(asked: Requests, rows: Numbers, clients: Numbers) -> Explanation:
    """A crawler names itself, only reads, has few links to what is gone, takes its time, and does not go through the
    values of a query: who does may have borrowed the name."""
    named = _named(asked, rows, CRAWLER)
    pages = np.unique(asked.page[rows]).size
    missing = np.unique(asked.page[rows[asked.missing[rows]]]).size
    submitted = int(asked.submitted[rows].sum())
    queried = rows[asked.queried[rows]]
    _, first = np.unique(asked.target[queried], return_index=True)
    queries = int(np.bincount(asked.page[queried][first]).max(initial=0))
    reads = named >= 0.95 and not submitted and missing <= max(pages / 2, 3)
    reads = reads and float(asked.missing[rows].mean()) <= OLD_PAGES
    slow = queries <= MOST_QUERIES and _a_second(asked, rows, clients) <= MOST_A_SECOND
    detail = (
        f"{named:.0%} of the requests name a crawler, {submitted:,} submit something, {missing:,} of {pages:,} pages "
        f"are not there, one page was asked for with {wording.many(queries, 'query', 'queries')}; "
        "a name can be borrowed: compare the address with what the crawler's operator publishes"
    )
    verdict: Verdict = ("fits" if slow else "fits in part") if reads else "does not fit"
    return stated.explanation("crawler", "Is it a crawler that says so?", verdict, detail)


def _monitor(asked: Requests, rows: Numbers, clients: Numbers) -> Explanation:
    """A monitor asks for the same few pages again and again, once a second at most: more is a load of its own."""
    named = _named(asked, rows, MONITOR)
    targets = np.unique(asked.target[rows]).size
    each = _a_second(asked, rows, clients)
    answered = named >= 0.95 or float(asked.missing[rows].mean()) <= FEW_MISSING
    good = targets <= FEW_TARGETS and each <= MOST_A_SECOND and answered and not asked.submitted[rows].any()
    verdict: Verdict = "fits" if good else "does not fit"
    detail = (
        f"{targets:,} different pages and queries, {each:.2g} requests a second of each client; {named:.0%} of the "
        "requests name a monitor"
    )
    return stated.explanation("monitor", "Does a monitor or feed reader poll the same pages?", verdict, detail)


def _a_second(asked: Requests, rows: Numbers, clients: Numbers) -> float:
    """Requests a second of each client, from the first to the last."""
    return float(rows.size / clients.size / (np.ptp(asked.time[rows]) / 1e6 + 1))


def _measurer(asked: Requests, rows: Numbers) -> Explanation:
    """Services that scan the whole network and say so."""
    named = _named(asked, rows, MEASURER)
    verdict: Verdict = "fits in part" if named >= 0.5 else "does not fit"
    detail = f"{named:.0%} of the requests name a service that measures or tests the whole network"
    return stated.explanation("measurement", "Is it a known scan of the whole network?", verdict, detail)


def _dead_links(asked: Requests, rows: Numbers, odd: Numbers) -> Explanation:
    """Links that lead nowhere are followed by other clients too, ordinary ones, that find most of what they ask for; so
    does who follows them. Several scanners with one list of words are no readers of dead links."""
    missing = rows[asked.missing[rows]]
    pages = np.unique(asked.page[missing])
    if not pages.size:
        return stated.explanation("dead links", "Did it follow dead links?", "does not fit", "nothing was missing")
    size = len(asked.sources)
    lost = np.bincount(asked.source[asked.missing], minlength=size) * 2 > np.bincount(asked.source, minlength=size)
    usual = ~lost[asked.source] & ~np.isin(asked.source, odd)
    others = distinct(asked.page, asked.source, asked.missing & usual, pages.max() + 1)
    shared = int((others[pages] >= 2).sum())
    queried = float(asked.queried[rows].mean())
    few = pages.size >= FEWEST_DEAD and queried <= FEW_MISSING and not asked.submitted[rows].any()
    few = few and float(asked.missing[rows].mean()) <= 0.5
    good = few and shared >= 0.8 * pages.size  # else it is not what is missing that makes the client odd
    verdict: Verdict = "fits" if good else "does not fit"
    detail = f"{shared:,} of the {pages.size:,} missing pages were asked for by two ordinary clients or more"
    return stated.explanation("dead links", "Did it follow dead links?", verdict, detail)


def _forms(asked: Requests, rows: Numbers, clients: Numbers) -> Explanation:
    """A person at work sends one form again and again, not faster than it can be filled in, and it is no sign-in."""
    sent = rows[asked.submitted[rows]]
    pages = np.unique(asked.plain[sent]).size
    gaps = np.diff(np.sort(asked.time[sent])) / 1e6
    typical = float(np.median(gaps)) if gaps.size else 0.0
    names = asked.paths.take(positions(np.unique(asked.plain[sent])))
    door = bool(pc.any(pc.match_substring_regex(names, _DOOR)).as_py())
    well = float(asked.missing[rows].mean()) <= FEW_MISSING and float(asked.queried[rows].mean()) <= FEW_MISSING
    person = clients.size == 1 and typical >= FORM_EVERY_S and sent.size <= MOST_FORMS
    good = 0 < pages <= 2 and person and well and not door
    verdict: Verdict = "fits" if good else "does not fit"
    detail = f"{sent.size:,} sent to {wording.many(pages, 'page')}, {typical:,.0f} seconds between them"
    return stated.explanation("forms", "Does a person at work send a form again and again?", verdict, detail)


def own_test(sources: Sequence[str | None]) -> Explanation:
    """A test that the office ordered looks the same; a private address is within its own network."""
    own = sum(is_private(source) for source in sources if source)
    asked = "Did the office or its vendor test?"
    if own:
        detail = f"{own:,} of {len(sources):,} addresses are within the office's own network: ask who tested there"
        return stated.explanation("own test", asked, "fits in part", detail)
    return stated.explanation("own test", asked, "cannot tell", "no log tells: ask before acting on it")


def named_crawlers(agents: Array) -> Explanation:
    """Crawlers follow links that others made, attacks in them too; none makes them itself."""
    named = float(pc.mean(pc.match_substring_regex(agents, CRAWLER).cast("double")).as_py() or 0.0)
    verdict: Verdict = "fits in part" if named >= 0.95 else "does not fit"
    detail = f"{named:.0%} of the requests name a crawler; it may have followed links that somebody else made"
    return stated.explanation("crawler", "Did a crawler follow such links?", verdict, detail)


def is_private(source: str) -> bool:
    """Whether an address, or a client's network, is of those that an office uses within."""
    try:
        address = ipaddress.ip_interface(source).ip
    except ValueError:
        return False
    return any(address in network for network in _OWN)


def _shared(asked: Requests, rows: Numbers, clients: Numbers) -> Explanation:
    """Behind one address of a company or mobile network there are many people with many browsers."""
    agents = np.unique(asked.agent[rows]).size
    assets = float(asked.asset[rows].mean())
    many = agents >= 10 * clients.size and assets >= 0.2
    verdict: Verdict = "fits in part" if many else "does not fit"
    detail = f"{agents:,} different browsers and programs; {assets:.0%} of the requests are for images and styles"
    return stated.explanation("shared address", "Do many people share the address?", verdict, detail)
