"""The real command on small real files, for the tests of jobs and verbs."""

import gzip
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

TOCSIN = Path(sys.executable).parent / "tocsin"
HEADER = "id,account,time,platform,text"
START = datetime(2024, 3, 4, tzinfo=UTC)


def tocsin(*words, cwd, code=0, **more):
    done = subprocess.run(
        [TOCSIN, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False, timeout=120, **more
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def rows(first, count, accounts=40):
    """Lines of a CSV: posts that nobody else repeats."""
    for n in range(first, first + count):
        time = START + timedelta(minutes=7 * n)
        text = f"@Handle_{(n + 3) % accounts} says {n} things"
        yield f"p{n},Handle_{n % accounts},{time:%Y-%m-%dT%H:%M:%SZ},square,{text}"


def table(path, first=0, count=200):
    path.write_text("\n".join([HEADER, *rows(first, count)]) + "\n")
    return path


def summary(out):
    return json.loads((out / "scan.json").read_text())


def unpacked(folder):
    """Name and text of every file below a folder, Parquet and packed files as rows of text."""
    import pyarrow.parquet as pq

    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield path, repr(pq.read_table(path).to_pylist())
        elif path.suffix == ".gz":
            yield path, gzip.decompress(path.read_bytes()).decode()
        elif path.is_file():
            yield path, path.read_bytes().decode(errors="replace")


def zipped(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return path
