"""Compound files [MS-CFB] and MSG mails [MS-OXMSG], written by the tests: sectors of 512 bytes."""

import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(tree):
    """A file with these storages (dict) and streams (bytes) by name."""
    entries, streams = [], []  # [name, type, child, left, right, start, size], data
    _add("Root Entry", tree, entries, streams)
    small, small_chain = b"", []  # streams under 4,096 bytes, in pieces of 64
    sectors, chain = [], []

    def keep(data):
        if not data:
            return END
        start, count = len(sectors), -(-len(data) // 512)
        sectors.extend(data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512))
        chain.extend([*range(start + 1, start + count), END])
        return start

    for entry, data in streams:
        entry[6] = len(data)
        if len(data) >= 4096 or not data:
            entry[5] = keep(data)
            continue
        entry[5], count = len(small_chain), -(-len(data) // 64)
        small_chain += [*range(entry[5] + 1, entry[5] + count), END]
        small += data.ljust(count * 64, b"\0")
    entries[0][5], entries[0][6] = keep(small), len(small)
    small_table = keep(
        struct.pack(f"<{len(small_chain)}L", *small_chain).ljust(-(-len(small_chain) // 128) * 512, b"\xff")
    )
    directory = keep(
        b"".join(_entry(*entry) for entry in entries) + _entry("", 0, FREE, FREE, FREE, 0, 0) * (-len(entries) % 4)
    )
    fats = 1
    while len(sectors) + fats > fats * 128:
        fats += 1
    first = len(sectors)
    table = struct.pack(f"<{fats * 128}L", *chain, *[FAT] * fats, *[FREE] * (fats * 128 - len(chain) - fats))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9L", 0, fats, directory, 0, 4096, small_table, -(-len(small_chain) // 128), END, 0)
    header += struct.pack("<109L", *range(first, first + fats), *[FREE] * (109 - fats))
    return header + b"".join(sectors) + table


def _add(name, content, entries, streams):
    """Write an entry and those below it; siblings hang from one another to the right."""
    number = len(entries)
    root = not entries
    entry = [name, 5 if root else 1 if isinstance(content, dict) else 2, FREE, FREE, FREE, END if root else 0, 0]
    entries.append(entry)
    if not isinstance(content, dict):
        streams.append((entry, content))
        return number
    last = None
    for inner in sorted(content, key=lambda one: (len(one), one.upper())):
        child = _add(inner, content[inner], entries, streams)
        if last is None:
            entry[2] = child
        else:
            entries[last][4] = child
        last = child
    return number


def _entry(name, kind, child, left, right, start, size):
    raw = name.encode("utf-16-le")
    length = len(raw) + 2 if name else 0
    place = struct.pack("<HBB3L", length, kind, 1, left, right, child)
    return raw.ljust(64, b"\0") + place + bytes(36) + struct.pack("<LQ", start, size)


def text(value):
    return value.encode("utf-16-le")


def mail_storage(more=None, top=True, ticks=133_752_744_000_000_000):
    """The storages of a mail; `more` are added. 133,752,744,000,000,000 is 5 November 2024, 10:00 UTC."""
    fixed = bytes(32 if top else 24) + struct.pack("<HHLQ", 0x40, 0x39, 6, ticks)
    storages = {
        "__properties_version1.0": fixed,
        "__substg1.0_0037001F": text("Count"),
        "__substg1.0_1000001F": text("The text ä"),
        "__substg1.0_0C1A001F": text("Ann Ö"),
        "__substg1.0_5D01001F": text("ann@example.org"),
        "__recip_version1.0_#00000000": {
            "__properties_version1.0": bytes(8) + struct.pack("<HHLQ", 3, 0x0C15, 6, 1),
            "__substg1.0_3001001F": text("Bob"),
            "__substg1.0_39FE001F": text("bob@example.org"),
        },
    }
    return storages | (more or {})
