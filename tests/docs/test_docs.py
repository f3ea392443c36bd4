"""The documentation: commands exist and run, words are kept, pages build and ask nothing of any host."""

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tocsin.cli import app
from tocsin.simulate.content.election import ContentParams
from tocsin.simulate.content.write import write_content
from tocsin.simulate.money.election import MoneyParams
from tocsin.simulate.money.write import write_money
from tocsin.simulate.voting.election import VotingParams
from tocsin.simulate.voting.write import write_voting

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [p for p in sorted(DOCS.rglob("*.md")) if "reference" not in p.relative_to(DOCS).parts]
ROOT_PAGES = sorted(ROOT.glob("*.md"))
BIN = Path(sys.executable).parent

#: Pages whose ```console blocks take long.
HEAVY = {"README.md", "case.md", "choose-windows.md", "map-a-file.md", "targets.md"}


def name(path):
    return str(path.relative_to(ROOT))


def blocks(path, language):
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", path.read_text(), re.MULTILINE | re.DOTALL)


def commands(path, *languages):
    """Give the commands of the code blocks of a page: what stands after `$ `."""
    lines = [line.strip() for language in languages for block in blocks(path, language) for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def spelt(path):
    """Give the commands in code blocks and those in running text between backquotes."""
    inline = re.findall(r"`((?:tocsin|make) [^`]+)`", path.read_text())
    return [shlex.split(line) for line in (*commands(path, "sh", "console"), *inline)]


def make_targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def check_tocsin(verb, *words):
    """Check that the verb is there and takes every option named."""
    command = app.command() if verb.startswith("-") else app.load_verb(verb)
    if words and hasattr(command, "commands"):
        command, verb, *words = command.commands[words[0]], *words
    known = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    assert {word.split("=")[0] for word in (verb, *words) if word.startswith("--")} <= known


@pytest.mark.parametrize("path", [*ROOT_PAGES, *PAGES], ids=name)
def test_commands_exist(path):
    for program, *words in spelt(path):
        if program == "make":
            assert set(words) <= make_targets()
        elif program == "tocsin":
            check_tocsin(*words)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Make small simulated files, as the reader of a page would have them, of every kind that pages name."""
    folder = tmp_path_factory.mktemp("simulated")
    make = [BIN / "tocsin", "simulate", "--posts", "3000", "--seed", "1", "--out", "election"]
    subprocess.run(make, cwd=folder, check=True, capture_output=True)
    shutil.copy(folder / "election" / "posts.csv", folder / "posts.csv")
    for layout in ("csv", "itcont"):
        write_money(MoneyParams(gifts=1000, decoys=1), folder, layout)
    (folder / "names.csv").write_text("name,country\nGrigor Ravenglass,ru\nAnn Dale,us\n")
    write_content(ContentParams(talk=20, names=60, mails=24), folder / "content")
    write_voting(VotingParams(names=150, visitors=50, stations=240, cards=1_000), folder / "voting")
    (folder / "mail.json").write_text('[{"domain": "elm.example", "dnssec": false, "spf": {"record": "v=spf1 -all"}}]')
    (folder / "counts.csv").write_text("county,batch,manifest,records\nElm,1,100,100\nElm,2,50,50\nOak,1,70,69\n")
    return folder


def pages_that_run():
    for path in (*ROOT_PAGES, *PAGES):
        if commands(path, "console"):
            yield pytest.param(path, id=name(path), marks=[pytest.mark.slow] if path.name in HEAVY else [])


@pytest.mark.parametrize("path", list(pages_that_run()))
def test_console_blocks_run(path, simulated, tmp_path):
    shutil.copytree(simulated, tmp_path, dirs_exist_ok=True)
    if "tocsin simulate" in path.read_text():
        shutil.rmtree(tmp_path / "election")
    for line in commands(path, "console"):
        program, *words = shlex.split(line)
        done = subprocess.run([BIN / program, *words], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("path", ROOT_PAGES, ids=name)
def test_files_named_exist(path):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("path", sorted(DOCS.glob("decisions/0*.md")), ids=name)
def test_a_decision_has_its_parts(path):
    assert re.findall(r"^## (.+)", path.read_text(), re.MULTILINE) == ["Context", "Choice", "Numbers", "Revisit when"]
    assert f"]({path.name})" in (DOCS / "decisions" / "index.md").read_text()


#: Words the glossary must have, with the pattern by which each is used outside it.
TERMS = {
    "Affinity": "affinity",
    "Breakout Scale": "breakout",
    "Co-share": r"co-?share",
    "Evidence": "evidence",
    "Finding": "finding",
    "Innocent explanation": "innocent explanation",
    "Layer": "layer",
    "Lead": r"\blead\b",
    "Null model": "null model",
    "Object": "object",
    "Pair-object": r"pair[-_ ]objects?",
    "Pseudonym": "pseudonym",
    "Quarantine": "quarantine",
    "Synchrony": "synchrony",
    "Window": "window",
}


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_explained_and_used(term):
    assert f"\n### {term}\n" in (DOCS / "glossary.md").read_text()
    others = [path for path in (*ROOT_PAGES, *PAGES) if path.name != "glossary.md"]
    used = [*others, *(ROOT / "src").rglob("*.py")]
    assert any(re.search(TERMS[term], path.read_text(), re.IGNORECASE) for path in used)


def test_glossary_is_in_order():
    words = re.findall(r"^### (.+)", (DOCS / "glossary.md").read_text(), re.MULTILINE)
    assert words == sorted(words, key=str.casefold)


class Requests(HTMLParser):
    """Collect what a browser would fetch from another host when it shows a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            fetched = key in {"src", "srcset", "data", "poster", "action"} or (tag == "link" and key == "href")
            if fetched and re.match(r"(https?:)?//", value or ""):
                self.found.append((tag, value))


def test_the_site_builds_and_asks_nothing_of_any_host(reference, tmp_path):
    shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("reference"))
    shutil.copytree(reference, tmp_path / "docs" / "reference")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    build = [BIN / "zensical", "build", "--clean", "--strict"]
    done = subprocess.run(build, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    built = sorted((tmp_path / "site").rglob("*.html"))
    assert len(built) > len(PAGES)
    for page in built:
        parser = Requests()
        parser.feed(page.read_text())
        assert parser.found == [], page
    styles = "".join(style.read_text() for style in (tmp_path / "site").rglob("*.css"))
    assert re.findall(r"url\([\"']?(?:https?:)?//[^)]*|@import[^;]*//[^;]*", styles) == []


def test_the_reference_names_everything(reference):
    text = "".join(page.read_text() for page in reference.glob("*.md"))
    for module in ("errors", "model.finding"):
        kinds = [kind for kind in vars(importlib.import_module(f"tocsin.{module}")).values() if isinstance(kind, type)]
        own = [kind.__name__ for kind in kinds if kind.__module__ == f"tocsin.{module}" and kind.__name__ != "Record"]
        assert [kind for kind in own if kind not in text] == []
    assert [verb for verb in app.VERBS if f"Usage: tocsin {verb}" not in text] == []
