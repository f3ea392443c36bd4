"""What holds for every file of the repository."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tocsin import errors

ROOT = Path(__file__).parents[1]
SOURCE = sorted((ROOT / "src").rglob("*.py"))
MODULE_LINES, FUNCTION_LINES, DOCSTRING_SHARE = 500, 60, 0.8

#: Modules ("path") and functions ("path:name") that may be longer, each with its reason.
LONGER: dict[str, str] = {
    "src/tocsin/kernels/exposure.py:weigh": "one martingale over arrays that are made once",
    "src/tocsin/kernels/ties.py:compare": "one walk over two sorted lists that yields four sums",
}

#: What no file may hold: addresses of package registries, paths of one machine. Split so as not to match themselves.
FORBIDDEN = {
    "registry address": r"pypi\." r"org|pythonhosted\." r"org|registry\.npmjs|proxy\.golang",
    "index option": r"--(extra-)?index" r"-url[ =]\S|--find" r"-links[ =]\S",
    "path of one machine": r"(?<![\w.<])/(home|root|Users|work|opt)" r"/\w",
}


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing says which files are ours")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts():
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            yield path.relative_to(ROOT), data.decode()


def functions():
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    found = [f"{path}: {hit[0]}" for path, text in texts() for hit in re.finditer(FORBIDDEN[what], text)]
    assert found == []


def test_every_text_ends_with_a_newline():
    assert [str(path) for path, text in texts() if text and not text.endswith("\n")] == []


def test_no_module_is_too_long():
    long = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in SOURCE}
    assert {p: n for p, n in long.items() if n > MODULE_LINES and p not in LONGER} == {}


def test_no_function_is_too_long():
    assert {name: n for name, n in functions() if n > FUNCTION_LINES and name not in LONGER} == {}


def test_every_exception_is_needed():
    lengths = {str(p.relative_to(ROOT)): (len(p.read_text().splitlines()), MODULE_LINES) for p in SOURCE}
    lengths |= {name: (n, FUNCTION_LINES) for name, n in functions()}
    assert [name for name in LONGER if name not in lengths or lengths[name][0] <= lengths[name][1]] == []


def public(node, prefix=""):
    """Yield public functions and classes of a module or class, with those inside classes."""
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            yield f"{prefix}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{child.name}.")


def test_public_names_are_documented():
    named = [(f"{p.relative_to(ROOT)}:{name}", node) for p in SOURCE for name, node in public(ast.parse(p.read_text()))]
    without = [name for name, node in named if not ast.get_docstring(node)]
    assert len(without) <= (1 - DOCSTRING_SHARE) * len(named), without


def drawn_errors():
    """Read the tree in the docstring of errors.py: name, parent, exit code, HTTP status (None where not drawn)."""
    parents = {}
    for line in errors.__doc__.splitlines():
        found = re.match(r"([│├└─ ]*)([A-Z]\w+)(?: .*exit (\d+), HTTP (\d+))?$", line)
        if found and (found[1] or not parents):
            depth = len(found[1]) // 3
            parents[depth] = found[2]
            yield found[2], parents.get(depth - 1), *(int(n) if n else None for n in found.groups()[2:])


def test_the_error_tree_is_as_drawn():
    drawn = list(drawn_errors())
    real = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert {name for name, *_ in drawn} == set(real)
    for name, parent, exit_code, http_status in drawn:
        kind = real[name]
        assert kind.__base__.__name__ == (parent or "Exception")
        if parent:
            assert (kind.exit_code, kind.http_status) == (exit_code, http_status), name


@pytest.mark.parametrize(("lock", "groups"), [("run", ["build"]), ("dev", ["build", "dev"])])
def test_the_lock_holds_all_that_is_asked_for(lock, groups):
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [
        *asked["project"]["dependencies"],
        *(name for group in groups for name in asked["dependency-groups"][group]),
    ]
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)==\S+(?: ; .*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert {re.match(r"[a-z0-9-]+", name)[0] for name in wanted} <= set(pinned)
    assert len(pinned) == len(re.findall(r"^\S+==", text, re.MULTILINE))
