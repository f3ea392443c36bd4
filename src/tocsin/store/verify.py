"""Check an export with nothing but the export: the rules of docs/how-to/check-an-export.md, in the same order.

Needs neither a workspace nor a database; only a timestamp's signature needs a library.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO

from tocsin.errors import InputError
from tocsin.store import merkle
from tocsin.store.canonical import canonical, digest
from tocsin.store.plainzip import Member, Part, directory, local_header, walk

FORMAT = "tocsin-export/1"
NONE = "0" * 64  # what the first entry has for the hash of the one before
ENTRY = {
    "actor": str,
    "action": str,
    "changes": int,
    "changes_root": "hash",
    "hash": "hash",
    "note_digest": str,
    "previous": "hash",
    "seq": int,
    "subject": str,
    "time": str,
}
ROOT = {"day": str, "entries": int, "head": "hash", "root": "hash", "workspace": str}
ITEM = {"sha256": "hash", "size": int}
MANIFEST = {"files": [{"name": str, **ITEM}], "format": str, "made": str}
MANIFEST |= {"root": ROOT, "workspace": str}
RECORD = {"entry": int, "id": str, "in_entry": {"index": int, "path": ["hash"]}, "in_root": ["hash"], "kind": str}
RECORD |= {"nonce": str, "row": str, "version": int}
LIMIT_BYTES = {"manifest.json": 1 << 28, "line": 1 << 16, "records": 1 << 26, "roots": 1 << 16, "timestamps": 1 << 18}
_NAME = re.compile(
    r"README\.txt|journal\.jsonl|manifest\.json|verify\.html|vault/[0-9a-f]{64}|records/[a-z_]{1,40}/[\w.-]{1,100}\.json"
    r"|roots/\d{4}-\d\d-\d\d\.json|timestamps/\d{4}-\d\d-\d\d\.tsr",
    re.ASCII,
)
_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
MEMBERS = 1_000_000


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: in which file of the export ("" is the zip itself), which bytes of it, and which
    journal entry where it is one."""

    file: str
    start: int
    end: int
    what: str
    entry: int | None = None

    def __str__(self) -> str:
        entry = "" if self.entry is None else f", entry {self.entry}"
        name = self.file if self.file.isprintable() else ascii(self.file)
        return f"{name or 'the zip itself'}{entry}, bytes {self.start} to {self.end}: {self.what}"


@dataclass(frozen=True)
class Verdict:
    """What was checked, how many of each, and what does not hold. `notes` says what could not be checked."""

    faults: tuple[Fault, ...]
    checked: dict[str, int]
    notes: tuple[str, ...]
    manifest: dict[str, Any]

    @property
    def good(self) -> bool:
        """Whether everything holds."""
        return not self.faults


@dataclass
class _Run:
    """One check under way."""

    stream: BinaryIO
    size: int
    members: dict[str, Member] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    sums: dict[str, tuple[str, int]] = field(default_factory=dict)  # SHA-256 and CRC-32 of each member

    def fault(self, name: str, what: str) -> None:
        """Note a fault of a whole file; one a file is enough."""
        end = self.members[name].size if name in self.members else 0
        if not any((f.file, f.start, f.end) == (name, 0, end) for f in self.faults):
            self.faults.append(Fault(name, 0, end, what))

    def open(self, name: str) -> io.BufferedReader:
        """The content of a member."""
        member = self.members[name]
        return io.BufferedReader(Part(self.stream, member.start, member.size), _CHUNK)

    def read(self, name: str, shape: Any) -> Any:
        """A file of canonical JSON of that shape, or None and a fault."""
        limit = LIMIT_BYTES[name.split("/")[0]]
        value = parse(self.open(name).read()) if self.members[name].size <= limit else None
        if value is not None and fits(value, shape):
            return value
        return self.fault(name, "is not canonical JSON of the form that the format prescribes")

    def under(self, folder: str) -> list[str]:
        """The names in a folder; they are counted as checked."""
        names = [name for name in self.members if name.startswith(folder + "/") and _NAME.fullmatch(name)]
        self.checked[folder] = len(names)
        return names


