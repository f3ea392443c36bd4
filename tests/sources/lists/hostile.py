"""Files made to do harm, or broken by accident: what can be done to any list, and to each kind of file."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from functools import cache

from tests.sources.lists import samples

BIG = 3 << 20


def _every(data, step, put):
    return b"".join(data[i : i + step] + put for i in range(0, len(data), step))


def _shuffled(data):
    return bytes(random.Random(5).sample(list(data), len(data)))


def _flipped(data):
    out = bytearray(data)
    chance = random.Random(7)
    for _ in range(len(out) // 50):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _zipped(data, name="list", **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data, **more)
    return out.getvalue()


def _encrypted(data):
    out = bytearray(_zipped(data))
    for at in (out.find(b"PK\3\4") + 6, out.find(b"PK\1\2") + 8):
        out[at] |= 1
    return bytes(out)


@cache
def _bombs():
    """Some kilobytes that unpack to more than is ever read, made once."""
    return gzip.compress(bytes(100 << 20), 9), _zipped(bytes(100 << 20))


def _wrapped(data, times):
    for _ in range(times):
        data = gzip.compress(data)
    return data


#: what can be done to any file
ANY = {
    "empty": lambda _: b"",
    "one byte": lambda data: data[:1],
    "spaces": lambda _: b" \n" * 1000,
    "only a byte order mark": lambda _: b"\xef\xbb\xbf",
    "a second byte order mark": lambda data: b"\xef\xbb\xbf\xef\xbb\xbf" + data,
    "zeros": lambda _: bytes(10_000),
    "zeros between": lambda data: _every(data, 97, b"\0"),
    "zeros behind": lambda data: data + bytes(5_000),
    "control characters between": lambda data: _every(data, 211, b"\x07\x1b"),
    "noise": lambda _: random.Random(1).randbytes(20_000),
    "noise behind": lambda data: data + random.Random(2).randbytes(2_000),
    "flipped bytes": _flipped,
    "shuffled": _shuffled,
    "backwards": lambda data: data[::-1],
    "twice": lambda data: data + data,
    "a web page": lambda _: b"<!doctype html><html><head><title>403 Forbidden</title></head><body>no</body></html>",
    "an error in JSON": lambda _: b'{"error": "token expired", "id": 1}',
    "another list's head": lambda data: b"36,X,-0- ,CUBA,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n" + data,
    "utf-16": lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    "utf-16 without a mark": lambda data: data.decode("utf-8", "replace").encode("utf-16-be"),
    "windows-1251": lambda data: data.decode("utf-8", "replace").encode("cp1251", "replace"),
    "utf-7": lambda data: data.decode("utf-8", "replace").encode("utf-7"),
    "half a surrogate pair": lambda data: data.replace(b"PROBNY", b"PRO\xed\xa0\x80BNY"),
    "turned writing": lambda data: data.replace(b"PROBNY", "PR\u202eOBN\u202cY".encode()),
    "a name of a megabyte": lambda data: data.replace(b"PROBNY", b"P" * (1 << 20), 1),
    "a line of megabytes": lambda data: data + b"a" * BIG,
    "a million lines": lambda data: data + b"\n" * 1_000_000,
    "lines ended by returns": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
    "no line ends": lambda data: data.replace(b"\r\n", b"").replace(b"\n", b""),
    "no digits": lambda data: bytes(byte if not 48 <= byte <= 57 else 120 for byte in data),
    "no letters": lambda data: bytes(byte if not chr(byte).isalpha() else 32 for byte in data),
    "every day impossible": lambda data: data.replace(b"2022-03-15", b"2022-13-45").replace(
        b"15/03/2022", b"99/99/2022"
    ),
    "one id for all": lambda data: data.replace(b"1002", b"1001").replace(b"1003", b"1001").replace(b"1004", b"1001"),
    "cut at a tenth": lambda data: data[: len(data) // 10],
    "cut at a quarter": lambda data: data[: len(data) // 4],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "cut at three quarters": lambda data: data[: len(data) * 3 // 4],
    "cut at the last hundred": lambda data: data[:-100],
    "cut at the last byte": lambda data: data[:-1],
    "cut, packed": lambda data: gzip.compress(data)[: len(gzip.compress(data)) * 2 // 3],
    "packed and damaged": lambda data: gzip.compress(data)[:-8] + bytes(8),
    "packed five times": lambda data: _wrapped(data, 5),
    "a bomb in gzip": lambda _: _bombs()[0],
    "a bomb in a zip": lambda _: _bombs()[1],
    "a zip that is locked": _encrypted,
    "a zip in a zip": lambda data: _zipped(_zipped(data)),
    "a zip that leads out": lambda data: _zipped(data, "../../../../etc/list"),
    "a zip without end": lambda data: _zipped(data)[:-30],
}


def _record(data, put, after=b">\n"):
    """`put` behind the first record's begin: in an XML it stands somewhere in the middle."""
    at = data.find(after, len(data) // 3) + len(after)
    return data[:at] + put + data[at:]


def _declared(data, text):
    head, _, rest = data.partition(b"?>")
    return head + b"?>" + text + rest


_LAUGHS = b"<!DOCTYPE l [<!ENTITY a0 'ha'>" + b"".join(
    f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>".encode() for i in range(1, 12)
)

#: what can be done to XML
XML = {
    "entities in entities": lambda data: _declared(data, _LAUGHS + b"]>").replace(b"PROBNY", b"&a11;"),
    "one long entity often": lambda data: _declared(
        data, b"<!DOCTYPE l [<!ENTITY a '" + b"x" * 100_000 + b"'>]>"
    ).replace(b"PROBNY", b"&a;" * 5_000),
    "an entity from a file": lambda data: _declared(
        data, b"<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"
    ).replace(b"PROBNY", b"&a;"),
    "an entity from a server": lambda data: _declared(data, b"<!DOCTYPE l SYSTEM 'http://127.0.0.1:9/a.dtd'>"),
    "a parameter entity": lambda data: _declared(
        data, b"<!DOCTYPE l [<!ENTITY % a SYSTEM 'file:///etc/hostname'> %a;]>"
    ),
    "an entity nobody declared": lambda data: data.replace(b"PROBNY", b"&nobody;"),
    "an entity without end": lambda data: data.replace(b"PROBNY", b"&am"),
    "deep": lambda data: _record(data, b"<a>" * 200_000),
    "deep and closed": lambda data: _record(data, b"<a>" * 5_000 + b"</a>" * 5_000),
    "broad": lambda data: _record(data, b"<a/>" * 300_000),
    "a comment of megabytes": lambda data: _record(data, b"<!--" + b"x" * BIG + b"-->"),
    "an attribute of megabytes": lambda data: _record(data, b'<a b="' + b"x" * BIG + b'"/>'),
    "many attributes": lambda data: _record(data, b"<a " + b" ".join(b'b%d=""' % i for i in range(50_000)) + b"/>"),
    "a text of megabytes": lambda data: _record(data, b"<a>" + b"x" * BIG + b"</a>"),
    "an attribute twice": lambda data: _record(data, b'<a b="" b=""/>'),
    "a zero written out": lambda data: data.replace(b"PROBNY", b"&#0;"),
    "a surrogate written out": lambda data: data.replace(b"PROBNY", b"&#xD800;"),
    "tags crossed": lambda data: _record(data, b"<a><b></a></b>"),
    "a second root": lambda data: data + b"<more/>",
    "no end of the root": lambda data: data[: data.rstrip().rfind(b"</")],
    "no declaration": lambda data: data.partition(b"?>")[2],
    "an encoding that lies": lambda data: data.replace(b"utf-8", b"utf-16").replace(b"UTF-8", b"UTF-16"),
    "an encoding nobody knows": lambda data: data.replace(b"utf-8", b"x-none").replace(b"UTF-8", b"x-none"),
    "a codec that is no encoding": lambda data: data.replace(b"utf-8", b"rot13").replace(b"UTF-8", b"rot13"),
    "XML 1.1": lambda data: data.replace(b'version="1.0"', b'version="1.1"', 1),
    "instructions": lambda data: _record(data, b'<?xml-stylesheet href="http://127.0.0.1:9/x"?>' * 1_000),
    "something included": lambda data: _record(
        data, b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    ),
    "text quoted whole": lambda data: data.replace(b"PROBNY", b"<![CDATA[<b>&PROBNY</b>]]>"),
    "attributes not quoted": lambda data: data.replace(b'"', b""),
}

#: what can be done to rows and cells
ROWS = {
    "a quote that is never closed": lambda data: data.replace(b"PROBNY", b'"PROBNY', 1),
    "quotes that mean nothing": lambda data: data.replace(b"TRADING", b'TRA"DING "x'),
    "quotes in every cell": lambda data: data.replace(b",", b'","'),
    "no quotes": lambda data: data.replace(b'"', b""),
    "other delimiters": lambda data: data.replace(b",", b"\t"),
    "delimiters behind": lambda data: data.replace(b"\r\n", b",,,,\r\n"),
    "rows too short": lambda data: b"\r\n".join(line[: len(line) // 2] for line in data.split(b"\r\n")),
    "a cell of megabytes": lambda data: data.replace(b"PROBNY", b"P" * BIG),
    "a row of many cells": lambda data: data + b"," * 100_000 + b"\r\n",
    "many rows that mean nothing": lambda data: data + b"x,y\r\n" * 50_000,
    "a formula": lambda data: data.replace(b"PROBNY", b"=cmd|' /C calc'!A0"),
    "the header again": lambda data: data + data[: data.find(b"\r\n") + 2] * 3,
    "sep= above": lambda data: b"sep=;\r\n" + data,
    "an end of file inside": lambda data: data.replace(b"PROBNY", b"PRO\x1aBNY"),
}

#: what can be done to lines of JSON
LINES = {
    "deep": lambda data: data + b"[" * 100_000 + b"\n",
    "deep and closed": lambda data: data + b'{"a":' * 2_000 + b"1" + b"}" * 2_000 + b"\n",
    "numbers for texts": lambda data: data.replace(b'["2022-03-15"]', b"[1e999, NaN]"),
    "no lists": lambda data: data.replace(b"[", b"").replace(b"]", b""),
    "nothing for properties": lambda data: data.replace(b'"properties": {', b'"properties": null, "x": {'),
    "an id that is a list": lambda data: data.replace(b'"id": "T-1001"', b'"id": ["T-1001"]'),
    "no schema": lambda data: data.replace(b'"schema"', b'"scheme"'),
    "a number of megabytes": lambda data: data + b'{"id": ' + b"9" * BIG + b"}\n",
    "a text of megabytes": lambda data: data + b'{"id": "' + b"9" * BIG + b'"}\n',
    "entities inside themselves": lambda data: (
        data
        + b'{"id":"a","schema":"Person","properties":{"name":['
        + b'{"id":"a","schema":"Person","properties":{"name":[' * 400
        + b"]}}" * 400
        + b"]}}\n"
    ),
    "a broken escape": lambda data: data.replace(b"PROBNY", b"\\ud800\\x"),
}


def _part(data, name, change):
    """A workbook with one part changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.infolist():
            held = old.read(member)
            new.writestr(member.filename, change(held) if member.filename == name else held)
    return out.getvalue()


def _without(data, name):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member.filename, old.read(member))
    return out.getvalue()


SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def _last(put):
    return lambda data: _part(data, SHEET, lambda sheet: sheet.replace(b"</sheetData>", put + b"</sheetData>"))


def _rows(change):
    def changed(_data):
        return samples.xlsx([change([list(row) for row in samples.dfat_rows()])])

    return changed


#: what can be done to a workbook
BOOKS = {
    "a cell in the last corner": _last(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a row in the millions": _last(b'<row r="1000000"><c r="A1000000"><v>1</v></c></row>'),
    "a row beyond counting": _last(b'<row r="99999999999999999999"><c><v>1</v></c></row>'),
    "a cell that is nowhere": _last(b'<row><c r="ZZZZZZ0"><v>1</v></c></row>'),
    "days beyond counting": _last(b'<row r="900"><c s="1"><v>1e300</v></c><c s="1"><v>-99999999</v></c></row>'),
    "texts that are not there": _last(b'<row r="901"><c t="s"><v>77</v></c><c t="s"><v>x</v></c></row>'),
    "errors in cells": _last(b'<row r="902"><c t="e"><v>#REF!</v></c><c t="zz"><v>1</v></c></row>'),
    "formats that are not there": _last(b'<row r="903"><c s="99"><v>5</v></c><c s="x"><v>5</v></c></row>'),
    "entities in the sheet": lambda data: _part(data, SHEET, lambda s: _declared(s, _LAUGHS + b"]>")),
    "a bomb in the sheet": lambda data: _part(data, SHEET, lambda _: b" " * (513 << 20)),
    "a deep sheet": _last(b"<row>" * 50_000),
    "no sheet": lambda data: _without(data, SHEET),
    "no workbook": lambda data: _without(data, BOOK),
    "no relations": lambda data: _without(data, "xl/_rels/workbook.xml.rels"),
    "no styles": lambda data: _without(data, "xl/styles.xml"),
    "a sheet that leads out": lambda data: _part(
        data, "xl/_rels/workbook.xml.rels", lambda r: r.replace(b"worksheets/sheet1.xml", b"../../../etc/hostname")
    ),
    "a sheet that is the workbook": lambda data: _part(
        data, "xl/_rels/workbook.xml.rels", lambda r: r.replace(b"worksheets/sheet1.xml", b"workbook.xml")
    ),
    "an old workbook": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000),
    "another office file": lambda _: _zipped(b"x", "word/document.xml"),
    "only a header": _rows(lambda rows: rows[:1]),
    "no header": _rows(lambda rows: rows[1:]),
    "a header without a name": _rows(lambda rows: [[c for i, c in enumerate(row) if i != 1] for row in rows]),
    "references that are none": _rows(lambda rows: [rows[0], *(["x", *row[1:]] for row in rows[1:])]),
    "two kinds for one reference": _rows(
        lambda rows: [rows[0], rows[1], [rows[2][0], rows[2][1], "Vessel", *rows[2][3:]], *rows[3:]]
    ),
    "types nobody knows": _rows(lambda rows: [rows[0], *([*row[:2], "Planet", *row[3:]] for row in rows[1:])]),
    "a name of a megabyte in a cell": _rows(
        lambda rows: [rows[0], [rows[1][0], "P" * (1 << 20), *rows[1][2:]], *rows[2:]]
    ),
}

KINDS = {"xml": XML, "csv": ROWS, "json": LINES, "xlsx": BOOKS}
