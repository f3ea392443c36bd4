"""What the offices' servers log of sign-ins: staff, the noise of the net, and attempts to break in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk
from tocsin.simulate.voting.places import Office
from tocsin.simulate.voting.web import DAYS, START, address

_STAFF = ("clerk", "deputy", "registrar", "gis", "ballots", "warehouse", "training", "director")
_NOISE = ("root", "admin", "test", "ubuntu", "oracle", "pi", "user", "guest")


@dataclass(frozen=True, slots=True, order=True)
class SignIn:
    """One line of a system log."""

    time: datetime
    host: str
    user: str
    client: str
    accepted: bool
    known: bool = True

    def line(self, number: int) -> str:
        """As sshd writes it."""
        what = "Accepted" if self.accepted else "Failed"
        who = self.user if self.known else f"invalid user {self.user}"
        process = 2000 + number % 60_000
        told = f"{what} password for {who} from {self.client} port {30_000 + number % 30_000} ssh2"
        return f"{self.time.isoformat()} {self.host} sshd[{process}]: {told}"


SignIns = dict[str, list[SignIn]]  # by office


def sign_ins(desk: Desk, draw: Draw, offices: list[Office]) -> SignIns:
    """The logs of all offices, each in order of time."""
    logs: SignIns = {}
    for number, office in enumerate(offices):
        host = f"{office.label}-gw"
        logs[office.name] = [*_staff(draw, host, number), *_noise(draw, host)]
    _lawful(desk, draw, logs, offices)
    _spray(desk, draw, logs, offices[:5])
    _force(desk, draw, logs, offices[5])
    desk.ordinary("sign-in client", (one.client for log in logs.values() for one in log))
    return {name: sorted(log) for name, log in logs.items()}


def _staff(draw: Draw, host: str, number: int) -> Iterator[SignIn]:
    for n, user in enumerate(_STAFF):
        home = address(500 + number, 10 + n)
        for day in range(DAYS):
            for _ in range(draw.between(0, 3)):
                time = START + timedelta(days=day, seconds=draw.between(25_000, 70_000))
                for _ in range(draw.between(1, 2) if draw.chance(0.08) else 0):
                    yield SignIn(time, host, user, home, False)
                    time += timedelta(seconds=draw.between(5, 40))
                yield SignIn(time, host, user, home, True)


def _noise(draw: Draw, host: str) -> Iterator[SignIn]:
    """What every host on the net sees: somebody tries a few common names and goes on."""
    for day in range(DAYS):
        for _ in range(draw.between(2, 6)):
            client = address(1200 + draw.between(0, 900), draw.between(1, 250))
            time = START + timedelta(days=day, seconds=draw.between(0, 86_000))
            for user in draw.some(_NOISE, draw.between(1, 3)):
                yield SignIn(time, host, user, client, False, user == "root")
                time += timedelta(seconds=draw.between(1, 9))


def _lawful(desk: Desk, draw: Draw, logs: SignIns, offices: list[Office]) -> None:
    forgot, backup = address(500 + 1, 11), "10.20.0.5"
    time = START + timedelta(days=5, hours=9)
    for n in range(10):
        host = f"{offices[1].label}-gw"
        logs[offices[1].name].append(SignIn(time, host, _STAFF[1], forgot, n == 9))
        time += timedelta(seconds=draw.between(6, 45))
    host = f"{offices[2].label}-gw"
    ticks = (START + timedelta(days=8, minutes=30 * n) for n in range(160))
    logs[offices[2].name] += [SignIn(tick, host, "backup", backup, False) for tick in ticks]
    desk.plant("forgotten-password", "voting.break_in", [forgot], "one of the staff fails nine times, then is in")
    desk.plant("expired-key", "voting.break_in", [backup], "a backup inside the office fails every half hour")


def _spray(desk: Desk, draw: Draw, logs: SignIns, offices: list[Office]) -> None:
    clients = [address(730, 40 + n) for n in range(6)]
    for office in offices:
        host = f"{office.label}-gw"
        for n, user in enumerate((*_STAFF, *(f"{name}{k}" for name in _STAFF[:4] for k in range(1, 4)))):
            time = START + timedelta(days=7, minutes=11 * n, seconds=draw.between(0, 500))
            client = clients[(n + draw.between(0, 1)) % len(clients)]
            logs[office.name].append(SignIn(time, host, user, client, False, user in _STAFF))
    what = "six clients of one network try the same accounts once each, at five offices"
    desk.plant("spraying", "voting.break_in", clients, what, 2)


def _force(desk: Desk, draw: Draw, logs: SignIns, office: Office) -> None:
    client, time = address(731, 13), START + timedelta(days=11, hours=1)
    for n in range(300):
        logs[office.name].append(SignIn(time, f"{office.label}-gw", _STAFF[0], client, n == 299))
        time += timedelta(seconds=draw.between(1, 5))
    desk.plant("brute-force", "voting.break_in", [client], "one client, one account, 299 failures and then in", 1)