def parse(data: bytes) -> Any:
    """The value of a canonical JSON text; None where it is not one."""
    try:
        value = json.loads(data, parse_int=_whole)
        return value if canonical(value) == data else None
    except (ValueError, TypeError, RecursionError):
        return None


def _whole(digits: str) -> int:
    """An integer that every reader of JSON takes for the same (RFC 8259, section 6)."""
    value = int(digits)
    if abs(value) >= 1 << 53:
        raise ValueError(f"{digits} is too large for an integer in JSON")
    return value


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has exactly the fields and types of a shape: a type, "hash", [shape of each], {name: shape}."""
    if shape == "hash":
        return isinstance(value, str) and _HASH.fullmatch(value) is not None
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(part, shape[0]) for part in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and value.keys() == shape.keys() and all(fits(value[k], shape[k]) for k in shape)
    return type(value) is shape and not (shape is int and value < 0)


def verify(path: Path, certificates: Sequence[bytes] = ()) -> Verdict:
    """Check the export at `path`. `certificates`, in PEM, are those of the timestamp authorities that the reader
    trusts; without them a timestamp is only compared with its root. Raises `InputError` where there is no file."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="Give the zip file of an export.") from error
    with stream:
        run = _Run(stream, stream.seek(0, io.SEEK_END))
        manifest = _files(run)
        if manifest is not None:
            entries = _journal(run)
            if entries is not None:
                roots = _roots(run, manifest, entries)
                _records(run, manifest, entries)
                _timestamps(run, roots, certificates)
        return Verdict(
            tuple(sorted(run.faults, key=lambda one: (one.file, one.start, one.end))),
            run.checked,
            tuple(run.notes),
            manifest or {},
        )


def _files(run: _Run) -> dict[str, Any] | None:
    """Rules 1 to 3: the zip, the manifest, and every file that it lists."""
    walked = list(islice(walk(run.stream, run.size), MEMBERS))
    run.members = {member.name: member for member, _ in walked}
    run.checked = {"bytes": run.size, "files": len(walked)}
    run.sums = {name: _sums(run, name) for name in run.members}
    manifest: dict[str, Any] | None = run.read("manifest.json", MANIFEST) if "manifest.json" in run.members else None
    if "manifest.json" not in run.members:
        run.fault("manifest.json", "is missing")
    listed = {one["name"]: one for one in manifest["files"]} if manifest else {}
    right = {name for name, (sha256, _) in run.sums.items() if name in listed and listed[name]["sha256"] == sha256}
    _zip(run, walked, {name: crc for name, (_, crc) in run.sums.items() if name in right})
    if manifest is None:
        return None
    if run.sums["manifest.json"][1] != run.members["manifest.json"].crc:
        run.fault("manifest.json", "does not have the checksum that the zip gives for it")
    if manifest["format"] != FORMAT:
        run.fault("manifest.json", f"is of a format that this program does not know: {manifest['format'][:40]!r}")
    for name in sorted(run.members.keys() | listed.keys() - {"manifest.json"}):
        if problem := _file_problem(run, name, listed, right):
            run.fault(name, problem)
    return manifest


def _sums(run: _Run, name: str) -> tuple[str, int]:
    """SHA-256 and CRC-32 of a member."""
    sha256, crc = hashlib.sha256(), 0
    with run.open(name) as content:
        while chunk := content.read(_CHUNK):
            sha256.update(chunk)
            crc = zlib.crc32(chunk, crc)
    return sha256.hexdigest(), crc


def _zip(run: _Run, walked: list[tuple[Member, bytes]], crcs: dict[str, int]) -> None:
    """Rule 1: every byte of the zip that is not content is as the format prescribes."""
    members = [replace(m, crc=crcs.get(m.name, m.crc)) if m is run.members[m.name] else m for m, _ in walked]
    for member, (_, header) in zip(members, walked, strict=True):
        _compare(run, member.at, header, local_header(member.name, member.size, member.crc))
    for before, member in pairwise(members):
        if member.name <= before.name:
            run.fault(member.name, "stands twice, or out of order")
    at = members[-1].end if members else 0
    run.stream.seek(at)
    wanted = directory(members, at)
    _compare(run, at, run.stream.read(len(wanted) + 1), wanted, run.size)


