"""What web servers of the offices log: visitors, crawlers, scans, and a results page that goes down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import OUTAGES, Desk
from tocsin.simulate.voting.places import Office

START, DAYS = datetime(2024, 10, 22, tzinfo=UTC), 15
NIGHT = datetime(2024, 11, 5, 20, 30, tzinfo=UTC)
OUTAGE = timedelta(minutes=45)
_PAGES = ("/", "/register", "/polling-places", "/sample-ballot", "/results", "/early-voting", "/contact", "/news")
_ASSETS = ("/assets/site.css", "/assets/site.js", "/assets/seal.png", "/favicon.ico")
_GONE = ("/old/2022-results.html", "/forms/absentee-2020.pdf", "/clerk/index.html")
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Mobile Safari/537.36",
)
_BOT = "ExampleBot/2.1 (+https://bot.example/about)"
_MONITOR = "example-uptime-monitor/1.4"
_HIDDEN = ("admin", "backup", "config", "wp-login", "phpinfo", "db", "test", "old", ".git/HEAD", ".env", "shell", "api")
_KINDS = ("", ".php", ".bak", ".zip", ".sql", ".asp", "/login", "~")
_INJECTIONS = ("' OR '{}'='{}", "1 UNION SELECT {},{}", "1; WAITFOR DELAY '0:0:{}'--{}", "{}' AND SLEEP({})--")


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """One line of an access log."""

    time: datetime
    client: str
    method: str
    path: str
    status: int
    size: int
    agent: str


Logs = dict[str, list[Request]]  # by office


def address(network: int, host: int) -> str:
    """An address of the range that providers share inside (RFC 6598): nobody's own."""
    return f"100.{64 + network // 256}.{network % 256}.{host}"


