"""What is withheld from an audience changes nothing it can see over TAXII: no body, manifest, count, cursor, header or
error. Two workspaces that differ in nothing but the withheld are asked the same by every account."""

import re
import shutil
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import httpx2
import pytest
from stix_objects import AT
from tests.cases.making import ANNA, BELA, CORA, Built, people
from tests.share.taxii.conftest import serving

from tocsin.cases import acts, work
from tocsin.model.case import Case
from tocsin.model.exchange import Narrative
from tocsin.share.release import objects_of, recall, release, restrict, set_audience
from tocsin.share.stix import entities
from tocsin.share.taxii.accounts import open_account, open_collection
from tocsin.store import exchange
from tocsin.store.workspace import Workspace

ACME, OTHER = (f"identity--6d1b8e0c-93a5-4d37-9b0e-2f3f0c5a7e1{n}" for n in (1, 2))
UNKNOWN = "note--6d1b8e0c-93a5-4d37-9b0e-2f3f0c5a7e99"
SECRET = "Zinnober-Quittung-4711"
#: Audiences: TLP and PAP ceilings, organisations.
AUDIENCES = {
    "green": ("green", "red", ()),
    "amber": ("amber", "clear", ()),
    "acme": ("amber", "red", (ACME,)),
    "both": ("amber+strict", "red", (ACME, OTHER)),
    "inner": ("red", "red", (ACME,)),
}
#: Markings of what is added, and who may see it.
MARKINGS = {
    "red": ({"tlp": "red"}, {"inner"}),
    "amber+strict": ({"tlp": "amber+strict"}, {"both", "inner"}),
    "amber": ({"tlp": "amber"}, {"amber", "acme", "both", "inner"}),
    "pap": ({"tlp": "green", "pap": "amber"}, {"green", "acme", "both", "inner"}),
    "organisation": ({"tlp": "green", "organisations": [ACME]}, {"acme", "inner"}),
    "all": ({"tlp": "amber", "pap": "red", "organisations": [ACME, OTHER]}, {"acme", "both", "inner"}),
}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A workspace with a case, its audiences, a collection and an account for each, and nothing released."""
    ws = Workspace.create(tmp_path_factory.mktemp("before") / "workspace", "Watch")
    people(ws)
    built = Built(ws).ready()
    built.edit(tlp="green")
    tokens, collections = {}, {}
    for name, (tlp, pap, members) in AUDIENCES.items():
        made = set_audience(ws, CORA, name, tlp, pap, members, may_know_origin=name == "both")
        collections[name] = open_collection(ws, CORA, name, made.id).id
        tokens[name] = open_account(ws, CORA, name, (collections[name],))[1]
    objects_of(ws, BELA, built.case_id, "core")  # ids are minted, so that both workspaces have the same
    with ws.write("cora", "secret of releases"):
        (ws.path / "release.key").write_bytes(bytes(range(32)))
    ws.close()
    return SimpleNamespace(path=ws.path, case=built.case_id, tokens=tokens, collections=collections)


@contextmanager
def world(before, folder, monkeypatch, marking=None):
    """A copy of the workspace, with a narrative more if there is a marking for it; then all is released, corrected and
    released again, at the same times."""
    shutil.copytree(before.path, folder)
    ws = Workspace.open(folder)
    id_ = ""
    if marking:
        added = entities.add(ws, ANNA, before.case, Narrative(text=f"They say {SECRET}."), f"Story {SECRET}")
        objects, _ = objects_of(ws, BELA, before.case, "core")
        (id_,) = [obj["id"] for obj in objects if SECRET in obj.get("abstract", "")]
        assert id_ == added.stix_id
        restrict(ws, ANNA, before.case, id_, **marking)
    seconds = count()
    start = int(AT.timestamp())
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "time", SimpleNamespace(time_ns=lambda: (start + 60 * next(seconds)) * 10**9))
        patch.setattr(acts, "now", lambda: AT)
        for name in AUDIENCES:
            release(ws, BELA, before.case, name)
        with ws.read() as reader:
            version = reader.get(Case, before.case).version
        work.edit(ws, ANNA, before.case, version, unknown="Who paid, and how much.")
        recall(ws, BELA, before.case, "more is not known")
        with serving(ws) as url:
            yield SimpleNamespace(url=url, ws=ws, id=id_)
    ws.close()


QUERIES = (
    "", "limit=1", "limit=3", "limit=1000", "match[version]=all", "match[version]=first", "match[type]=note",
    "match[type]=note&limit=2", "match[spec_version]=2.1", "added_after=2026-11-23T12:03:00Z", "limit=0", "next=x",
    "added_after=y",
)  # fmt: skip


def requests(collection, ids):
    """Everything that can be asked of a server about a collection."""
    here = f"exchange/collections/{collection}/"
    for path in ("", "exchange/", "exchange/collections/", here, "exchange/status/none/"):
        yield "GET", path, ""
    for query in QUERIES:
        yield "GET", f"{here}objects/", query
        yield "GET", f"{here}manifest/", query
    for id_ in ids:
        yield from about(collection, id_)
    yield "POST", f"{here}objects/", ""
    yield "PUT", f"{here}objects/", ""


def about(collection, id_):
    """Everything that can be asked about one object."""
    here = f"exchange/collections/{collection}/"
    yield "GET", f"{here}objects/{id_}/", ""
    yield "GET", f"{here}objects/{id_}/", "match[version]=all"
    yield "GET", f"{here}objects/{id_}/versions/", ""
    yield "GET", f"{here}manifest/", f"match[id]={id_}"
    yield "DELETE", f"{here}objects/{id_}/", ""


def asked(world, token, requests):
    """Every answer: what was asked, status, headers and body; of lists, all pages."""
    found = []
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        for method, path, query in requests:
            following = ""
            while True:
                url = f"{world.url}{path}?{query}{following}"
                answer = client.request(method, url, headers={"Accept": "application/taxii+json;version=2.1"})
                headers = {name: value for name, value in answer.headers.items() if name != "date"}
                found.append((method, path, query, answer.status_code, headers, answer.content))
                more = answer.json() if answer.status_code == 200 else {}
                if not more.get("more"):
                    break
                following = f"&next={more['next']}"
    return [(*rest, body.replace(world.url.encode(), b"<root>")) for *rest, body in found]


@pytest.fixture(scope="module")
def plain(before, tmp_path_factory):
    """What everybody sees where nothing was added, by audience, and the ids that are there or could be."""
    with pytest.MonkeyPatch.context() as patch, world(before, tmp_path_factory.mktemp("plain") / "w", patch) as made:
        ids = [UNKNOWN]
        with made.ws.read() as reader:
            for collection in before.collections.values():
                ids += [row.id for row in exchange.page(reader, collection, exchange.EVERY, -1, 3).rows[2:]]
        answers = {}
        for name, token in before.tokens.items():
            answers[name] = asked(made, token, requests(before.collections[name], ids))
        foreign = asked(made, before.tokens["green"], requests(before.collections["inner"], ids))
    assert {status for _, _, _, status, _, _ in answers["green"]} >= {200, 400, 403, 404, 405}
    assert {status for _, path, _, status, _, _ in foreign if before.collections["inner"] in path} <= {
        400,
        403,
        404,
        405,
    }
    return SimpleNamespace(answers=answers, ids=ids, foreign=foreign)


@pytest.mark.parametrize(
    "marking", ["red", *(pytest.param(name, marks=pytest.mark.slow) for name in MARKINGS if name != "red")]
)
def test_what_is_withheld_changes_no_answer(before, plain, marking, tmp_path, monkeypatch):
    said, may_see = MARKINGS[marking]
    with world(before, tmp_path / "w", monkeypatch, said) as made:
        for name, token in before.tokens.items():
            found = asked(made, token, requests(before.collections[name], plain.ids))
            assert (SECRET in repr(found)) is (name in may_see), name
            if name not in may_see:
                assert found == plain.answers[name], name
                own, unknown = (asked(made, token, about(before.collections[name], id_)) for id_ in (made.id, UNKNOWN))
                assert unnamed(own) == unnamed(unknown)  # its id is no better known than one that was made up
        assert asked(made, before.tokens["green"], requests(before.collections["inner"], plain.ids)) == plain.foreign


def unnamed(answers):
    """Answers without the id that was asked for."""
    return [(status, headers, re.sub(rb"note--[0-9a-f-]{36}", b"", body)) for *_, status, headers, body in answers]