def _compare(run: _Run, at: int, found: bytes, wanted: bytes, end: int = 0) -> None:
    if found != wanted:
        pairs = enumerate(zip(found, wanted, strict=False))
        first = at + next((n for n, (a, b) in pairs if a != b), min(len(found), len(wanted)))
        run.faults.append(Fault("", first, end or at + len(found), "the zip is not built as the format prescribes"))


def _file_problem(run: _Run, name: str, listed: dict[str, Any], right: Collection[str]) -> str:
    if not _NAME.fullmatch(name):
        return "is not a name that the format knows"
    if name not in run.members:
        return "is missing"
    if name == "manifest.json":
        return ""
    if name not in listed:
        return "is not listed in manifest.json"
    return "" if name in right and listed[name]["size"] == run.members[name].size else "differs from manifest.json"


def _journal(run: _Run) -> list[dict[str, Any]] | None:
    """Rule 4: each line and the chain. None where a line cannot be read: then nothing that builds on it can be said."""
    if "journal.jsonl" not in run.members or not run.members["journal.jsonl"].size:
        run.fault("journal.jsonl", "has no entries")
        return None
    entries: list[dict[str, Any]] = []
    before = NONE
    for number, (start, line) in enumerate(_lines(run)):
        entry = parse(line[:-1]) if line.endswith(b"\n") else None
        entry = entry if fits(entry, ENTRY) else None
        if problem := _entry_problem(entry, number, before):
            run.faults.append(Fault("journal.jsonl", start, start + len(line), problem, number))
        before = entry["hash"] if entry else ""
        entries.append(entry or {})
    run.checked["entries"] = len(entries)
    if all(entries):
        return entries
    run.notes.append("Roots, records and timestamps were not checked: a line of the journal cannot be read.")
    return None


def _lines(run: _Run) -> Iterator[tuple[int, bytes]]:
    """The lines of the journal, each with where it begins; a line over the limit is cut into several."""
    start = 0
    with run.open("journal.jsonl") as content:
        while line := content.readline(LIMIT_BYTES["line"]):
            yield start, line
            start += len(line)


def _entry_problem(entry: dict[str, Any] | None, number: int, before: str) -> str:
    """Rule 4; `before` is the hash of the entry before, empty where that cannot be read."""
    if entry is None:
        return "is not a line of canonical JSON of the form that the format prescribes"
    if entry["seq"] != number:
        return f"has number {entry['seq']}: entries were removed, added or moved"
    if before and entry["previous"] != before:
        return "does not hold the hash of the entry before: the chain is broken here"
    if digest({name: value for name, value in entry.items() if name != "hash"}) != entry["hash"]:
        return "was changed: its hash is not that of its fields"
    return ""


