"""A check written from docs/how-to/check-an-export.md alone. Prints faults: file, first byte, byte after, entry."""

import hashlib
import json
import re
import struct
import sys
import zlib
from os.path import commonprefix
from pathlib import Path

HASH, ID, DAY = "[0-9a-f]{64}", r"[A-Za-z0-9_.-]{1,100}\.json", "[0-9]{4}-[0-9]{2}-[0-9]{2}"
NAMES = rf"README\.txt|journal\.jsonl|manifest\.json|verify\.html|records/[a-z_]{{1,40}}/{ID}|roots/{DAY}\.json"
NAMES += rf"|timestamps/{DAY}\.tsr|vault/{HASH}"
ROOT = {"day": "", "entries": 0, "head": HASH, "root": HASH, "workspace": ""}
ITEM = {"sha256": HASH, "size": 0}
MANIFEST = {"files": [{"name": "", **ITEM}], "format": "", "made": "", "root": ROOT, "workspace": ""}
ENTRY = dict.fromkeys(["actor", "action", "note_digest", "subject", "time"], "") | {"changes": 0, "seq": 0}
ENTRY |= dict.fromkeys(["changes_root", "hash", "previous"], HASH)
RECORD = {"in_entry": {"index": 0, "path": [HASH]}, "in_root": [HASH], "entry": 0, "version": 0}
RECORD |= dict.fromkeys(["id", "kind", "nonce", "row"], "")
IMPRINT = rb"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01(\x05\x00)?\x04\x20"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fits(value, shape):
    good = type(value) is type(shape) and (shape != 0 or value >= 0) and (shape != HASH or re.fullmatch(HASH, value))
    if good and isinstance(shape, dict):
        return value.keys() == shape.keys() and all(fits(value[name], shape[name]) for name in shape)
    return good and (not isinstance(shape, list) or all(fits(part, shape[0]) for part in value))


def read(data, limit, shape=None):  # a number that is not allowed becomes text, which differs
    number = {"parse_float": str, "parse_constant": str, "parse_int": lambda d: int(d) if abs(int(d)) < 2**53 else d}
    try:
        value = json.loads(data, **number) if len(data) <= limit else None
        return value if canonical(value) == data and (shape is None or fits(value, shape)) else None
    except (ValueError, RecursionError):
        return None


def over(leaves):
    half = (1 << (len(leaves) - 1).bit_length()) // 2
    return sha(b"\1", over(leaves[:half]), over(leaves[half:])) if half else leaves[0]


def climb(leaf, at, size, path):
    steps = [bytes.fromhex(step) for step in path]
    while size > 1 and steps:
        if at ^ 1 < size:
            leaf = sha(b"\1", steps.pop(0), leaf) if at & 1 else sha(b"\1", leaf, steps.pop(0))
        at, size = at >> 1, size + 1 >> 1
    return leaf.hex() if at == 0 and size == 1 and not steps else ""


