"""`tocsin audit` as a user runs it, from files to a check that finds what was changed."""

import csv

import pytest
from click.testing import CliRunner
from tests.assure.audit.life.town import Town, rewrite
from tests.inform.notebook.test_notebook import csv_files

from tocsin.assure.audit.life.files import digest
from tocsin.cli.app import load_verb
from tocsin.errors import ConflictError, InputError, UsageError


def run(*words):
    answer = CliRunner().invoke(load_verb("audit"), [str(word) for word in words])
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


def filled(folder, town, to, number=1):
    """The form of a round as people fill it in."""
    with (folder / f"round-{number}/form.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        for contest in ("Mayor", "Park"):
            row[contest] = town.read(row["unit"], contest.lower(), "")
    with to.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return to


@pytest.fixture
def files(tmp_path):
    town = Town()
    town.scan = {card: {name.title(): votes for name, votes in held.items()} for card, held in town.scan.items()}
    return town, csv_files(town, tmp_path / "files")


def test_an_audit_on_the_command_line(files, tmp_path):
    town, given = files
    folder = tmp_path / "mayor"
    files = ("--title", "Mayor", "--manifest", given.manifest[0], "--cvrs", given.cvrs[0])
    with pytest.raises(InputError) as told:
        run("new", folder, *files, "--kind", "comparison")
    assert "--seats 'Mayor=1'" in told.value.hint
    files = (*files, "--seats", "1")
    with pytest.raises(UsageError, match="macro is no method"):
        run("new", folder, *files, "--kind", "polling", "--method", "macro")
    made = run("new", folder, *files, "--kind", "comparison", "--target", "Mayor", "--method", "kaplan-markov")
    assert "Park: Yes reported to have won; kaplan-markov, measured only" in made.output
    assert "audit.json" in run("commit", folder).output
    with pytest.raises(ConflictError):
        run("draw", folder)
    run("seed", folder, "--person", "Ann", "--dice", "3 1 4 1 5 9 2 6 5 3")
    assert "(20 digits)" in run("seed", folder, "--person", "Bo", "--dice", "2718281828", "--complete").output
    assert "Round 1" in run("draw", folder).output
    form = filled(folder, town, tmp_path / "filled.csv")
    for person in ("Pat", "Quin"):
        run("enter", folder, form, "--person", person)
    assert "Compute the risk" in run("status", folder).output
    assert "In all: stop" in run("risk", folder).output
    assert "supports every targeted outcome" in run("report", folder).output
    checked = run("verify", folder)
    assert (checked.exit_code, "not possible" in checked.output) == (0, False)
    number = sum(line.startswith("  passed") for line in checked.output.splitlines())
    assert checked.output.endswith(f"{number} of {number} checks passed.\n")
    assert digest((folder / "commitment.json").read_bytes()) in checked.output
    rewrite(folder / "round-1/draw.csv", lambda rows: rows.pop())
    failed = run("verify", folder)
    assert failed.exit_code == 1
    assert "Failed: files, pages, round 1" in failed.output
