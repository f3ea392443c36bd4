"""Write the reference pages from the code: `python docs/reference.py` fills docs/reference/."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.core import TyperCommand

from tocsin import errors, plugins, settings
from tocsin.cli import app
from tocsin.model import finding, post, tables


def table(head: list[str], rows: Iterable[Iterable[object]]) -> str:
    """Set rows as a Markdown table; a column with nothing in it is left out."""
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    kept = [n for n, _ in enumerate(head) if any(row[n] for row in cells)]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join("| " + " | ".join(line[n] for n in kept) + " |" for line in lines)


def code(text: object) -> str:
    """Set text as code."""
    return f"`{text}`"


def commands() -> str:
    """Set the help of the program and of each verb."""
    group = app.command()
    parts = ["# Commands", help_text(group, "tocsin")]
    for verb in app.VERBS:
        command = app.load_verb(verb)
        parts += [f"## tocsin {verb}", help_text(command, f"tocsin {verb}")]
        below = {} if isinstance(command, TyperCommand) else command.commands
        parts += [help_text(one, f"tocsin {verb} {name}") for name, one in below.items()]
    return "\n\n".join(parts)


def help_text(command: Any, name: str) -> str:
    """Set the help of one command, 100 columns wide."""
    context = command.make_context(name, [], resilient_parsing=True, terminal_width=100, max_content_width=100)
    return f"```text\n{command.get_help(context)}\n```"


def setting_pages() -> str:
    """Set the environment variables with their meaning and default."""
    rows = []
    for name, field in settings.Settings.model_fields.items():
        default = "" if field.default is PydanticUndefined else field.default
        rows.append([code(f"TOCSIN_{name.upper()}"), field.description, default])
    intro = f"{settings.Settings.__doc__} Set them as environment variables."
    return "\n\n".join(["# Settings", intro, table(["variable", "meaning", "default"], rows)])


def formats() -> str:
    """Set the registered sources."""
    rows = [[code(source.id), source.title] for source in plugins.load("sources").values()]
    intro = (
        "Tocsin recognises these formats by their content, not by the name of the file, and says which one it took "
        "and why. `--format` names one where it asks."
    )
    return "\n\n".join(["# Formats", intro, table(["--format", "format"], rows)])


def detectors() -> str:
    """Set the registered detectors with their parameters."""
    parts = ["# Detectors"]
    for detector in plugins.load("detectors").values():
        method = f"Version {detector.version}. How it works: [{detector.id}](../methods/{detector.id}.md)."
        parts += [f"## {detector.id}", method, fields(detector.params)]
    return "\n\n".join(parts)


def fields(model: type[BaseModel]) -> str:
    """Set the fields of a pydantic model: name, type, default, meaning."""
    rows = []
    for name, field in model.model_fields.items():
        given = field.default_factory is None and field.default is not PydanticUndefined
        shown = re.sub(r"\b(tocsin|typing|datetime)\.([a-z_]+\.)*", "", type_name(field.annotation))
        rows.append([code(name), code(shown), code(repr(field.default)) if given else "", field.description or ""])
    return table(["field", "type", "default", "meaning"], rows)


def type_name(annotation: Any) -> str:
    """Name a type as one would write it."""
    return annotation.__name__ if isinstance(annotation, type) and "[" not in str(annotation) else str(annotation)


def columns(schema: pa.Schema, meaning: dict[str, str]) -> str:
    """Set the columns of an Arrow table."""
    rows = [[code(f.name), code(f.type), "yes" if f.nullable else "no", meaning.get(f.name, "")] for f in schema]
    return table(["column", "type", "may be empty", "meaning"], rows)


def comment(module: Any, name: str) -> str:
    """Take the `#:` comment above the assignment to `name`."""
    found = re.search(rf"((?:^#: .*\n)+){name} =", inspect.getsource(module), re.MULTILINE)
    return " ".join(line.removeprefix("#: ") for line in found[1].splitlines()) if found else ""


def records() -> str:
    """Set the tables and records of the model."""
    parts = ["# Tables and records", "## Posts", comment(post, "POSTS"), columns(post.POSTS, post.POST_FIELDS)]
    for title, name in (("Edges", "EDGES"), ("Evidence", "EVIDENCE")):
        parts += [f"## {title}", comment(tables, name), columns(getattr(tables, name), {})]
    for name, kind in vars(finding).items():
        if isinstance(kind, type) and issubclass(kind, finding.Record) and kind is not finding.Record:
            parts += [f"## {name}", inspect.getdoc(kind) or "", fields(kind)]
    return "\n\n".join(parts)


def error_pages() -> str:
    """Set the tree of errors."""
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.TocsinError)]
    rows = [
        [code(kind.__name__), kind.exit_code, kind.http_status, (kind.__doc__ or "").split("\n")[0]] for kind in kinds
    ]
    more = f"Ctrl-C ends with {app.INTERRUPTED}."
    return "\n\n".join(["# Errors", table(["error", "exit code", "HTTP status", "meaning"], rows), more])


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "detectors": detectors,
    "errors": error_pages,
    "formats": formats,
    "records": records,
    "settings": setting_pages,
}


def write(folder: Path) -> None:
    """Write every page, and an index of them, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page() + "\n", encoding="utf-8")
    links = "\n".join(f"- [{name.capitalize()}]({name}.md)" for name in PAGES)
    (folder / "index.md").write_text(f"# Reference\n\nWritten from the code.\n\n{links}\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parent / "reference")
