"""The process that reads documents of strangers: questions come on standard input, answers go to standard output.

Run by `confined.Reader` only. Each question is a task's name and a document; each answer is facts in JSON and pieces of
bytes. A task is a function from an open file and its name to answers.
"""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, BinaryIO, cast

from tocsin.errors import TocsinError
from tocsin.sources.parsers.answer import said
from tocsin.sources.parsers.wire import LONG, NO_MEMORY, Answer

Task = Callable[[BinaryIO, str], Iterator[Answer]]

#: Module and function of each task, imported at its first question.
TASKS = {
    "msg": ("tocsin.sources.parsers.msg", "read"),
    "pst": ("tocsin.sources.parsers.pst", "read"),
    "pdf": ("tocsin.sources.parsers.pdf", "read"),
    "revisions": ("tocsin.sources.parsers.revisions", "read"),
    "office": ("tocsin.sources.parsers.office", "read"),
    "ole": ("tocsin.sources.parsers.ole", "read"),
    "picture": ("tocsin.sources.parsers.photo", "read"),
    "html": ("tocsin.sources.parsers.plain", "read_html"),
    "rtf": ("tocsin.sources.parsers.richtext", "read"),
    "tnef": ("tocsin.sources.parsers.tnef", "read"),
    "text": ("tocsin.sources.parsers.plain", "read_text"),
}
IN_MEMORY = 64 << 20
LEAST_MEMORY, MEMORY_RATIO = 768 << 20, 8  # of a document: so much, and so many times its size
FULL = "reading it needs more memory than is allowed"


def main() -> None:
    """Answer until no question comes."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints is no answer
    memory, most = int(sys.argv[1]), resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while head := questions.read(LONG.size):
        question = json.loads(questions.read(LONG.unpack(head)[0]))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        with _document(questions, question["size"]) as document:
            _bound(question, memory)
            for facts, blobs in _tried(question, document):
                text = json.dumps({**facts, "blobs": [len(blob) for blob in blobs]}, ensure_ascii=False).encode()
                answers.write(LONG.pack(len(text)) + text)
                for blob in blobs:
                    answers.write(blob)
        answers.write(LONG.pack(len(_DONE)) + _DONE)
        answers.flush()


_DONE = b'{"done": true, "blobs": []}'


def _bound(question: dict[str, Any], memory: int) -> None:
    """Let the system end the process when this document has cost so much time, and give it no more memory than its size
    lets expect (POSIX setrlimit): a small file that asks for gigabytes is made to harm."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    stop = int(used.ru_utime + used.ru_stime) + int(question["cpu_s"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (stop, resource.RLIM_INFINITY))
    most = min(memory, LEAST_MEMORY + MEMORY_RATIO * int(question["size"]))
    resource.setrlimit(resource.RLIMIT_AS, (most, memory))


def _document(stream: BinaryIO, size: int) -> BinaryIO:
    """The document as a file that can seek; a large one without a name on the disk."""
    if size <= IN_MEMORY:
        return io.BytesIO(stream.read(size))
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  closed by the caller
    while size and (data := stream.read(min(size, 1 << 20))):
        size -= file.write(data)
    file.seek(0)
    return file


def _tried(question: dict[str, Any], document: BinaryIO) -> Iterator[Answer]:
    """The task's answers; whatever a parser raises becomes a fault in words."""
    try:
        module, function = TASKS[question["task"]]
        task: Task = getattr(import_module(module), function)
        yield from task(document, question["name"])
    except MemoryError:
        yield {"fault": FULL}, []
    except RecursionError:
        yield {"fault": "things in things, nested deeper than can be read"}, []
    except TocsinError as error:
        yield {"fault": f"{error}{': ' if error.hint else ''}{error.hint}"}, []
    except Exception as error:  # noqa: BLE001  parsers raise whatever they stumble over
        full = isinstance(error, OSError) and error.errno == errno.ENOMEM
        yield {"fault": FULL if full else f"is damaged, or not what it seems to be: {said(error)}"}, []


if __name__ == "__main__":
    try:
        main()
    except MemoryError:  # the question itself, or the answer, did not fit
        os._exit(NO_MEMORY)
