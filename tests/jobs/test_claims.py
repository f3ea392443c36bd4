"""Claims in folders and workspaces, links that people settle, and the commands for all of it."""

import json
from contextlib import closing

import pytest
from PIL import Image

from tocsin.cli.app import command
from tocsin.detect.fabrication import encoders
from tocsin.errors import ConflictError, ForbiddenError, InputError, NotFoundError, UsageError
from tocsin.jobs import check, claims
from tocsin.jobs.check import message_of
from tocsin.jobs.claims import ClaimsRequest, add_claims, index_in, links_in, settle, settled_in, suggest
from tocsin.jobs.sites import Lists, add_sites
from tocsin.model.people import Actor
from tocsin.store.claims import claims_of, collections, index_folder
from tocsin.store.workspace import Workspace

ANN = Actor(id="ann", roles=frozenset({"analyst"}))
EVE = Actor(id="eve", roles=frozenset({"reader"}))
CLAIM = "The mayor of Oldtown closed 12 polling stations on the day before the vote."
MESSAGE = CLAIM.replace("12", "15")


@pytest.fixture(autouse=True)
def no_models(monkeypatch):
    monkeypatch.setattr(encoders, "available", tuple)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(f'claim_id,claim,publisher,verdict,url\n1,"{CLAIM}",Desk,No evidence,https://desk.example/1\n')
    return path


@pytest.fixture
def ws(tmp_path):
    with closing(Workspace.create(tmp_path / "ws", "Watch")) as made:
        yield made


def test_a_workspace_keeps_claims_and_what_people_say_of_links(ws, file, tmp_path):
    kept, found = add_claims(ws, ANN, ClaimsRequest((str(file),)), "Desk, May")
    assert (kept.claims, found.table.num_rows, index_folder(ws).is_dir()) == (1, 1, True)
    assert add_claims(ws, ANN, ClaimsRequest((str(file),)), "Desk, May")[0].id == kept.id
    newer = tmp_path / "newer.csv"
    newer.write_text(file.read_text().replace("No evidence", "Wrong") + "2,Another one entirely,Desk,Wrong,\n")
    before = index_folder(ws)
    add_claims(ws, ANN, ClaimsRequest((str(newer),)), "Desk, June")
    assert (len(collections(ws)), before.is_dir()) == (2, False)
    assert dict(zip(*claims_of(ws).select(["claim", "verdict"]).to_pydict().values(), strict=True)) == {
        "1": "Wrong",
        "2": "Wrong",
    }
    answer = check.answer(check.checker_in(ws), message_of(MESSAGE), check.sites_in(ws))
    assert (answer.answer, answer.matches[0].link.verdict) == ("looks like", "Wrong")

    check.keep(ws, ANN, MESSAGE, answer)
    (link,) = suggest(ws, ANN, MESSAGE, [one.link for one in answer.matches])
    with pytest.raises(UsageError, match="reason"):
        settle(ws, ANN, link.id, "confirmed", " ")
    with pytest.raises(ForbiddenError):
        settle(ws, EVE, link.id, "confirmed", "Same.")
    assert settle(ws, ANN, link.id, "confirmed", "Same mayor, same day.").link.state == "confirmed"
    with pytest.raises(ConflictError):
        settle(ws, ANN, link.id, "rejected", "No.")
    told = check.checker_in(ws).text(MESSAGE.upper())
    assert (told.answer, told.matches[0].how, told.matches[0].link.state) == ("checked", "confirmed", "confirmed")
    claims.reopen(ws, ANN, link.id)
    settle(ws, ANN, link.id, "rejected", "Another number.")
    with ws.read() as reader:
        assert list(settled_in(reader).values()) == [{"1": "rejected"}]
    assert check.checker_in(ws).text(MESSAGE).answer == "nobody has checked"
    assert [one.state for one in links_in(ws)] == ["rejected"]
    with pytest.raises(NotFoundError):
        claims.link_of(ws, "zzz")
    assert list(ws.check()) == []


def test_lists_of_sites_are_kept_for_every_check(ws, tmp_path):
    names, listed = tmp_path / "outlets.csv", tmp_path / "l.csv"
    names.write_text("name,office,kind\ndaily-herald.example,Daily Herald,outlet\n")
    listed.write_text("domain,category\ndaily-herald.ltd,unreliable\n")
    lists = Lists((str(names),), (("Some list", None, str(listed)),))
    with pytest.raises(ForbiddenError):
        add_sites(ws, EVE, lists)
    assert [one.holds for one in add_sites(ws, ANN, lists)] == ["official", "opinions"]
    listed.write_text("domain,category\ndaily-herald.ltd,mixed\n")
    add_sites(ws, ANN, Lists((), lists.opinions))
    found = check.check_in(ws.path, message_of("See https://daily-herald.ltd/x"), None)
    assert [one.imitated for one in found.imitated] == ["daily-herald.example"]
    assert found.opinions == ("daily-herald.ltd: mixed (opinion of Some list, undated)",)
    assert (found.answer, collections(ws)) == ("nobody has checked", ())
    with pytest.raises(UsageError):
        add_sites(ws, ANN, Lists())


def test_an_index_that_is_damaged_is_made_again(ws, file):
    add_claims(ws, ANN, ClaimsRequest((str(file),)), "Desk")
    (index_folder(ws) / "entry.npy").write_bytes(b"no array")
    assert index_in(ws).search([CLAIM])[0][0].rows == (0,)
    with pytest.raises(ForbiddenError):
        add_claims(ws, EVE, ClaimsRequest((str(file),)), "Desk")


def test_what_a_message_is(tmp_path, file):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><head><title>no</title></head><script>no</script><p>Said &amp; done</p>")
    assert message_of(str(page)).text == "Said & done"
    assert message_of("https://x.example/a", page) == check.Message("Said & done", ("https://x.example/a",))
    picture = tmp_path / "x.png"
    Image.radial_gradient("L").save(picture)
    assert message_of(str(picture)).picture.startswith(b"\x89PNG")
    assert message_of("no such file.txt").text == "no such file.txt"
    assert message_of("https://x.example/\udcff").addresses == ("https://x.example/?",)
    with pytest.raises(UsageError):
        message_of("  ")
    with pytest.raises(InputError):
        message_of("https://x.example/a", tmp_path / "none.html")


def test_the_commands(tmp_path, file, capsys):
    def run(*words, code=0):
        with pytest.raises(SystemExit) as end:
            command().main([*map(str, words)], prog_name="tocsin")
        assert (end.value.code or 0) == code
        return capsys.readouterr().out

    out = tmp_path / "kept"
    assert "1 claims" in run("claims", "read", file, "--out", out)
    text = run("check", MESSAGE, "--claims", out)
    assert text.startswith("Looks like.")
    assert "[15]" in text
    assert "Numbers differ" in text
    assert "Desk: No evidence" in text
    assert "suggested, found by meaning; probability" in text
    assert run("check", f"{CLAIM} https://bad.example/x", "--claims", file).startswith("Checked.")
    lists = tmp_path / "l.csv"
    lists.write_text("domain,category\nbad.example,unreliable\n")
    told = run("check", "See https://bad.example/x", "--claims", out, "--opinions", f"Some list@2024-05-01={lists}")
    assert "Nobody has checked" in told
    assert "bad.example: unreliable (opinion of Some list of 2024-05-01)" in told
    assert json.loads(run("check", CLAIM, "--claims", out, "--json"))["answer"] == "checked"
    run("check", CLAIM, code=2)
    run("check", CLAIM, "--claims", out, "--opinions", "nameless", code=2)
