"""Where nothing is planted next to nothing is found, and what it costs."""

import importlib.util
from pathlib import Path

import pytest
from tests.detect.funding.made import simulated, truth

from tocsin.detect.funding.run import look

ROOT = Path(__file__).parents[3]


def bench():
    spec = importlib.util.spec_from_file_location("funding_bench", ROOT / "bench/funding.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "seed", [11, pytest.param(12, marks=pytest.mark.slow), pytest.param(13, marks=pytest.mark.slow)]
)
def test_a_register_with_lawful_look_alikes_alone(seed):
    given = {"gifts": 10_000, "schemes": 0, "decoys": 2, "seed": seed}
    register = simulated(**given)
    leads = [finding for finding in look(register, str).findings if finding.standing == "lead"]
    assert len(leads) <= 2
    lawful = set(truth(**given))
    assert len({row.gift for lead in leads for row in lead.money.rows} & lawful) <= 0.05 * len(lawful)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_columns_dealt_anew_raise_nothing(seed):
    """Dealing the columns anew among each recipient's rows keeps each column and breaks what goes together."""
    register = simulated(gifts=10_000, schemes=1, decoys=1)
    leads, counted = bench().leads_of(bench().dealt(register.gifts, seed))
    exact = {"F5", "F9", "F10", "F11", "F13", "F16", "F17", "F18"}  # rules of single rows survive the dealing
    assert counted > 8_000
    assert len([lead for lead in leads if lead.money.flag not in exact]) <= 1


@pytest.mark.slow
def test_a_million_rows_through_f1_to_f7():
    """The budget is 600 CPU-seconds and 6 GB for ten million; here a tenth of the time."""
    cost = bench().cost(1_000_000)
    assert cost["CPU-seconds"] <= 60
