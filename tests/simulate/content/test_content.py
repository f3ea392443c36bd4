"""Simulated content: the same files for the same seed, and a truth that the files bear out."""

import base64
import csv
import difflib
import hashlib
import json
import re
from email import message_from_bytes

import pypdf
import pytest
from PIL import Image

from tocsin.errors import UsageError
from tocsin.simulate.content.compare import CONTENT_FOUND, content_found_against_planted
from tocsin.simulate.content.election import ContentParams, simulate_content
from tocsin.simulate.content.feed import LANGUAGES, words
from tocsin.simulate.content.mailbox import ALTERED, DAMAGED, received
from tocsin.simulate.content.pictures import EDITS
from tocsin.simulate.content.write import OFFICE, write_content
from tocsin.simulate.mail import canonical_body
from tocsin.simulate.voting.desk import TRUTH, UNITS
from tocsin.sources.names import read_observed, read_official

SMALL = ContentParams(seed=3, talk=30, names=30, mails=18)


@pytest.fixture(scope="module")
def made():
    return simulate_content(SMALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_content(SMALL, tmp_path_factory.mktemp("content") / "new")


@pytest.fixture(scope="module")
def items(made):
    found = {}
    for row in made.truth.to_pylist():
        found.setdefault((row["unit"], row["kind"]), set()).add(row["item"])
    return found


@pytest.fixture(scope="module")
def posts(folder):
    with (folder / "posts.csv").open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def test_the_same_seed_gives_the_same_content(made, folder, posts):
    assert [(post.post, post.text) for post in made.posts] == [(id_, row["text"]) for id_, row in posts.items()]
    for files, where in (
        (made.pictures, "pictures"), (made.mails, "leak/mails"), (made.papers.leaked, "leak/papers"),
        (made.papers.originals, "originals"),
    ):  # fmt: skip
        assert {path.name: path.read_bytes() for path in (folder / where).iterdir()} == files
    (folder / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        write_content(SMALL, folder / "file")


@pytest.mark.slow
def test_another_seed_gives_other_files(folder, tmp_path):
    other = write_content(SMALL.model_copy(update={"seed": 4}), tmp_path)
    first, second = (
        {
            str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in place.rglob("*.*")
            if path.name not in ("official.csv", "units.csv", "file")
        }
        for place in (folder, other)
    )
    same = {name for name, digest in first.items() if second.get(name) == digest}
    assert {name for name in same if "staff-plan" not in name} == set()


def test_every_unit_has_its_items_and_every_detector_a_decoy(made, items):
    assert (made.truth.schema, made.units.schema) == (TRUTH, UNITS)
    units = made.units.to_pylist()
    assert {unit["unit"]: unit["items"] for unit in units} == {
        unit["unit"]: len(items[unit["unit"], unit["unit"]]) for unit in units
    }
    seen = {role: {unit["detector"] for unit in units if unit["role"] == role} for role in ("operation", "decoy")}
    assert seen["operation"] == seen["decoy"] | {"claims"}
    assert seen["decoy"] == {
        "fabrication.repeats", "fabrication.outlets", "fabrication.pictures", "fabrication.bursts", "leaks.mail",
        "leaks.documents", "leaks.compare", "leaks.tracing",
    }  # fmt: skip


def test_talk_has_no_two_posts_alike(items, posts):
    sentences = [set(re.findall(r"[^.?!]+[.?!]", posts[post]["text"])) for post in items["", "post"]]
    assert len(sentences) == SMALL.talk * len(LANGUAGES)
    assert all(len(a & b) <= 1 for n, a in enumerate(sentences) for b in sentences[:n])


def test_claims_are_repeated_as_the_truth_says(items, posts, folder):
    texts = {
        unit: [posts[post]["text"] for post in items[unit, unit]]
        for unit in ("copied", "near-copies", "reworded", "translated")
    }
    assert len(set(texts["copied"])) == 1
    assert len(set(texts["near-copies"])) > 5
    core = words("planted")["claims"][2]["wordings"]["en"][0].lower()
    assert all(core in text.lower() for text in texts["near-copies"])
    said = {text.lower() for text in texts["translated"]}
    for wordings in words("planted")["claims"][5]["wordings"].values():
        assert sum(wordings[0].lower() in text for text in said) >= 1
    least = min(
        difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
        for a in texts["reworded"]
        for b in texts["reworded"]
    )
    assert least < 0.6
    assert len({posts[post]["account"] for post in items["translated", "translated"]}) == 30
    checks = {one["url"]: one for one in json.loads((folder / "claims.json").read_text("utf-8"))}
    assert items["checked", "checked"] < set(checks)
    assert not {one["claimReviewed"] for one in checks.values()} & {row["text"] for row in posts.values()}


def test_names_are_as_the_truth_says(folder, items):
    official, observed = read_official([folder / "official.csv"]), read_observed([folder / "observed.jsonl"])
    names, own = set(observed.table["name"].to_pylist()), set(official.table["name"].to_pylist())
    assert observed.rejected == official.rejected == []
    planted = set().union(*(items[f"outlet-{kind}", f"outlet-{kind}"] for kind in ("ending", "brand", "words", "typo")))
    assert len(planted) == 12
    assert planted <= names - own
    assert own - {OFFICE[0]} <= names
    assert all(name.rpartition(".")[2] in ("example", "test", "invalid") for name in names)


def test_pictures_are_what_was_done_to_them(folder, items):
    with (folder / "pictures.csv").open(encoding="utf-8", newline="") as stream:
        shown = {row["file"]: row["post"] for row in csv.DictReader(stream)}
    assert set(shown) == {path.name for path in (folder / "pictures").iterdir()}
    assert items["picture-harbour", "picture-harbour"] == {f"harbour-{name}.jpg" for name in EDITS}
    sizes = {name: Image.open(folder / "pictures" / f"harbour-{name}.jpg").size for name in EDITS}
    assert sizes["saved"] == Image.open(folder / "pictures" / "harbour.png").size == (512, 384)
    assert sizes["turned"] == (384, 512)
    assert sizes["smaller"] == (256, 192)


def test_mails_break_their_signature_only_where_the_truth_says(folder, items):
    """By the hash of the body that each signature tells, and by what stands in the header."""
    broken, doubled, renamed = set(), set(), set()
    for path in (folder / "leak" / "mails").iterdir():
        raw = path.read_bytes()
        told = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s", "", message_from_bytes(raw)["DKIM-Signature"])))
        body = canonical_body(raw.partition(b"\r\n\r\n")[2], told["c"].partition("/")[2])
        if base64.b64encode(hashlib.sha256(body).digest()).decode() != told["bh"]:
            broken.add(path.name)
        if len(message_from_bytes(raw).get_all("Date")) == 2:
            doubled.add(path.name)
        if message_from_bytes(raw)["Subject"] == "Burn after reading":
            renamed.add(path.name)
    units = (*ALTERED, *DAMAGED)
    in_head = {"mail-subject": renamed, "mail-second-date": doubled}
    assert broken == set().union(*(items[unit, unit] for unit in units if unit not in in_head))
    assert in_head == {unit: items[unit, unit] for unit in in_head}


def test_documents_differ_from_their_originals_as_planted(folder):
    def text(place, name):
        return " ".join(pypdf.PdfReader(folder / place / name).pages[0].extract_text().split())

    shown = {
        name: (text("originals", name), text("leak/papers", name))
        for name in (p["name"] for p in words("leak")["papers"])
    }
    assert {name for name, (before, after) in shown.items() if before != after} == {
        "harbour-fund.pdf",
        "donor-dinner.pdf",
    }
    assert "40,000" in shown["harbour-fund.pdf"][0]
    assert "400,000 crowns to the campaign office" in shown["harbour-fund.pdf"][1]
    for name, revisions in (
        ("harbour-fund.pdf", 2),
        ("donor-dinner.pdf", 1),
        ("reading-room.pdf", 2),
        ("staff-plan.pdf", 1),
    ):
        data = (folder / "leak" / "papers" / name).read_bytes()
        assert data.count(b"%%EOF") == revisions
    first = (folder / "leak" / "papers" / "harbour-fund.pdf").read_bytes()
    assert first.startswith((folder / "originals" / "harbour-fund.pdf").read_bytes())


def test_only_posts_after_the_leak_quote_it(folder, items, posts):
    leak = " ".join(
        re.sub(r"\W+", " ", pypdf.PdfReader(path).pages[0].extract_text())
        for path in (folder / "leak" / "papers").iterdir()
    ).lower()

    def longest(post):
        told = re.sub(r"\W+", " ", posts[post]["text"]).lower().split()
        runs = (n - m for m in range(len(told)) for n in range(m + 1, len(told) + 1) if " ".join(told[m:n]) in leak)
        return max(runs, default=0)

    public = received().strftime("%Y-%m-%dT%H:%M:%SZ")
    for unit, least in (("quotes", 7), ("quotes-altered", 2)):
        assert all(posts[post]["time"] > public for post in items[unit, unit])
        assert all(longest(post) >= least for post in items[unit, unit])
    for unit in ("phrases", "statute"):
        assert {posts[post]["time"] < public for post in items[unit, unit]} == {True, False}
    assert max(map(longest, sorted(items["", "post"])[:60])) <= 3


def test_found_against_planted(made, items):
    copied, pictures = items["copied", "copied"], items["picture-harbour", "picture-harbour"]
    found = {
        "a": ("lead", {*copied, *sorted(items["", "post"])[:2]}),
        "b": ("lead", pictures | items["song", "song"]),
        "c": ("explained", items["greeting", "greeting"]),
        "d": ("lead", items["translated", "translated"]),
    }
    by = {"a": ("fabrication.repeats",), "b": ("fabrication.pictures",), "c": ("fabrication.repeats",), "d": ("other",)}
    table = content_found_against_planted(found, by, made.truth, made.units)
    assert table.schema == CONTENT_FOUND
    assert table.num_rows == made.units.num_rows + 1
    rows = {row["unit"]: row for row in table.to_pylist()}
    assert (rows["copied"]["finding"], rows["copied"]["recall"], rows["copied"]["precision"]) == ("a", 1.0, 0.9)
    assert rows["picture-harbour"]["recall"] == 1.0
    assert rows["song"]["standing"] == "lead"
    assert rows["greeting"]["standing"] == "explained"
    assert rows["translated"]["standing"] == "not found"
    assert (rows[""]["named"], rows[""]["right"]) == (18 + 2 + 8 + 14 + 30, 2)
