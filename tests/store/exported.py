"""A good export, and the tools to damage it: as bytes, as files, and written anew so that all but one thing fits."""

import hashlib
import io
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.store.build import item, lead

from tocsin.store import export, journal, merkle, timestamps
from tocsin.store.canonical import canonical, digest
from tocsin.store.plainzip import Member, Writer, directory, local_header
from tocsin.store.workspace import Workspace

TEXTS = (b"The first thing that was seen.\n", b"", "Le lendemain, à Nîmes.\n".encode() * 100)


class Yesterday(datetime):
    """The clock of the first entries."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=1)


def made(folder, authority, patch):
    """Export two days of a workspace: three items written in one entry, one alone, two of five leads, and a stamp for
    each day."""
    with patch.context() as context:
        context.setattr(journal, "datetime", Yesterday)
        workspace = Workspace.create(folder / "workspace", "Watch")
        kept = [workspace.vault.put(text) for text in TEXTS]
        with workspace.write("ada", "capture", "tip 7", note="Jane Roe told us") as w:
            items = w.put_many([item(one, id=f"item-{n}", name=f"{n}.txt") for n, one in enumerate(kept)])
        with workspace.write("ada", "leads") as w:
            leads = w.put_many([lead(n, id=f"lead-{n}") for n in range(5)])
    workspace.journal.make_root((datetime.now(UTC) - timedelta(days=1)).date())
    with workspace.write("bob", "capture") as w:
        items += w.put_many([item(workspace.vault.put(b"Alone."), id="item-9")])
    timestamps.stamp(workspace, authority.url, [authority.certificate], by="bob")
    workspace.journal.make_root(datetime.now(UTC).date())
    timestamps.stamp(workspace, authority.url, [authority.certificate], by="bob")
    export.export(workspace, folder / "export.zip", [*items, *leads[1:3]], by="bob", note="for Jane Roe")
    workspace.close()
    return Export((folder / "export.zip").read_bytes())


class Export(NamedTuple):
    """The bytes of an export."""

    data: bytes

    @property
    def places(self):
        """Where each file's content begins and ends."""
        found, at = {}, 0
        while self.data[at : at + 4] == b"PK\3\4":
            size, length = (int.from_bytes(self.data[at + n : at + n + w], "little") for n, w in ((18, 4), (26, 2)))
            start = at + 30 + length
            found[self.data[at + 30 : start].decode()] = (start, start + size)
            at = start + size
        return found

    @property
    def files(self):
        return {name: self.data[start:end] for name, (start, end) in self.places.items()}

    def named(self, start):
        """The names of the files in a folder."""
        return [name for name in self.files if name.startswith(start)]


def flip(data, at, bits=1):
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def listed(files):
    """What a manifest lists of these files."""
    rest = sorted((name, data) for name, data in files.items() if name != "manifest.json")
    return [{"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in rest]


def sealed(files, **about):
    """A zip of these files with a manifest that lists them as they are."""
    files = {name: data for name, data in files.items() if data is not None}
    manifest = json.loads(files["manifest.json"]) | {"files": listed(files)} | about
    return packed(files | {"manifest.json": canonical(manifest)})


def packed(files):
    """A zip in the form that the format asks, of these files as they are."""
    out = io.BytesIO()
    writer = Writer(out)
    for name in sorted(files):
        writer.add(name, io.BytesIO(files[name]))
    writer.close()
    return out.getvalue()


def loose(members):
    """A zip of the right structure with any names in any order."""
    out, kept = io.BytesIO(), []
    for name, data in members:
        at, crc = out.tell(), zlib.crc32(data)
        header = local_header(name, len(data), crc)
        out.write(header + data)
        kept.append(Member(name, at, at + len(header), len(data), crc))
    out.write(directory(kept, out.tell()))
    return out.getvalue()


def read_journal(files):
    return [json.loads(line) for line in files["journal.jsonl"].splitlines()]


def write_journal(entries):
    return b"".join(canonical(entry) + b"\n" for entry in entries)


def rehashed(entry, **fields):
    """An entry with other fields and the hash that fits them."""
    entry = {name: value for name, value in (entry | fields).items() if name != "hash"}
    return entry | {"hash": digest(entry)}


def chained(entries):
    """The entries numbered and chained anew: a history that was written anew."""
    written, previous = [], "0" * 64
    for number, entry in enumerate(entries):
        written.append(rehashed(entry, seq=number, previous=previous))
        previous = written[-1]["hash"]
    return written


def forged(files, **rows):
    """An export in which these records have other rows and everything else was made to fit: what somebody can do who
    writes the whole history anew."""
    entries, records = read_journal(files), {}
    for name in (name for name in files if name.startswith("records/")):
        one = json.loads(files[name])
        one["row"] = rows.get(one["id"].replace("-", "_"), one["row"])
        one["in_entry"] = {"index": 0, "path": []}
        leaf = canonical([one["kind"], one["id"], one["version"], digest({n: one[n] for n in ("nonce", "row")})])
        one["entry"] = len(entries)
        entries.append(entries[-1] | {"changes": 1, "changes_root": merkle.leaf(leaf).hex()})
        records[name] = one
    entries = chained(entries)
    leaves = [merkle.leaf(bytes.fromhex(entry["hash"])) for entry in entries]
    levels = merkle.tree(leaves)
    for one in records.values():
        one["in_root"] = [step.hex() for step in merkle.path(levels, one["entry"])]
    root = json.loads(files["manifest.json"])["root"]
    root |= {"entries": len(entries), "head": entries[-1]["hash"], "root": merkle.root(leaves).hex()}
    kept = {name: data for name, data in files.items() if not name.startswith(("roots/", "timestamps/"))}
    kept |= {name: canonical(one) for name, one in records.items()} | {"journal.jsonl": write_journal(entries)}
    return sealed(kept | {f"roots/{root['day']}.json": canonical(root)}, root=root, made=entries[-1]["time"])


def write(folder: Path, data: bytes) -> Path:
    path = folder / "export.zip"
    path.write_bytes(data)
    return path
