"""A scan of content from files to the folder, with its command; texts are compared by their letters."""

import csv
import io
import shlex
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from tests.detect.fabrication.made import OUTLETS, SHOPS, burst, feed, link

from tocsin.cases import scans
from tocsin.cli.app import load_verb
from tocsin.errors import InputError, UsageError
from tocsin.jobs.narratives import Listed, NarrativesRequest, list_pictures, scan_narratives
from tocsin.model.finding import ScanSummary
from tocsin.sources.base import ReadOptions

FAKE = "harbourtribune.test"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tocsin.detect.fabrication.encoders.available", tuple)
    rows = [*feed(days=40), *burst("pushed", 30, 80), *(link(f"https://{FAKE}/story-{n}", n) for n in range(4))]
    with (tmp_path / "posts.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "account", "time", "platform", "text"])
        for n, row in enumerate(rows):
            writer.writerow([n, f"real{row['account']}", row["time"].isoformat(), row["platform"], row["text"]])
    named = [f"{name},{office},outlet,," for name, office in OUTLETS.items()]
    (tmp_path / "official.csv").write_text("\n".join(["name,office,kind,jurisdiction,brands", *named, ""]))
    (tmp_path / "seen.txt").write_text("\n".join([*SHOPS, FAKE, "not a name", ""]))
    (tmp_path / "list.csv").write_text(f"domain,opinion\n{FAKE},unreliable\n")
    return tmp_path


def asked(place, **more):
    return NarrativesRequest(
        out=place / "out",
        posts=("posts.csv",),
        official=("official.csv",),
        observed=("seen.txt",),
        opinions=(Listed("A List", "list.csv", date(2024, 5, 1)),),
        **more,
    )


def test_a_folder_is_written_that_a_workspace_takes_in(place):
    summary = scan_narratives(asked(place))
    signs = {one.content.sign: one for one in summary.findings if one.standing == "lead"}
    assert {"imitated outlet", "burst"} <= set(signs)
    assert signs["imitated outlet"].content.opinions == (f"{FAKE}: unreliable (opinion of A List of 2024-05-01)",)
    assert signs["burst"].first.date() == date(2024, 1, 31)
    assert ScanSummary.model_validate_json((place / "out/scan.json").read_bytes()) == summary
    taken = scans.read(place / "out")
    assert {one.id for one in taken.findings} == {one.id for one in summary.findings if one.standing != "interest"}
    text = "".join(
        path.read_text() for path in (place / "out").glob("*.*") if path.suffix in (".html", ".csv", ".json")
    )
    assert "realacct" not in text
    assert "not a name" not in (place / "out/quarantine.csv").read_text()
    assert "seen.txt" in (place / "out/quarantine.csv").read_text()
    again = scan_narratives(asked(place))
    assert [one.id for one in again.findings] == [one.id for one in summary.findings]


def test_the_command_says_the_whole_request(place, monkeypatch):
    whole = asked(
        place,
        options=ReadOptions({"account": "author"}, "Europe/Kyiv", "DMY", "utf-8", "birdsite"),
        format="csv",
        claims=("a claim.json",),
        pictures=place / "shown",
        mapping={"claims": {"text": "claim"}, "observed": {"name": "host"}},
        engine="sc://127.0.0.1:15002",
        tables="a bucket",
    )
    heard = []

    def listen(given, _):
        heard.append(given)
        raise UsageError("enough")

    monkeypatch.setattr("tocsin.jobs.narratives.scan_narratives", listen)
    with pytest.raises(UsageError, match="enough"):
        load_verb("narratives").main(shlex.split(whole.command())[2:], standalone_mode=False)
    assert heard == [whole]


@pytest.mark.parametrize("engine", ["embedded", pytest.param("sail", marks=pytest.mark.slow)])
def test_on_an_engine_the_same_is_found(place, request, engine):
    address = engine if engine == "embedded" else request.getfixturevalue(engine)
    here = scan_narratives(asked(place))
    aside = (place / "out/quarantine.csv").read_text()
    given = asked(place, engine=address, tables=str(place / "tables"))
    (place / "shared").mkdir()
    pq.write_table(pa.csv.read_csv("posts.csv").sort_by("text"), place / "shared/posts.parquet")
    by_url = replace(given, posts=((place / "shared").as_uri(),))
    assert len(here.findings) > 2
    for one in (by_url,) if engine == "embedded" else (given, by_url):
        there = scan_narratives(one)
        assert [finding.model_dump() for finding in there.findings] == [one.model_dump() for one in here.findings]
        assert there.reading == here.reading
        assert (place / "out/quarantine.csv").read_text() == aside


@pytest.mark.parametrize(
    "words",
    ["--engine embedded", "--opinions list.csv", "--opinions A@tomorrow=x.csv", "--map claims.text", "--map no.x=y"],
)
def test_what_is_said_wrong_is_told(place, words):
    with pytest.raises(UsageError, match=r"is not|go together"):
        load_verb("narratives").main(["posts.csv", "--out", "out", *words.split(" ", 1)], standalone_mode=False)


def test_nothing_to_look_at_is_told(place):
    with pytest.raises(UsageError, match="nothing to look at"):
        scan_narratives(NarrativesRequest(out=place / "out"))


def test_pictures_are_listed_with_their_posts(tmp_path):
    folder = tmp_path / "shown"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.png", "deep/b.png", ".hidden"):
        (folder / name).write_bytes(name.encode())
    (folder / "out.png").symlink_to(tmp_path / "elsewhere.png")
    text = io.StringIO()
    csv.writer(text).writerows(
        [("post", "file"), ("p2", "a.png"), ("p1", "a.png"), ("p3", "../elsewhere.png"), ("", "a.png")]
    )
    (tmp_path / "shown.csv").write_text(text.getvalue())
    (tmp_path / "elsewhere.png").write_bytes(b"x")
    files, aside = list_pictures(folder)
    assert [(one.name, one.posts) for one in files] == [("a.png", ("p1", "p2")), ("deep/b.png", ())]
    assert [one.row for one in aside] == [4, 5]
    (tmp_path / "shown.csv").write_text(f"post,file\n1,{'a' * 140_000}\n")
    with pytest.raises(InputError, match="no CSV in UTF-8"):
        list_pictures(folder)
    (tmp_path / "shown.csv").unlink()
    with pytest.raises(InputError, match="holds no pictures"):
        list_pictures(tmp_path / "shown" / "none")