def _roots(run: _Run, manifest: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rules 5 and 6: the root of the export and that of each day. Returns the days' roots that can be read."""
    read = {name: run.read(name, ROOT) for name in run.under("roots")}
    roots = {name: root for name, root in read.items() if root is not None}
    sizes = {root["entries"] for root in (manifest["root"], *roots.values())}
    known = merkle.prefix_roots((merkle.leaf(bytes.fromhex(one["hash"])) for one in entries), sizes)
    if manifest["root"]["entries"] < len(entries) or manifest["made"] != entries[-1]["time"]:
        run.fault("manifest.json", "its root and time are not those of the last entry of the journal")
    for name, root in {"manifest.json": manifest["root"], **roots}.items():
        if root["workspace"] != manifest["workspace"] or name not in ("manifest.json", f"roots/{root['day']}.json"):
            run.fault(name, "is the root of another workspace or day")
        elif problem := _root_problem(root, entries, known):
            run.fault(name, problem)
    return roots


def _root_problem(root: dict[str, Any], entries: list[dict[str, Any]], known: dict[int, bytes]) -> str:
    count = root["entries"]
    if not 0 < count <= len(entries):
        return f"is over {count} entries, the journal has {len(entries)}: entries were removed"
    if root["head"] != entries[count - 1]["hash"]:
        return f"its head is not the hash of entry {count - 1}"
    return "" if known[count].hex() == root["root"] else f"is not the root over the first {count} entries"


def _records(run: _Run, manifest: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    """Rules 7 and 8: each record stands in its entry and the entry in the root; each file in the vault has its item."""
    named: dict[str, int] = {}
    for name in run.under("records"):
        if (record := run.read(name, RECORD)) is None:
            continue
        if problem := _record_problem(name, record, entries, manifest["root"]):
            run.fault(name, problem)
        elif record["kind"] == "item":
            item = parse(record["row"].encode())
            named[f"vault/{item['sha256']}"] = item["size"]
            if f"vault/{item['sha256']}" not in run.members:
                run.fault(name, "its bytes are not in the export")
    for name in run.under("vault"):
        if name != f"vault/{run.sums[name][0]}":
            run.fault(name, "its SHA-256 is not its name")
        elif name not in named:
            run.fault(name, "no item in the export speaks of it")
        elif named[name] != run.members[name].size:
            run.fault(name, "does not have the size that its item gives")


def _record_problem(name: str, record: dict[str, Any], entries: list[dict[str, Any]], root: dict[str, Any]) -> str:
    """Rule 7: the two inclusion proofs (RFC 9162, 2.1.3.2)."""
    number, path = record["entry"], record["in_entry"]
    if name != f"records/{record['kind']}/{record['id']}.json":
        return "holds a record of another name"
    if number >= len(entries):
        return f"names entry {number}, the journal has {len(entries)}"
    row_digest = digest({"nonce": record["nonce"], "row": record["row"]})
    leaf = merkle.leaf(canonical([record["kind"], record["id"], record["version"], row_digest]))
    entry = entries[number]
    if not _included(leaf, path["index"], entry["changes"], path["path"], entry["changes_root"]):
        return f"is not what entry {number} wrote"
    leaf = merkle.leaf(bytes.fromhex(entry["hash"]))
    if not _included(leaf, number, root["entries"], record["in_root"], root["root"]):
        return f"entry {number}, which wrote it, is not proved to stand in the root"
    return "" if record["kind"] != "item" or _is_item(record["row"]) else "its row is not that of an item"


def _is_item(row: str) -> bool:
    item = parse(row.encode("utf-8", "replace"))
    return isinstance(item, dict) and fits({name: item.get(name) for name in ITEM}, ITEM)


def _included(leaf: bytes, index: int, size: int, path: list[str], root: str) -> bool:
    return merkle.verify(leaf, index, size, [bytes.fromhex(step) for step in path], bytes.fromhex(root))


def _timestamps(run: _Run, roots: dict[str, dict[str, Any]], certificates: Sequence[bytes]) -> None:
    """Rule 9: each token stamps the root of its day, and its signature holds under the given certificates."""
    names = run.under("timestamps")
    check = _signature(certificates) if certificates and names else imprint
    for name in names:
        root = roots.get(f"roots/{Path(name).stem}.json")
        token = run.open(name).read(LIMIT_BYTES["timestamps"])
        if root is None:
            run.fault(name, "there is no root of its day")
        elif problem := check(token, canonical(root)):
            run.fault(name, problem)
    if names and not certificates:
        run.notes.append("Timestamps were compared with their roots; signatures need the authority's certificates.")


def imprint(token: bytes, message: bytes) -> str:
    """Why a token cannot stamp the message, seen from its imprint alone (RFC 3161, 2.4.2); empty where it may."""
    sha256 = rb"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01(?:\x05\x00)?\x04\x20"
    wanted = sha256 + re.escape(hashlib.sha256(message).digest())
    return "" if re.search(wanted, token, re.DOTALL) else "stamps something else than the root of its day"


def _signature(certificates: Sequence[bytes]) -> Callable[[bytes, bytes], str]:
    """The full check, with the library that it needs."""
    from tocsin.store.tokens import problem

    return lambda token, message: imprint(token, message) or problem(token, message, certificates)
