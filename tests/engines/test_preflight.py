import pytest

from tocsin.engine.preflight import plan
from tocsin.errors import RefusedError

GIVEN = {"rows": 10**7, "accounts": 500_000, "keep": 2, "threads": 2, "max_row_pairs": 10**10}


def test_rounds_grow_as_memory_shrinks_and_fit_it():
    rounds = []
    for memory_mb in (4096, 1024, 512):
        chosen = plan("url", [10, 60], [27 * 10**6, 88 * 10**6], [27 * 10**6, 86 * 10**6], memory_mb=memory_mb, **GIVEN)
        assert chosen.bytes <= memory_mb * 2**20
        rounds.append(chosen.rounds)
    assert rounds[0] == 1
    assert rounds == sorted(rounds)
    assert rounds[-1] > 1


def test_an_empty_layer_takes_one_round():
    given = GIVEN | {"rows": 0, "accounts": 0}
    assert plan("url", [60], [0], [0], memory_mb=256, **given).rounds == 1


def test_rows_that_do_not_fit_are_refused_with_what_would_do():
    with pytest.raises(RefusedError, match="url: 10,000,000 rows") as raised:
        plan("url", [60], [88 * 10**6], [86 * 10**6], memory_mb=300, **GIVEN)
    needed = int(raised.value.hint.split("TOCSIN_MEMORY_MB to ")[1].split()[0])
    assert plan("url", [60], [88 * 10**6], [86 * 10**6], memory_mb=needed, **GIVEN).rounds >= 1


def test_too_many_pairs_are_refused_with_the_window_that_is_not():
    with pytest.raises(RefusedError, match=r"hashtag: 20,000,000,000 .* 3600 s") as raised:
        plan("hashtag", [60, 3600], [5, 2 * 10**10], [5, 10**9], memory_mb=4096, **GIVEN)
    assert "up to 60 s" in raised.value.hint
    with pytest.raises(RefusedError) as raised:
        plan("hashtag", [3600], [2 * 10**10], [10**9], memory_mb=4096, **GIVEN)
    assert "up to" not in raised.value.hint
