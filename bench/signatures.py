"""Mail signatures: verifications a CPU-second, vectors right, damages told from alterations, keys recovered.

    python bench/signatures.py [--no-recovery]

The table goes to bench/results/signatures.json too. Beside ours stands dkimpy, where it is installed.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from common import ROOT, markdown, write

sys.path.insert(0, str(ROOT))
from tests.detect.leaks.mail import making

from tocsin.detect.leaks.mail import arc, fields, recovery
from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.mailbox import mailbox
from tocsin.detect.leaks.mail.verify import verify
from tocsin.model.mail import DomainKey, Message
from tocsin.simulate.mail import SigningKey
from tocsin.sources.keys.reading import read_keys

DATA = ROOT.parent / "shared/data/content"
MAILS = 1_200
Row = dict[str, Any]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and the CPU-seconds it took."""
    begun = time.process_time()
    return work(), time.process_time() - begun


def speed() -> Iterable[Row]:
    """Verifications a CPU-second, by the length of the key."""
    for bits in (1024, 2048):
        key = SigningKey("party.example", "speed", seed=3, bits=bits)
        names = list(making.BODIES)
        messages = [making.message(making.mail(names[n % len(names)], key=key, number=n)) for n in range(MAILS)]
        book = making.book(key)
        report, seconds = timed(lambda messages=messages, book=book: mailbox(messages, book))
        right = report.verdicts["verified"] == MAILS
        yield {"what": f"verifications a CPU-second, RSA {bits}", "ours": round(MAILS / seconds), "right": right}
        if other := dkimpy(messages, key):
            yield {"what": f"the same, dkimpy, RSA {bits}", "ours": other, "right": ""}


def dkimpy(messages: list[Message], key: SigningKey) -> int:
    """Verifications a CPU-second of dkimpy; 0 where it is not installed."""
    try:
        import dkim
    except ImportError:
        return 0
    record = key.record.encode()
    _, seconds = timed(lambda: [dkim.verify(one.raw, dnsfunc=lambda name, timeout=5: record) for one in messages])
    return round(len(messages) / seconds)


def damages() -> Iterable[Row]:
    """Every damage on every kind of mail, every alteration on every kind of mail, with the seconds each takes."""
    book = making.book()
    keys = (making.RSA, making.EDWARDS)
    raws = [(n, making.mail(n, form, key)) for n in making.BODIES for form in making.FORMS for key in keys]
    damaged = [making.DAMAGES[d](raw) for name, raw in raws for d in making.DAMAGES if name in making.damaged(d)]
    altered = [forged for _, raw in raws for _, forged in making.altered(raw) if forged != raw]
    for what, mails, wanted in (("damaged", damaged, "verified"), ("altered", altered, "contradicted")):
        reports, seconds = timed(lambda mails=mails: [verify(making.message(raw), book).verdict for raw in mails])
        right = sum(verdict == wanted for verdict in reports)
        each = f"{1000 * seconds / len(mails):.0f} ms each"
        yield {"what": f"{what} mails that are {wanted}", "ours": f"{right} of {len(mails)}", "right": each}


def vectors() -> Iterable[Row]:
    """Mails and chains of others."""
    folder = DATA / "dkim_mail"
    if not folder.exists():
        return
    keys = KeyBook(read_keys([folder / "keys.json"]).keys)
    right = total = 0
    with (folder / "expected.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            verdict = verify(Message((folder / row["file"]).read_bytes(), row["file"], 1, "eml"), keys).verdict
            valid = "unknown" if "not aligned" in row["truth"] else "verified"
            starts = {"altered": "contradicted", "valid": valid}
            wanted = starts.get(re.match(r"[a-z]+", row["truth"])[0], "unknown")
            right, total = right + (verdict == wanted), total + 1
    yield {"what": "mails of others judged as they are", "ours": f"{right} of {total}", "right": right == total}
    right = total = 0
    for group in json.loads((DATA / "arc_mail/arc_validation.json").read_text()):
        found = [(name.partition("._domainkey."), record) for name, record in group["txt_records"].items()]
        book = KeyBook(DomainKey(name[2], name[0], record, "dns", "suite") for name, record in found)
        for one in group["tests"].values():
            right += arc.chain(fields.read(one["message"].encode()), book).status == one["cv"].lower()
            total += 1
    yield {"what": "ARC chains judged as the suite has it", "ours": f"{right} of {total}", "right": right == total}


def recovered() -> Iterable[Row]:
    """CPU-seconds for a key from two mails."""
    for bits in (1024, 2048):
        key = SigningKey("party.example", "old", seed=3, bits=bits)
        pair = [making.message(making.mail(key=key, number=n)) for n in range(2)]
        found, seconds = timed(lambda pair=pair: recovery.recover(pair))
        right = [one.record for one in found] == [key.record]
        yield {
            "what": f"CPU-seconds for a key of {bits} bits from two mails",
            "ours": round(seconds, 1),
            "right": right,
        }


def main() -> None:
    """Measure all and print the table."""
    rows = [*vectors(), *speed(), *damages()]
    if "--no-recovery" not in sys.argv[1:]:
        rows += recovered()
    print(markdown(list(rows[0]), [list(row.values()) for row in rows]))
    write("signatures", rows)


if __name__ == "__main__":
    main()
