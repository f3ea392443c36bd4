"""A process that writes until it is killed; run by test_kill. What is confirmed stands in a file, one line each."""

import os
import random
from datetime import UTC, datetime
from pathlib import Path

from tests.store.build import item, lead

from tocsin.model.case import Lead
from tocsin.store.workspace import Workspace


def write(path: Path, database: str, confirmed: Path, seed: int) -> None:
    """Add, change, remove and note in a loop, with a vault file for each item, and a root now and then.

    Lines: `+ kind id version` after a record was written, `? id` before it is removed, `- id` after, `* entries` after
    a root."""
    chance = random.Random(seed)
    workspace = Workspace.open(path, database)
    with confirmed.open("ab", buffering=0) as lines:

        def say(*words):
            os.write(lines.fileno(), (" ".join(map(str, words)) + "\n").encode())

        while True:
            stored = workspace.vault.put(chance.randbytes(chance.choice((10, 100_000))))
            with workspace.write("ada", "add", note="while it lasts") as w:
                added = w.put_many([item(stored), *(lead(i) for i in range(chance.choice((1, 3, 600))))])
            for record in added:
                say("+", record.kind, record.id, record.version)
            with workspace.write("ada", "change") as w:
                changed = w.put(w.get(Lead, added[1].id).but(title="Changed"))
            say("+", "lead", changed.id, changed.version)
            if chance.random() < 0.3:
                say("?", changed.id)
                with workspace.write("ada", "remove") as w:
                    w.remove(Lead, changed.id)
                say("-", changed.id)
            if chance.random() < 0.3:
                say("*", workspace.journal.make_root(datetime.now(UTC).date()).entries)
