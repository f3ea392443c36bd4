"""How money, shares and flags are put into words: the same in the report, the tables and the workbench."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from tocsin.model.finding import Step
from tocsin.share.words import number

#: Currencies whose minor unit is not a hundredth (ISO 4217).
_DECIMALS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "BHD": 3, "KWD": 3, "TND": 3, "JOD": 3, "OMR": 3}


@cache
def vocabulary() -> dict[str, Any]:
    """The words shown to readers, from words.toml: `standing`, `flags`, `channels`, `standings`, `limits`,
    `glossary`."""
    return tomllib.loads(files("tocsin.share.money").joinpath("words.toml").read_text(encoding="utf-8"))


def amount(minor: int, currency: str) -> str:
    """`1,234.50 USD` from minor units."""
    places = _DECIMALS.get(currency, 2)
    return f"{Decimal(minor).scaleb(-places):,.{places}f} {currency}".replace("-", "−").strip()


def flag(code: str) -> str:
    """`F2: shared address`."""
    return f"{code}: {name}" if (name := vocabulary()["flags"].get(code)) else code


def channel(code: str) -> str:
    """The channel of covert money in words."""
    return str(vocabulary()["channels"].get(code, code))


def share(step: Step) -> str:
    """How much is held: `60 %`, `25 to 50 %`; empty where the step is no holding or tells none."""
    bounds = [bound for bound in (step.share_min, step.share_max) if bound is not None]
    if not bounds:
        return ""
    low, high = number(min(bounds) * 100), number(max(bounds) * 100)
    return f"{low} %" if low == high else f"{low} to {high} %"


def relation(step: Step) -> str:
    """The step in words, with the share, or with the probability that two names are one."""
    if step.probability is not None:
        return f"{step.relation} (probability {sure(step.probability)})"
    held = share(step)
    return f"{step.relation}: {held}" if held else step.relation


def sure(probability: float) -> str:
    """A probability that is never rounded to certainty."""
    return "over 0.999" if probability > 0.999 else number(probability)


def during(step: Step) -> str:
    """When the step holds: `from 2023-04-01`, `2020-01-01 to 2022-12-31`, `on 2024-02-23`; a dash where untold."""
    if step.since and step.since == step.until:
        return f"on {step.since}"
    if step.since or step.until:
        return f"{step.since or '…'} to {step.until}" if step.until else f"from {step.since}"
    return f"on {step.on}" if step.on else "–"