def check(zipped):
    faults, found, files, at, central, before, parts = set(), [], {}, 0, b"", "", []
    while zipped[at : at + 4] == b"PK\3\4" and at + 30 <= len(zipped):  # rule 1
        crc, size, _, length, extra = struct.unpack("<3L2H", zipped[at + 14 : at + 30])
        start = at + 30 + length + extra
        if start + size > len(zipped):
            break
        name, content = zipped[at + 30 : at + 30 + length].decode("latin-1"), zipped[start : start + size]
        found.append((name, at, start, crc, content))
        files[name], at = content, start + size

    def whole(name, bad=True):
        if bad:
            faults.add((name, 0, len(files.get(name, b"")), -1))

    manifest = read(files.get("manifest.json", b""), 2**28, MANIFEST)
    listed = {one["name"]: one for one in manifest["files"]} if manifest else {}
    right = {name for name in files if name in listed and listed[name]["sha256"] == sha(files[name]).hex()}
    for name, begin, start, stated, content in found:
        size, crc, raw = len(content), zlib.crc32(content), name.encode("latin-1")
        whole(name, name <= before or (name == "manifest.json" and stated != crc))
        crc, before = crc if name in right and content is files[name] else stated, name
        head = struct.pack("<5H3LH", 20, 0, 0, 0, 33, crc, size, size, len(raw)) + b"\0\0"
        parts.append((begin, start, b"PK\3\4" + head + raw))
        central += b"PK\1\2\x14\3" + head + struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, begin) + raw
    end = struct.pack("<4H2LH", 0, 0, len(found), len(found), len(central), at, 0)
    for begin, stop, want in [*parts, (at, len(zipped), central + b"PK\5\6" + end)]:
        if zipped[begin:stop] != want:
            faults.add(("", begin + len(commonprefix([zipped[begin:stop], want])), stop, -1))  # noqa: RUF071  of bytes
    whole("manifest.json", not manifest or manifest["format"] != "tocsin-export/1")  # rule 2
    if not manifest:
        return faults
    for name in files.keys() | listed.keys() - {"manifest.json"}:  # rule 3
        known = name == "manifest.json" or (name in right and listed[name]["size"] == len(files[name]))
        whole(name, not known or not re.fullmatch(NAMES, name))
    journal, entries, before, at = files.get("journal.jsonl", b""), [], "0" * 64, 0
    while at < len(journal):  # rule 4
        end = journal.find(b"\n", at, at + 2**16) + 1 or min(len(journal), at + 2**16)
        entry = read(journal[at : end - 1], 2**16, ENTRY) if journal[end - 1] == 10 else None
        rest = {name: entry[name] for name in entry.keys() - {"hash"}} if entry else {}
        chained = entry and entry["seq"] == len(entries) and before in ("", entry["previous"])
        if not chained or sha(canonical(rest)).hex() != entry["hash"]:
            faults.add(("journal.jsonl", at, end, len(entries)))
        before, at = entry["hash"] if entry else "", end
        entries.append(entry)
    whole("journal.jsonl", not journal)
    if not journal or not all(entries):
        return faults
    leaves = [sha(b"\0", bytes.fromhex(entry["hash"])) for entry in entries]

    def holds(root):
        size = root["entries"]
        fitting = root["workspace"] == manifest["workspace"] and 0 < size <= len(entries)
        return fitting and (root["head"], root["root"]) == (entries[size - 1]["hash"], over(leaves[:size]).hex())

    top, known = manifest["root"], sorted(name for name in files if re.fullmatch(NAMES, name))
    whole("manifest.json", not holds(top) or (top["entries"], manifest["made"]) != (len(entries), entries[-1]["time"]))
    roots, sizes = {name: read(files[name], 2**16, ROOT) for name in known if name.startswith("roots/")}, {}
    for name, root in roots.items():  # rule 6
        whole(name, not root or name != f"roots/{root['day']}.json" or not holds(root))
    for name in (name for name in known if name.startswith("records/")):  # rule 7
        one = read(files[name], 2**26, RECORD)
        if not one or name != f"records/{one['kind']}/{one['id']}.json" or one["entry"] >= len(entries):
            whole(name)
            continue
        entry, row = entries[one["entry"]], canonical({"nonce": one["nonce"], "row": one["row"]})
        leaf = sha(b"\0", canonical([one["kind"], one["id"], one["version"], sha(row).hex()]))
        inside = climb(leaf, one["in_entry"]["index"], entry["changes"], one["in_entry"]["path"])
        above = climb(leaves[one["entry"]], one["entry"], top["entries"], one["in_root"])
        if (inside, above) != (entry["changes_root"], top["root"]):
            whole(name)
        elif one["kind"] == "item":
            row = read(one["row"].encode(), 2**26)
            row = {part: row.get(part) for part in ITEM} if isinstance(row, dict) else {}
            whole(name, not fits(row, ITEM) or f"vault/{row['sha256']}" not in files)
            sizes |= {f"vault/{row['sha256']}": row["size"]} if fits(row, ITEM) else {}
    for name in (name for name in known if name.startswith("vault/")):  # rule 8
        whole(name, sizes.get(name) != len(files[name]) or name[6:] != sha(files[name]).hex())
    for name in (name for name in known if name.startswith("timestamps/")):  # rule 9
        root = roots.get(f"roots/{name[11:21]}.json")
        wanted = IMPRINT + re.escape(sha(canonical(root))) if root else b"(?!)"
        whole(name, not re.search(wanted, files[name][: 2**18], re.DOTALL))
    return faults


if __name__ == "__main__":
    print(json.dumps(sorted(check(Path(sys.argv[1]).read_bytes()))))
