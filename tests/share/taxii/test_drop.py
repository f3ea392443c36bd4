"""Exchange by signed files: the same result as online, and whatever is not as it was signed is refused."""

import json

import pytest
from tests.share.taxii.conftest import ACTOR, identity, instance

from tocsin.errors import ForbiddenError, InputError, UsageError
from tocsin.model.exchange import Partner
from tocsin.model.people import Actor
from tocsin.progress import Silent
from tocsin.share.taxii import drop, partners
from tocsin.store import signing

LATER = "2021-01-01T00:00:00.000Z"


@pytest.fixture
def stick(tmp_path):
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def write(place, name, folder):
    return drop.write(place.workspace, ACTOR, name, folder, Silent())


def read(place, name, folder):
    return drop.read(place.workspace, ACTOR, name, folder, Silent())


def linked(one, two):
    """A collection of each, tied to the other's, with keys and without an address."""
    shared, local = one.collection(), two.collection()
    keys = [signing.public_key(place.workspace) for place in (one, two)]
    partners.add(one.workspace, ACTOR, "two", "", keys[1], [f"{local}={shared}"])
    partners.add(two.workspace, ACTOR, "one", "", keys[0], [f"{shared}={local}"])
    return shared, local


def test_both_ways_by_files_is_the_same_as_online(one, two, stick, tmp_path):
    shared, local = linked(one, two)
    first, ours = [identity() for _ in range(30)], [identity() for _ in range(20)]
    one.keep(shared, first)
    two.keep(local, ours)
    assert write(one, "two", stick).new == 30
    assert write(two, "one", stick).new == 20
    assert read(two, "one", stick).new == 30
    assert read(one, "two", stick).new == 20
    one.keep(shared, [{**first[0], "modified": LATER, "revoked": True}])
    assert write(one, "two", stick).new == 1
    assert read(two, "one", stick).new == 1
    assert one.held(shared) == two.held(local)
    with instance(tmp_path / "three") as three:  # online, from the same source
        secret = one.admit("three", [shared])
        online = three.knows("one", one.url, secret).links[0].local
        three.pull("one", secret)
        assert three.held(online) == two.held(local)
    assert one.workspace.check() == two.workspace.check() == []


def test_files_are_numbered_bundles_and_never_written_over(one, two, stick):
    shared, _ = linked(one, two)
    for _ in range(2):
        one.keep(shared, [identity() for _ in range(3)])
        write(one, "two", stick)
    assert write(one, "two", stick).new == 0
    names = sorted(path.name for path in stick.iterdir())
    assert [name.rpartition("-")[2] for name in names] == ["000001.json", "000001.sig", "000002.json", "000002.sig"]
    bundle = json.loads((stick / names[0]).read_bytes())
    assert (bundle["type"], len(bundle["objects"])) == ("bundle", 3)
    one.keep(shared, [identity()])
    other = stick / names[0].replace("000001", "000003")
    other.write_text("somebody else's")
    with pytest.raises(UsageError, match="not what would be written"):
        write(one, "two", stick)
    assert other.read_text() == "somebody else's"


def test_a_run_killed_after_its_file_takes_it_as_it_is(one, two, stick, monkeypatch):
    shared, local = linked(one, two)
    one.keep(shared, [identity() for _ in range(3)])
    monkeypatch.setattr(drop, "relink", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write(one, "two", stick)
    monkeypatch.undo()
    one.keep(shared, [identity()])
    assert write(one, "two", stick).new == 4
    assert len(list(stick.iterdir())) == 4
    read(two, "one", stick)
    assert one.held(shared) == two.held(local)


def sent(one, two, stick, files=1):
    shared, _ = linked(one, two)
    for _ in range(files):
        one.keep(shared, [identity()])
        write(one, "two", stick)
    return sorted(stick.glob("*.sig"))


@pytest.mark.parametrize("end", [".json", ".sig"])
def test_one_changed_byte_is_refused(one, two, stick, end):
    path = sent(one, two, stick)[0].with_suffix(end)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(InputError):
            read(two, "one", stick)
    path.write_bytes(whole)
    assert read(two, "one", stick).new == 1


def test_somebody_elses_signature_is_refused(one, two, stick, tmp_path):
    path = sent(one, two, stick)[0]
    statement = json.loads(path.read_text())
    with instance(tmp_path / "three") as three:
        content = {name: value for name, value in statement.items() if name not in ("key", "signature")}
        forged = signing.signed(three.workspace, content)
    for changed in (forged, {**forged, "key": statement["key"]}):
        path.write_text(json.dumps(changed))
        with pytest.raises(InputError):
            read(two, "one", stick)


def test_a_missing_file_is_named_and_later_ones_wait(one, two, stick):
    paths = sent(one, two, stick, files=3)
    kept = paths[1].read_bytes()
    paths[1].unlink()
    with pytest.raises(InputError, match="file 2 of one is missing"):
        read(two, "one", stick)
    with two.workspace.read() as reader:
        assert reader.page(Partner).items[0].links[0].taken == 1
    paths[1].write_bytes(kept)
    assert read(two, "one", stick).new == 2
    assert read(two, "one", stick).new == 0


def test_a_bundle_without_its_statement_does_not_count(one, two, stick):
    path = sent(one, two, stick)[0]
    path.unlink()
    with pytest.raises(InputError, match="no file signed by one"):
        read(two, "one", stick)


def test_who_may_and_what_is_needed(one, two, stick, tmp_path):
    linked(one, two)
    with pytest.raises(UsageError, match="not a folder"):
        write(one, "two", tmp_path / "nowhere")
    nobody = Actor(id="bob", roles=frozenset({"reader"}))
    with pytest.raises(ForbiddenError):
        drop.write(one.workspace, nobody, "two", stick, Silent())
    with pytest.raises(ForbiddenError):
        drop.read(one.workspace, nobody, "two", stick, Silent())
    with pytest.raises(UsageError, match="has no server"):
        one.pull("two", "")
    with pytest.raises(UsageError, match="an address, a key or both"):
        partners.add(one.workspace, ACTOR, "three")


def test_the_private_key_is_for_its_owner_alone(one):
    public = signing.public_key(one.workspace)
    path = one.workspace.path / signing.FILE
    assert path.stat().st_mode & 0o077 == 0
    assert signing.public_key(one.workspace) == public != path.read_bytes().hex()
    assert [entry.subject for entry in one.workspace.journal.entries() if entry.action == "signing key made"] == [
        public
    ]
