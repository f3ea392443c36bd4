"""The command line: quick to start, clear when something is wrong."""

import os
import resource
import signal
import subprocess
import sys
from types import ModuleType

import pytest

from tocsin import __version__, errors
from tocsin.cli import app

HEAVY = ["numba", "duckdb", "pyarrow", "networkit", "altair", "scipy", "numpy", "vl_convert"]
MAIN = "from tocsin.cli.app import main; main()"
SLEEPER = """
import sys, time, types
from tocsin.cli import app
def trial():
    print("started", flush=True)
    time.sleep(30)
sys.modules["tocsin.cli.trial"] = types.ModuleType("tocsin.cli.trial")
sys.modules["tocsin.cli.trial"].trial = trial
app.VERBS["trial"] = "Try."
app.main()
"""


def python(code, *args, **more):
    return subprocess.run(
        [sys.executable, "-c", code, *args], check=False, text=True, timeout=60, **{"capture_output": True, **more}
    )


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; with `verb` as the verb `trial`. Gives exit code, stdout, stderr."""

    def call(*args, verb=None):
        if verb is not None:
            module = ModuleType("tocsin.cli.trial")
            module.trial = verb
            monkeypatch.setitem(sys.modules, "tocsin.cli.trial", module)
            monkeypatch.setitem(app.VERBS, "trial", "Try.")
        with pytest.raises(SystemExit) as end:
            app.command().main(list(args), prog_name="tocsin")
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return call


def test_help_names_every_verb(run):
    code, out, _ = run("--help")
    assert code == 0
    for verb, line in app.VERBS.items():
        assert f"{verb} " in out
        assert line in out


def test_help_imports_nothing_heavy():
    code = f"""
import sys
from tocsin.cli.app import main
try:
    main()
except SystemExit:
    print([name for name in {HEAVY} if name in sys.modules], [n for n in sys.modules if n in {list(app.VERBS)}])
"""
    assert python(code, "--help").stdout.endswith("[] []\n")


def test_help_costs_less_than_half_a_second():
    def cost():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        python(MAIN, "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cost() for _ in range(3)) < 0.5


@pytest.mark.parametrize("verb", app.VERBS)
def test_the_line_in_the_table_is_the_docstring(verb):
    command = app.load_verb(verb)
    assert command.name == verb
    assert command.help.splitlines()[0] == app.VERBS[verb]


def test_version(run):
    assert run("--version") == (0, f"tocsin {__version__}\n", "")


def test_the_help_of_a_verb_shows_its_options(run):
    def trial(posts: int = 3):
        """Try."""

    code, out, _ = run("trial", "--help", verb=trial)
    assert code == 0
    assert "Usage: tocsin trial" in out
    assert "--posts" in out


def test_a_misspelt_verb_is_answered_with_the_right_one(run):
    code, _, err = run("sacn")
    assert code == 2
    assert "'scan'" in err


@pytest.mark.parametrize(
    "kind", [errors.UsageError, errors.RefusedError, errors.InputError, errors.UnknownFormat, errors.WorkspaceError]
)
def test_an_error_shows_message_and_hint_and_ends_with_its_code(run, kind):
    def fail():
        raise kind("posts.csv, line 3: no time", hint="Name the column with --map time=COLUMN.")

    code, out, err = run("trial", verb=fail)
    assert (code, out) == (kind.exit_code, "")
    assert err == "Error: posts.csv, line 3: no time\nName the column with --map time=COLUMN.\n"


def test_debug_shows_the_traceback(monkeypatch):
    module = ModuleType("tocsin.cli.trial")

    def trial():
        raise errors.InputError("broken")

    module.trial = trial
    monkeypatch.setitem(sys.modules, "tocsin.cli.trial", module)
    monkeypatch.setitem(app.VERBS, "trial", "Try.")
    monkeypatch.setenv("TOCSIN_DEBUG", "1")
    with pytest.raises(errors.InputError):
        app.command().main(["trial"], prog_name="tocsin")


def test_a_wrong_setting_is_named(run, monkeypatch):
    monkeypatch.setenv("TOCSIN_THREADS", "many")
    code, _, err = run("trial", verb=lambda: None)
    assert code == errors.UsageError.exit_code
    assert "TOCSIN_THREADS=many" in err
    assert "Traceback" not in err


def test_ctrl_c_ends_with_130_and_a_line():
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, "trial"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell's background jobs are started with Ctrl-C ignored, and so would be their children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.strip() == "Interrupted."


def test_a_reader_that_leaves_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = python(MAIN, "--help", capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert done.stderr == ""
