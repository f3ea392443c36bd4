"""The versions that the pins allow, installed in a folder of their own."""

import os
import subprocess
import sys

import duckdb
import pytest
from tests.servers import ROOT

pytestmark = pytest.mark.slow


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *map(str, arguments)], check=True)


def test_the_other_major_version_of_duckdb(tmp_path):
    here = int(duckdb.__version__.split(".")[0])
    pip("--target", tmp_path / "other", "--no-deps", "duckdb>=1.5,<2" if here == 2 else "duckdb>=2,<3")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "other")}
    said = [sys.executable, "-c", "import duckdb; print(duckdb.__version__)"]
    version = subprocess.run(said, env=environment, capture_output=True, text=True, check=True).stdout
    assert int(version.split(".")[0]) == 3 - here
    tests = ["tests/engines/test_engines.py", "tests/engines/test_embedded.py", "tests/resolve/test_fitted.py"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'run'}", *tests]
    ran = subprocess.run([*command, "-k", "not sail"], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_the_client_s_extra_brings_no_java(tmp_path):
    pip("--target", tmp_path / "extra", "pyspark-client>=4.0,<5", "pandas>=2.2,<3")
    assert (tmp_path / "extra" / "pyspark").is_dir()
    assert not [
        path for path in (tmp_path / "extra").rglob("*") if path.suffix == ".jar" or path.name.startswith("py4j-")
    ]
