"""What can be done to an export, each with files in which a check must find it ("": the zip itself; None: where
it says)."""

import io
import json
import struct
import zipfile

from tests.store.exported import (
    chained,
    flip,
    forged,
    loose,
    packed,
    read_journal,
    rehashed,
    sealed,
    write_journal,
)

from tocsin.store import merkle
from tocsin.store.canonical import canonical

ROW = '{"id":"item-9","sha256":"%s","size":%s}'
HASH = "ab" * 32
MANIFEST, JOURNAL = "manifest.json", "journal.jsonl"


def damages(export):
    """Name of each damage: the bytes that it leaves, and the files in which it must be found."""
    return {**flipped(export), **zips(export), **manifests(export), **journals(export), **roots(export)} | {
        **records(export),
        **vaults(export),
        **stamps(export),
    }


def flipped(export):
    """One bit of one file, or of what stands around it."""
    found = {}
    for name, (start, end) in export.places.items():
        if end > start:
            found[f"a bit of {name}"] = (flip(export.data, (start + end) // 2), {name})
    start, _ = export.places[JOURNAL]
    header = start - 30 - len(JOURNAL)
    for field, at in {"version": 4, "flags": 6, "method": 8, "time": 10, "date": 12, "crc": 14, "extra": 28}.items():
        found[f"{field} in a header"] = (flip(export.data, header + at), None if field == "extra" else {""})
    found["size in a header"] = (flip(export.data, header + 18), None)
    found["name in a header"] = (flip(export.data, header + 30), None)
    directory = export.data.rindex(b"PK\1\2")
    for at in (4, 6, 10, 16, 20, 28, 30, 34, 38, 42, 46, 60):
        found[f"byte {at} in the directory"] = (flip(export.data, directory + at), {""})
    for at in (4, 8, 12, 16, 20):
        found[f"byte {at} in the end record"] = (flip(export.data, len(export.data) - 22 + at), {""})
    return found


def zips(export):
    """Other zips with the same files, and what is no such zip."""
    data, files = export.data, export.files
    members = sorted(files.items())
    deflated, stored = io.BytesIO(), io.BytesIO()
    for out, method in ((deflated, zipfile.ZIP_DEFLATED), (stored, zipfile.ZIP_STORED)):
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, content in members:
                archive.writestr(name, content)
    comment = data[:-2] + struct.pack("<H", 5) + b"hello"
    return {
        "nothing": (b"", {MANIFEST, ""}),
        "text": (b"PK is not enough\n" * 9, {MANIFEST, ""}),
        "a byte more": (data + b"\0", {""}),
        "a comment": (comment, {""}),
        "a byte before": (b"\0" + data, {MANIFEST, ""}),
        "a byte less": (data[:-1], {""}),
        "half": (data[: len(data) // 2], None),
        "no directory": (data[: data.index(b"PK\1\2")], {""}),
        "compressed": (deflated.getvalue(), None),
        "another program's zip": (stored.getvalue(), {""}),
        "a file twice": (loose(sorted([*members, ("README.txt", b"other")])), None),
        "out of order": (loose([members[1], members[0], *members[2:]]), None),
        "a zip in front": (stored.getvalue() + data, None),
    }


def manifests(export):
    """Manifests that list other files, state other things, or are no manifests."""
    files = export.files
    about = json.loads(files[MANIFEST])
    root, lists = about["root"], about["files"]
    found = {
        "no manifest": (packed({name: data for name, data in files.items() if name != MANIFEST}), {MANIFEST}),
        "a file is gone": (
            packed({name: data for name, data in files.items() if name != "README.txt"}),
            {"README.txt"},
        ),
    }
    for name in ("vault/" + HASH, "README2.txt", "../../etc/passwd", "/README.txt", "a\\b", "vault/" + "AB" * 32):
        found[f"{name} is added"] = (packed(files | {name: b"more"}), {name})
        found[f"{name} is added and listed"] = (sealed(files | {name: b"more"}), {name})
    texts = {
        "spaces": json.dumps(about).encode(),
        "keys in another order": json.dumps(dict(reversed(about.items())), separators=(",", ":")).encode(),
        "a mark in front": b"\xef\xbb\xbf" + files[MANIFEST],
        "a key twice": files[MANIFEST].replace(b'{"files"', b'{"made":"","files"', 1),
        "depth": b"[" * 100_000 + b"]" * 100_000,
        "no UTF-8": files[MANIFEST].replace(b'"made":"', b'"made":"\xff', 1),
        "half a letter": files[MANIFEST].replace(b'"made":"', b'"made":"\\ud800', 1),
        "a fraction": files[MANIFEST].replace(b'"entries":', b'"entries":0.', 1),
        "a large number": files[MANIFEST].replace(b'"entries":', b'"entries":99999999999999999999', 1),
        "not a number": files[MANIFEST].replace(b'"entries":', b'"entries":NaN,"x":', 1),
        "no JSON": b"manifest",
        "null": b"null",
        "a newline": files[MANIFEST] + b"\n",
    }
    values = {
        "one field more": about | {"note": ""},
        "another format": about | {"format": "tocsin-export/2"},
        "another time": about | {"made": "2020-01-01T00:00:00.000000Z"},
        "another workspace": about | {"workspace": "other"},
        "a root over less": about | {"root": root | {"entries": root["entries"] - 1}},
        "a root over more": about | {"root": root | {"entries": root["entries"] + 1}},
        "a root over nothing": about | {"root": root | {"entries": 0}},
        "another head": about | {"root": root | {"head": HASH}},
        "another root": about | {"root": root | {"root": HASH}},
        "a true for a number": about | {"root": root | {"entries": True}},
        "a negative number": about | {"root": root | {"entries": -1}},
        "a file less": about | {"files": lists[1:]},
        "a size": about | {"files": [lists[0] | {"size": lists[0]["size"] + 1}, *lists[1:]]},
        "a digest": about | {"files": [lists[0] | {"sha256": HASH}, *lists[1:]]},
        "a digest in capitals": about | {"files": [lists[0] | {"sha256": lists[0]["sha256"].upper()}, *lists[1:]]},
        "a file that is not there": about | {"files": [*lists, {"name": "vault/" + HASH, "sha256": HASH, "size": 1}]},
    }
    texts |= {name: canonical(value) for name, value in values.items()}
    return found | {f"manifest: {name}": (packed(files | {MANIFEST: text}), None) for name, text in texts.items()}


def journals(export):
    """Journals that were changed by somebody who knows the format, with a manifest that fits."""
    files, kept = export.files, read_journal(export.files)
    text, lines = files[JOURNAL], files[JOURNAL].splitlines(keepends=True)
    last = sorted(export.named("roots/"))[-1]
    changed = rehashed(kept[2], actor="zoe")
    found = {
        "the last entry is removed": (write_journal(kept[:-1]), {MANIFEST}),
        "the last three are removed": (write_journal(kept[:-3]), {MANIFEST, last}),
        "the first is removed": (write_journal(kept[1:]), None),
        "one is removed": (write_journal([*kept[:2], *kept[3:]]), None),
        "two are exchanged": (write_journal([kept[0], kept[2], kept[1], *kept[3:]]), None),
        "one is doubled": (write_journal([*kept[:3], *kept[2:]]), None),
        "one is changed": (write_journal([*kept[:2], kept[2] | {"actor": "zoe"}, *kept[3:]]), {JOURNAL}),
        "one is changed and hashed": (write_journal([*kept[:2], changed, *kept[3:]]), None),
        "the end is written anew": (write_journal(chained([*kept[:2], kept[2] | {"actor": "zoe"}, *kept[3:]])), None),
        "one is added": (write_journal(chained([*kept, kept[-1]])), {MANIFEST}),
        "nothing is left": (b"", None),
        "no last line feed": (text[:-1], {JOURNAL}),
        "other line ends": (text.replace(b"\n", b"\r\n"), {JOURNAL}),
        "an empty line": (b"".join([*lines[:2], b"\n", *lines[2:]]), {JOURNAL}),
        "an empty line at the end": (text + b"\n", {JOURNAL}),
        "spaces in a line": (text.replace(b'{"action"', b'{ "action"', 1), {JOURNAL}),
        "no UTF-8": (text.replace(b'"actor":"', b'"actor":"\xff', 1), {JOURNAL}),
        "a long line": (text.replace(b'"actor":"', b'"actor":"' + b"a" * 70_000, 1), {JOURNAL}),
        "one field more": (text.replace(b'{"action"', b'{"a":1,"action"', 1), {JOURNAL}),
        "a negative number": (text.replace(b'"seq":1', b'"seq":-1', 1), {JOURNAL}),
        "a fraction": (text.replace(b'"seq":1', b'"seq":1.0', 1), {JOURNAL}),
        "depth": (text.replace(lines[1], b"[" * 30_000 + b"]" * 30_000 + b"\n"), {JOURNAL}),
    }
    found = {f"journal: {what}": (sealed(files | {JOURNAL: data}), places) for what, (data, places) in found.items()}
    without = {name: data for name, data in files.items() if name != JOURNAL}
    return (
        found
        | {"journal: gone": (packed(without), {JOURNAL})}
        | {
            "journal: gone and not listed": (sealed(without), {JOURNAL}),
            "journal: cut with the root of the manifest": (cut(files, kept[:-3]), {last}),
        }
    )


def cut(files, entries):
    """An export with fewer entries and a manifest made to fit: only the root of the day knows more."""
    leaves = [merkle.leaf(bytes.fromhex(entry["hash"])) for entry in entries]
    root = json.loads(files[MANIFEST])["root"]
    root |= {"entries": len(entries), "head": entries[-1]["hash"], "root": merkle.root(leaves).hex()}
    return sealed(files | {JOURNAL: write_journal(entries)}, root=root, made=entries[-1]["time"])


def roots(export):
    """Roots of days that do not hold."""
    files = export.files
    first, last = sorted(export.named("roots/"))
    one = json.loads(files[first])
    values = {
        "over less": one | {"entries": one["entries"] - 1},
        "over nothing": one | {"entries": 0},
        "over more than there is": one | {"entries": 10**6},
        "another head": one | {"head": HASH},
        "another root": one | {"root": HASH},
        "another day": one | {"day": "2020-02-30"},
        "another workspace": one | {"workspace": "other"},
        "one field more": one | {"note": ""},
    }
    found = {f"root: {what}": (sealed(files | {first: canonical(value)}), None) for what, value in values.items()}
    found["root: of another day"] = (sealed(files | {first: files[last]}), None)
    found["root: spaces"] = (sealed(files | {first: files[first] + b" "}), None)
    found["root: too large"] = (sealed(files | {first: canonical(one | {"day": "9" * 70_000})}), None)
    found["root: gone"] = (sealed({name: data for name, data in files.items() if name != first}), None)
    return found


def records(export):
    """Records and proofs that do not hold."""
    files = export.files
    name, other = "records/item/item-1.json", "records/item/item-2.json"
    one = json.loads(files[name])
    inside, above = one["in_entry"], one["in_root"]
    values = {
        "another row": one | {"row": one["row"].replace("1.txt", "x.txt")},
        "another nonce": one | {"nonce": "00"},
        "another version": one | {"version": 2},
        "another entry": one | {"entry": 2},
        "an entry that is not there": one | {"entry": 10**6},
        "another place": one | {"in_entry": inside | {"index": 2}},
        "a place that is not there": one | {"in_entry": inside | {"index": 3}},
        "a far place": one | {"in_entry": inside | {"index": 2**53 - 1}},
        "a step less": one | {"in_entry": inside | {"path": inside["path"][1:]}},
        "a step more": one | {"in_entry": inside | {"path": [*inside["path"], HASH]}},
        "steps exchanged": one | {"in_entry": inside | {"path": inside["path"][::-1]}},
        "a step less to the root": one | {"in_root": above[:-1]},
        "another step to the root": one | {"in_root": [HASH, *above[1:]]},
        "another id": one | {"id": "item-2"},
        "another kind": one | {"kind": "lead"},
        "one field more": one | {"note": ""},
    }
    found = {what: sealed(files | {name: canonical(value)}) for what, value in values.items()}
    found["two exchanged"] = sealed(files | {name: files[other], other: files[name]})
    found["moved to another name"] = sealed(files | {"records/item/item-x.json": files[name]})
    found["gone with bytes left"] = sealed({n: data for n, data in files.items() if n != name})
    found["a name that leads out"] = sealed(files | {"records/../x.json": files[name]})
    rows = {
        "no JSON": "item",
        "no object": "[]",
        "null": "null",
        "no size": '{"sha256":"' + HASH + '"}',
        "a fraction": ROW % (HASH, "6.0"),
        "spaces": ROW % (HASH, " 6"),
        "depth": "[" * 20_000 + "]" * 20_000,
        "other bytes": ROW % (HASH, "6"),
        "another size": json.loads(files["records/item/item-9.json"])["row"].replace('"size":6', '"size":7'),
    }
    found |= {f"a forged row with {what}": forged(files, item_9=row) for what, row in rows.items()}
    return {f"record: {what}": (data, None) for what, data in found.items()}


def vaults(export):
    """Bytes that are not those of an item."""
    files = export.files
    sha256 = next(name for name in export.named("vault/") if files[name] == b"Alone.")
    without = {name: data for name, data in files.items() if name != sha256}
    return {
        "vault: other bytes of the same length": (sealed(files | {sha256: b"Along."}), {sha256}),
        "vault: longer": (sealed(files | {sha256: b"Alone.."}), {sha256}),
        "vault: empty": (sealed(files | {sha256: b""}), {sha256}),
        "vault: gone": (sealed(without), {"records/item/item-9.json"}),
        "vault: under another name": (sealed(without | {"vault/" + HASH: b"Alone."}), None),
        "vault: one more": (sealed(files | {"vault/" + HASH: b""}), {"vault/" + HASH}),
    }


def stamps(export):
    """Timestamps of something else."""
    files = export.files
    first, last = sorted(export.named("timestamps/"))
    found = {
        "of another day": files[last],
        "empty": b"",
        "text": b"confirmed",
        "far behind": b"\0" * (1 << 18) + files[first],
        "another digest": files[first].replace(b"\x04\x20", b"\x04\x21"),
    }
    found = {f"timestamp: {what}": (sealed(files | {first: data}), {first}) for what, data in found.items()}
    name = "timestamps/2020-01-01.tsr"
    return found | {"timestamp: without a root": (sealed(files | {name: files[first]}), {name})}
