"""Documents of strangers are read in a process of its own, with bounds on its memory and processor time.

Parsers of PDF, Office, pictures and mailboxes are large; a document made to harm can make them run forever, fill the
memory or crash. The process gets one document after the other, and is replaced when it dies.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Self

from tocsin.sources.packed import MIB, Limits
from tocsin.sources.parsers.wire import LONG, NO_MEMORY, Answer

LEAST_CPU_S = 2
WORKER = "tocsin.sources.parsers.work"


class Reader:
    """Asks the process; it is started at the first question. Use it in a `with` block."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._cpu_s, self._given_s = limits, limits.cpu_s, limits.cpu_s
        self._process: subprocess.Popen[bytes] | None = None
        self._spare: Reader | None = None
        self._busy = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        if self._spare:
            self._spare.__exit__()

    def ask(self, task: str, stream: BinaryIO, size: int, name: str = "") -> Iterator[Answer]:
        """What the task (see `parsers.work.TASKS`) finds in a stream of `size` bytes: facts and pieces of bytes, one
        after the other. A document that cannot be read gives facts with `fault`, the reason in words. Who asks on
        before all is answered, as for what is attached to a mail of a mailbox, gets the answers of another process."""
        if self._busy:
            self._spare = self._spare or Reader(self._limits)
            yield from self._spare.ask(task, stream, size, name)
            return
        self._busy = True
        process = self._process = self._process or self._started()
        assert process.stdin
        assert process.stdout
        done = False
        try:
            self._given_s = self._cpu_s * max(
                1, size // self._limits.paper_bytes
            )  # a mailbox may be larger than papers
            question = json.dumps({"task": task, "name": name, "cpu_s": self._given_s, "size": size}).encode()
            process.stdin.write(LONG.pack(len(question)) + question)
            stream.seek(0)
            while data := stream.read(MIB):
                process.stdin.write(data)
            process.stdin.flush()
            while (answer := _answer(process.stdout, self._limits.answer_bytes)) is not None:
                if "done" in answer[0]:
                    done = True
                    return
                yield answer
        except BrokenPipeError:
            pass
        finally:
            self._busy = False
            if not done:  # it died, or nobody wants the rest
                reason = self._stop()
        yield {"fault": reason}, []

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-m", WORKER, str(self._limits.memory_bytes)]
        pipe = subprocess.PIPE
        environment = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}  # no secret of ours
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment)  # noqa: S603  our own module

    def _stop(self) -> str:
        """End the process; in words, why it had ended itself."""
        process, self._process = self._process, None
        if process is None:
            return ""
        for pipe in (process.stdin, process.stdout):
            assert pipe
            with suppress(BrokenPipeError):
                pipe.close()
        try:
            code = process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code == -signal.SIGXCPU:
            self._cpu_s = max(LEAST_CPU_S, self._cpu_s // 2)  # a thousand such take no day
            return f"reading it took more than {self._given_s} s and was stopped"
        if code == NO_MEMORY:
            return "reading it needs more memory than is allowed"
        return f"its reader broke down, or it holds more than is read at once (code {code})"


def _answer(stream: Any, most: int) -> Answer | None:
    """The next answer; None where the process has ended, or would answer more than `most` bytes."""
    size = stream.read(LONG.size)
    if len(size) < LONG.size or LONG.unpack(size)[0] > most:
        return None
    told = stream.read(LONG.unpack(size)[0])
    if len(told) < LONG.unpack(size)[0]:
        return None
    facts = json.loads(told)
    lengths = facts.pop("blobs")
    blobs = [stream.read(length) for length in lengths] if sum(lengths) <= most else []
    return (facts, blobs) if [len(blob) for blob in blobs] == lengths else None  # none of which a part is missing
