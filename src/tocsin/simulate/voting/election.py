"""Targeting of election offices, laid out from its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting import ballots, names, signins, stations, web
from tocsin.simulate.voting.ballots import Card, Marks
from tocsin.simulate.voting.desk import Desk
from tocsin.simulate.voting.names import Seen
from tocsin.simulate.voting.places import Office, counties, outlets
from tocsin.simulate.voting.signins import SignIns
from tocsin.simulate.voting.stations import Station
from tocsin.simulate.voting.web import Logs

COUNTIES, WITH_LOGS, WITH_BALLOTS = 12, 8, 4


class VotingParams(BaseModel):
    """What to simulate. The same parameters give the same files, byte for byte, in the same version of Tocsin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, description="decides every random draw")
    names: int = Field(default=4_000, ge=100, le=1_000_000, description="ordinary names in the feed")
    visitors: int = Field(default=400, ge=50, le=5_000, description="ordinary visitors of the site of each office")
    stations: int = Field(default=2_400, ge=120, le=100_000, description="polling stations")
    cards: int = Field(default=8_000, ge=1_000, le=500_000, description="ballot cards of the election to audit")


@dataclass(frozen=True, slots=True)
class Voting:
    """All that is simulated, before it is written; `truth` and `units` have the schemas of `desk`."""

    offices: list[Office]
    seen: list[Seen]
    logs: Logs
    sign_ins: SignIns
    results: dict[str, list[Station]]
    cards: list[Card]
    read: tuple[list[Marks], list[Marks]]  # by two persons, of every card
    truth: pa.Table
    units: pa.Table


def simulate_voting(params: VotingParams) -> Voting:
    """Simulate in memory: some two seconds for the parameters as they are."""
    desk = Desk()

    def draw(part: int) -> Draw:
        return Draw(params.seed, 9, part)  # every part draws its own numbers: one that changes changes no other

    offices = counties(draw(0), COUNTIES)
    owners = [*offices, *outlets(offices)]
    seen = names.observe(desk, draw(1), owners, params.names)
    logs = web.browse(desk, draw(2), offices[:WITH_LOGS], params.visitors)
    sign_ins = signins.sign_ins(desk, draw(3), offices[:WITH_LOGS])
    results = stations.count(desk, draw(4), offices, params.stations)
    cards = ballots.vote(desk, draw(5), offices[:WITH_BALLOTS], params.cards)
    read = ballots.read_by_hand(draw(6), cards), ballots.read_by_hand(draw(7), cards)
    return Voting(owners, seen, logs, sign_ins, results, cards, read, desk.truth(), desk.units())
