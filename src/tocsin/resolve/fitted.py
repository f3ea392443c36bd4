"""Are two records of a register one person: the Fellegi-Sunter model that splink fits to the register itself.

splink trains by expectation maximisation, on one thread, so that the same records give the same model. The weights are
added up here, as splink's `predict` does in the SQL of one database, by a pure function from Arrow to Arrow that gives
the same on any engine: no Jaro-Winkler of a server's own is needed.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tocsin.model.arrow import Array, pc, positions

SAID = ("last", "first", "address", "postcode", "city", "employer", "occupation")
#: What is read of a person: `SAID`, the sound of the first name, and what the training pairs share.
COLUMNS = (*SAID, "sound", "letter")
RARE = ("last", "first", "employer", "occupation")  # agreement counts the more, the rarer the term
#: Least Jaro-Winkler likeness of a level, most likely first; the postcode has one edit instead.
_LIKE = {"last": (0.94, 0.85), "first": (0.9,), "city": (0.9,), "employer": (0.9,), "occupation": (0.9,)}
_MOST = 500_000  # persons from which a model is fitted
_MEMORY_MB = 2_048  # that DuckDB may use before it spills to disk
_SEED = 20_240_229
_DIGITS = 9  # of a weight: machines differ in the last bits


class Compared(NamedTuple):
    """Weights of one column, in bits: of each level, the likest first; `rare` is log2 of how often two strangers
    agree on it, where terms have frequencies."""

    column: str
    weights: tuple[float, ...]
    rare: float | None


class Model(NamedTuple):
    """A fitted model: the weight before anything is compared, and the columns."""

    prior: float
    compared: tuple[Compared, ...]


def fit(people: pa.Table) -> Model:
    """Fit a model to persons (`COLUMNS`, strings): to the first `_MOST` of them, so their order must be one of chance
    that is the same each time. Columns that hardly anyone tells are not compared."""
    from splink import DuckDBAPI

    told = [name for name in SAID if people[name].null_count < 0.9 * people.num_rows]
    drawn = people.slice(0, _MOST).select(COLUMNS)
    database = DuckDBAPI()
    with tempfile.TemporaryDirectory(prefix="tocsin-") as spill:
        limits = f"SET memory_limit = '{_MEMORY_MB}MB'; SET temp_directory = '{spill}'; SET threads = 1"
        database.duckdb_con.execute(limits)
        model = read(trained(database, drawn.append_column("unique_id", pa.array(np.arange(drawn.num_rows))), told))
        database.duckdb_con.close()
    return model


def rarity(column: Any) -> Array:
    """log2 of the share of each value among those that are told, float64; null where none is told."""
    coded = pc.dictionary_encode(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
    code = coded.indices
    counts = np.bincount(code.drop_null().to_numpy(), minlength=len(coded.dictionary))
    return pa.array(np.log2(counts / max(counts.sum(), 1))).take(code)


def weights(model: Model, rows: pa.Table) -> Any:
    """Log2 odds that the two records of each row are one person, float64 to nine digits.

    `rows` has `name_l` and `name_r` for each of `SAID`, `sound` and, of `RARE`, `name_rare_l` (`rarity`).
    """
    total = np.full(rows.num_rows, model.prior)
    for one in model.compared:
        level = _level(one.column, rows)
        added = np.array([*one.weights, 0.0])[level]  # the last: one side does not tell
        if one.rare is not None:
            rare = rows[f"{one.column}_rare_l"].to_numpy()
            added = np.where(level == 0, added + (one.rare - rare), added)
        total = total + added
    return np.round(total, _DIGITS)


def _level(name: str, rows: pa.Table) -> Any:
    """How alike the two sides are in a column: 0 the same, ..., the last but one different, -1 not told."""
    left, right = rows[f"{name}_l"], rows[f"{name}_r"]
    unequal = np.flatnonzero(pc.fill_null(pc.not_equal(left, right), False).to_numpy())
    level = np.where(pc.is_valid(pc.equal(left, right)).to_numpy(), 0, -1)
    here = rows.take(positions(unequal))
    level[unequal] = 1 + _unlike(name, here, here[f"{name}_l"], here[f"{name}_r"])
    return level


def _unlike(name: str, rows: pa.Table, left: Any, right: Any) -> Any:
    """The level of texts that differ, from 0."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler, Levenshtein

    if name == "address":
        return np.zeros(rows.num_rows, np.int64)
    sides = left.to_pylist(), right.to_pylist()
    if name == "postcode":
        return (process.cpdist(*sides, scorer=Levenshtein.distance) > 1).astype(np.int64)
    like = process.cpdist(*sides, scorer=JaroWinkler.similarity, dtype=np.float64)
    level = sum((like < least).astype(np.int64) for least in _LIKE[name])
    if name != "first":
        return level
    initial = pc.or_(pc.equal(pc.utf8_length(left), 1), pc.equal(pc.utf8_length(right), 1)).to_numpy()
    sound = pc.fill_null(pc.equal(rows["sound_l"], rows["sound_r"]), False).to_numpy()
    return np.where(sound, 0, np.where(initial, 1, 2 + level))


def trained(database: Any, people: pa.Table, told: Sequence[str]) -> Any:
    """splink's linker on its API of a database, trained on persons (`COLUMNS` and `unique_id`) by the columns told."""
    from splink import Linker, block_on
    from splink.internals.exceptions import EMTrainingException

    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(database.register(people), _settings(told), log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=_SEED)
    for rule in (("last", "first"), ("address",), ("postcode", "letter"), ("employer", "letter")):
        if set(rule) <= {*told, "letter"}:
            # no two records agree on it, or no match shows one of the levels: the other rules fit what they can
            with suppress(EMTrainingException, ValueError):
                linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    return linker


def read(linker: Any) -> Model:
    """The weights of what splink trained, null levels left out."""
    settings = linker._settings_obj.core_model_settings
    compared = []
    for comparison in settings.comparisons:
        levels = [level for level in comparison.comparison_levels if not level.is_null_level]
        rare = float(np.log2(levels[0].u_probability)) if levels[0]._has_tf_adjustments else None
        found = tuple(float(level._match_weight) for level in levels)
        compared.append(Compared(comparison.output_column_name, found, rare))
    prior = settings.probability_two_random_records_match
    return Model(float(np.log2(prior / (1 - prior))), tuple(compared))


def _settings(told: Sequence[str]) -> Any:
    """The model: what is compared and in which levels, of the columns that are told."""
    import splink.comparison_level_library as level
    import splink.comparison_library as compared
    from splink import SettingsCreator

    def like(name: str) -> Any:
        made = compared.JaroWinklerAtThresholds(name, list(_LIKE[name]))
        return made.configure(term_frequency_adjustments=name in RARE)

    first = compared.CustomComparison(
        [
            level.NullLevel("first"),
            level.ExactMatchLevel("first", term_frequency_adjustments=True),
            level.ExactMatchLevel("sound"),
            level.CustomLevel("length(first_l) = 1 or length(first_r) = 1", "An initial"),
            level.JaroWinklerLevel("first", *_LIKE["first"]),
            level.ElseLevel(),
        ],
        output_column_name="first",
    )
    special = {
        "first": first,
        "address": compared.ExactMatch("address"),
        "postcode": compared.LevenshteinAtThresholds("postcode", [1]),
    }
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[special.get(name) or like(name) for name in told],
        retain_matching_columns=False,
    )
