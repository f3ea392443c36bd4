"""Logging is quiet unless asked, and never on stdout."""

import pytest
import structlog

from tocsin import log


@pytest.mark.parametrize("verbose", [True, False])
def test_only_verbose_shows_steps(capsys, verbose):
    log.configure(verbose=verbose)
    structlog.get_logger().info("step", rows=3)
    structlog.get_logger().warning("odd")
    said = capsys.readouterr()
    assert said.out == ""
    assert ("step" in said.err) == verbose
    assert "odd" in said.err
