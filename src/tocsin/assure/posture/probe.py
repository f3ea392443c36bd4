"""Ask the network about names, with the tools of the extra `posture`; only where the user allows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from tocsin.errors import RefusedError, UsageError
from tocsin.progress import Progress, Silent


def probe(names: Iterable[str], *, network: bool, progress: Progress | None = None) -> Iterator[str]:
    """JSON lines for `read_posture`, one a name and tool: what checkdmarc, drheader and pysecuritytxt say. A failure is
    an answer too and is written as `error`. Raises `RefusedError` unless `network` is allowed, `UsageError` where the
    extra is not installed; both before anything is asked."""
    if not network:
        raise RefusedError(
            "posture is asked over the network, which is not allowed", hint="allow it, or read saved files"
        )
    tools = {"checkdmarc": _mail(), "drheader": _headers(), "pysecuritytxt": _contact()}
    return _asked(names, tools, progress or Silent())


def _asked(names: Iterable[str], tools: dict[str, Callable[[str], Any]], progress: Progress) -> Iterator[str]:
    progress.start("asking for posture")
    for name in names:
        for tool, ask in tools.items():
            try:
                result = ask(name)
            except Exception as error:  # noqa: BLE001  whatever a tool raises about one name is an answer
                result = {"error": f"{type(error).__name__}: {error}"}
            at = datetime.now(UTC).isoformat(timespec="seconds")
            yield json.dumps({"tool": tool, "name": name, "at": at, "result": result}, default=str)
        progress.advance()


def _needed(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f"{module} is not installed", hint="install tocsin with the extra `posture`") from error


def _mail() -> Callable[[str], Any]:
    check = _needed("checkdmarc").check_domains
    return lambda name: check([name])


def _headers() -> Callable[[str], Any]:
    page = _needed("drheader").Drheader
    return lambda name: {
        "url": f"https://{name}/",
        "report": [one.to_dict() for one in page(url=f"https://{name}/").analyze()],
    }


def _contact() -> Callable[[str], Any]:
    module = _needed("pysecuritytxt")
    file = module.PySecurityTXT()

    def ask(name: str) -> Any:
        try:
            return json.loads(file.get(name, parse=True))
        except module.PySecurityTXTException:
            file.session.get(f"https://{name}/", timeout=5)  # a site that does not answer is not one without the file
            raise

    return ask