def browse(desk: Desk, draw: Draw, offices: list[Office], visitors: int) -> Logs:
    """The logs of all offices, each in order of time."""
    logs: Logs = {office.name: [] for office in offices}
    for number, office in enumerate(offices):
        for n in range(visitors):
            client = address(1 + number * 40 + n // 200, 1 + n % 200)
            logs[office.name] += _visits(draw, client, surge=number == 0)
    _lawful(desk, draw, logs, offices)
    _scans(desk, draw, logs, offices)
    _outage(desk, draw, logs, offices[1], offices[6])
    desk.ordinary("client", (request.client for log in logs.values() for request in log))
    return {name: sorted(log) for name, log in logs.items()}


def _visits(draw: Draw, client: str, *, surge: bool) -> Iterator[Request]:
    agent = draw.of(_AGENTS)
    for _ in range(1 + draw.chance(0.2)):
        time = START + timedelta(days=draw.between(0, DAYS - 1), seconds=draw.between(25_000, 82_000))
        if surge and draw.chance(0.5):  # the evening of the count brings many, and nothing breaks
            time = NIGHT + timedelta(seconds=draw.between(-1800, 5400))
        for n in range(1 + min(draw.between(0, 7), draw.between(0, 7))):
            path = draw.of(_GONE) if draw.chance(0.015) else draw.of(_PAGES)
            status = 404 if path in _GONE else 200
            if path == "/polling-places" and draw.chance(0.5):
                path += f"?zip=9{draw.between(1000, 1400)}"
            yield Request(time, client, "GET", path, status, draw.between(2_000, 40_000), agent)
            for asset in _ASSETS if n == 0 else ():
                yield Request(time + timedelta(seconds=1), client, "GET", asset, 200, draw.between(500, 90_000), agent)
            time += timedelta(seconds=draw.between(4, 120))
        if draw.chance(0.1):
            yield Request(time, client, "POST", "/register", 302, 512, agent)


def _lawful(desk: Desk, draw: Draw, logs: Logs, offices: list[Office]) -> None:
    crawler, monitor, readers = address(900, 7), address(901, 9), [address(902, 10 + n) for n in range(30)]
    for office in offices:
        time = START + timedelta(hours=draw.between(1, 40))
        for path in ("/robots.txt", *_PAGES, *(f"/polling-places?zip=9{n}" for n in range(1000, 1060))):
            time += timedelta(seconds=draw.between(8, 30))
            logs[office.name].append(Request(time, crawler, "GET", path, 200, draw.between(200, 9_000), _BOT))
        ticks = (START + timedelta(minutes=10 * n) for n in range(DAYS * 144))
        logs[office.name] += [Request(tick, monitor, "HEAD", "/", 200, 0, _MONITOR) for tick in ticks]
    for client in readers:
        for path in draw.some([f"/news/2024/item-{n}" for n in range(4)], 2):
            time = START + timedelta(days=4, seconds=draw.between(28_000, 70_000))
            logs[offices[0].name].append(Request(time, client, "GET", path, 404, 300, draw.of(_AGENTS)))
    desk.plant("crawler", "voting.scans", [crawler], "a crawler that says who it is and reads what is there")
    desk.plant("monitor", "voting.scans", [monitor], "a monitor that asks for one page every ten minutes")
    desk.plant("dead-links", "voting.scans", readers, "readers of a bulletin whose links lead nowhere")


def _scans(desk: Desk, draw: Draw, logs: Logs, offices: list[Office]) -> None:
    loud = address(700, 66)
    logs[offices[3].name] += _probe(draw, loud, START + timedelta(days=3, hours=2), 2_400, 2)
    desk.plant("loud-scan", "voting.scans", [loud], "one client, one office, thousands of paths within the hour", 1)
    pair = [address(710, 21), address(710, 22)]
    for n, office in enumerate(offices[1:6]):
        time = START + timedelta(days=2 + n, hours=draw.between(0, 20))
        for client in pair:
            logs[office.name] += _probe(draw, client, time, 160, 30)
    logs[offices[5].name] += _inject(draw, pair[0], START + timedelta(days=9, hours=1), 400)
    what = "two clients over five offices, slowly, then SQL in the registration form of one"
    desk.plant("campaign-injection", "voting.scans", pair, what, 2)
    spread = [address(720, 30 + n) for n in range(12)]
    for n, client in enumerate(spread):
        for office in (offices[n % len(offices)], offices[(n + 1) % len(offices)]):
            start = START + timedelta(days=draw.between(1, 12), hours=draw.between(0, 20))
            logs[office.name] += _probe(draw, client, start, 45, 120)
    desk.plant("spread-scan", "voting.scans", spread, "twelve clients of one network, each a little at two offices", 3)


def _probe(draw: Draw, client: str, time: datetime, requests: int, gap_s: int) -> Iterator[Request]:
    agent = draw.of(_AGENTS)
    for _ in range(requests):
        time += timedelta(seconds=draw.between(1, 2 * gap_s) if gap_s > 2 else draw.between(0, gap_s))
        there = draw.chance(0.06)
        path = draw.of(_PAGES) if there else f"/{draw.of(_HIDDEN)}{draw.between(1, 40)}{draw.of(_KINDS)}"
        yield Request(time, client, draw.of(("GET", "HEAD")), path, 200 if there else 404, 300, agent)


def _inject(draw: Draw, client: str, time: datetime, requests: int) -> Iterator[Request]:
    agent = _AGENTS[0]
    for _ in range(requests):
        time += timedelta(seconds=draw.between(1, 20))
        told = draw.of(_INJECTIONS).format(draw.between(1, 99), draw.between(1, 9))
        path = "/register?voter=" + told.replace("%", "%25").replace(" ", "%20").replace("'", "%27")
        yield Request(time, client, draw.of(("GET", "POST")), path, draw.of((200, 500)), 700, agent)


def _outage(desk: Desk, draw: Draw, logs: Logs, hit: Office, kept: Office) -> None:
    """Floods the results page of `hit`, so that it fails for all; `kept` is off in the small hours, by its own."""
    flood = [address(740 + n // 200, 1 + n % 200) for n in range(300)]
    for client in flood:
        for _ in range(12):
            time = NIGHT + timedelta(seconds=draw.between(0, int(OUTAGE.total_seconds())))
            path = f"/results?c={draw.between(1, 10**6)}"
            logs[hit.name].append(Request(time, client, "GET", path, 503, 180, draw.of(_AGENTS)))
    for n in range(120):  # people who wanted to read the results
        time = NIGHT + timedelta(seconds=draw.between(-900, 4500))
        down = NIGHT <= time < NIGHT + OUTAGE
        client, status = address(1 + 40 + n // 200, 1 + n % 200), 503 if down else 200
        logs[hit.name].append(Request(time, client, "GET", "/results", status, 180 if down else 20_000, _AGENTS[1]))
    quiet = START + timedelta(days=6, hours=3)
    logs[hit.name] = [_failed(one, NIGHT, OUTAGE) for one in logs[hit.name]]
    logs[kept.name] = [_failed(one, quiet, timedelta(minutes=40)) for one in logs[kept.name]]
    desk.plant("results-flood", OUTAGES, [hit.name], "a flood takes the results page down in the night", 1)
    desk.involve("results-flood", "flood client", flood)
    desk.plant("maintenance", OUTAGES, [kept.name], "forty minutes off in the small hours, by the office")


def _failed(request: Request, since: datetime, length: timedelta) -> Request:
    if not since <= request.time < since + length:
        return request
    return Request(request.time, request.client, request.method, request.path, 503, 180, request.agent)
