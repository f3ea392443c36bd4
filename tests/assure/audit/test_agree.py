import math

import pytest

from tocsin.assure.audit.agree import agreed
from tocsin.errors import DisagreementError


def test_two_routes_that_agree():
    assert agreed(0.05, 0.05 * (1 + 1e-10)) == 0.05
    assert agreed(1e-222, 1e-222 * (1 - 1e-10)) == 1e-222
    assert agreed(0.0, 1e-310) == 0.0


@pytest.mark.parametrize(("a", "b"), [(0.05, 0.05 * (1 + 1e-8)), (1e-222, 2e-222), (0.1, math.nan), (0.0, 1e-200)])
def test_two_routes_that_differ_give_no_number(a, b):
    with pytest.raises(DisagreementError, match="differ"):
        agreed(a, b)
