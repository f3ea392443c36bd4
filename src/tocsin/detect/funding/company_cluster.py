"""funding.company_cluster (F6): companies of one address, agent, officer or name stem give to one recipient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.funding import base, wording
from tocsin.detect.funding.episodes import Chance, Members, chance, distinct, episodes, first_of
from tocsin.detect.funding.register import Numbers, Register, codes, grouped
from tocsin.model.arrow import Array, pc
from tocsin.model.finding import Explanation
from tocsin.resolve import keys
from tocsin.stats import stated


class Parameters(base.Parameters):
    """What a user may set."""

    gap_d: int = Field(default=30, ge=1, description="Days without a gift after which a new episode begins.")
    min_companies: int = Field(default=3, ge=2, description="Fewest companies in an episode.")


class Unit(NamedTuple):
    """What organisations may share, by counted row; `alike`, `thing`: the same of persons (their address and last name,
    or their employer's stem and the employer), from which the usual number is learned as well; `borne`: by how many
    names of the register the shared word is borne, where it is a word alone."""

    kind: str
    of: Numbers
    alike: Numbers
    thing: Numbers
    borne: Numbers | None = None


class CompanyCluster(base.Flag):
    """F6: companies and other organisations that share what companies of one hand share."""

    id = "funding.company_cluster"
    flag = "F6"
    title = "Companies that belong together"
    params = Parameters

    def look(self, tables: base.MoneyTables, params: Parameters) -> base.FlagResult:
        """Tests addresses, name stems within a postcode, and agents, officers and owners of the ownership data."""
        register = tables.register
        if not register.organisation.any():
            return base.FlagResult(skipped="no organisation gave")
        found: list[base.Candidate] = []
        tested = 0
        for kind, of, alike, thing, borne in _units(tables):
            unit = np.where(register.organisation, of, -1)
            episode = episodes(grouped(register.recipient, unit), register.day, params.gap_d)
            companies = distinct(episode, register.surname)
            others = episodes(grouped(register.recipient, alike), register.day, params.gap_d)
            usual = chance(companies - 1, first_of(episode, unit), np.maximum(distinct(others, thing) - 1, 0))
            members = Members(episode)
            tested += companies.size
            found += [
                _candidate(register, members(number), kind, usual, int(number), borne)
                for number in np.flatnonzero((companies >= params.min_companies) & (usual.p <= 0.05))
            ]
        return base.FlagResult(tuple(found), tested)


def _units(tables: base.MoneyTables) -> Iterator[Unit]:
    register = tables.register
    nobody = np.full(register.rows, -1, np.int64)
    yield Unit("address", register.address, np.where(register.person, register.address, -1), register.family)
    donors = pc.if_else(pa.array(register.organisation), keys.org_keys(register.column("donor_name")), None)
    employers = pc.if_else(pa.array(register.person), keys.employer_keys(register.column("employer")), None)
    both = codes(pa.chunked_array([_stem(donors), _stem(employers)]))[0]
    named, employed = np.split(both, 2)
    names = codes(pa.chunked_array([donors, employers]))[0]
    borne = distinct(both.astype(np.int64), names)[np.maximum(named, 0)] if (both >= 0).any() else None
    yield Unit("first word of the name", grouped(named), grouped(employed), register.employer, borne)
    place = register.postcode
    yield Unit(
        "first word of the name and postcode", grouped(named, place), grouped(employed, place), register.employer
    )
    for kind, words in (("agent", "registered agent"), ("officers", "officer")):
        if (told := tables.owners.texts(kind)) is not None:
            yield Unit(words, told, nobody, nobody)
    if (held := tables.owners.holders()) is not None:
        yield Unit("owner or board member", held, nobody, nobody)


def _stem(names: Array) -> Array:
    """First word of each name where it has four letters, found once a distinct name."""
    coded = names.dictionary_encode()
    stems = pc.struct_field(pc.extract_regex(coded.dictionary, r"^(?P<stem>[^ ]{4,})"), "stem")
    return stems.take(coded.indices)


def _candidate(
    register: Register, rows: Numbers, kind: str, usual: Chance, number: int, borne: Numbers | None
) -> base.Candidate:
    companies, days = np.unique(register.surname[rows]).size, register.day[rows]
    expected, p = float(usual.expected[number]), float(usual.p[number])
    question = f"Do more organisations share one {kind} than in other episodes?"
    null = f"organisations beyond the first of one {kind}: its own past, drawn toward all"
    return base.Candidate(
        flag=CompanyCluster.id,
        rows=base.sorted_rows(register.at[rows]),
        title=f"{companies} organisations with one {kind} gave {wording.period(days)}",
        sentence=f"{companies} organisations that share one {kind} gave to one recipient {wording.period(days)}.",
        channel="shell-company",
        p=p,
        tests=(stated.test(question, "gamma-Poisson", null, companies - 1, expected, p),),
        effects=(wording.times_expected("organisations", companies - 1, expected, "organisations beyond the first"),),
        explanations=(_group(register, rows), *_common(borne, rows, companies)),
        why=f"one {kind}",
    )


def _common(borne: Numbers | None, rows: Numbers, companies: int) -> tuple[Explanation, ...]:
    """A word that many other names begin with says nothing of who stands behind."""
    if borne is None:
        return ()
    others = int(borne[rows[0]]) - companies
    fits = others >= max(3, companies / 2)
    detail = f"{others} other names of donors and employers begin with it"
    return (stated.explanation("common-word", "Is it a common word?", "fits" if fits else "does not fit", detail),)


def _group(register: Register, rows: Numbers) -> Explanation:
    """Known groups of companies give year after year and to several recipients."""
    own = register.rows_of(register.donor[rows])
    recipients = np.unique(register.recipient[own]).size
    years = np.ptp(register.day[own]) / 365.25
    fits = years >= 2 and recipients >= 3
    detail = f"they gave to {recipients} recipients over {years:.1f} years"
    question = "Is it an old group that gives openly?"
    return stated.explanation("group", question, "fits" if fits else "does not fit", detail)


DETECTOR = CompanyCluster()
