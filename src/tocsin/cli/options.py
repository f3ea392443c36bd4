"""Options that several verbs share: how posts are read, what is compared, where the work is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tocsin.settings import Settings

Paths = Annotated[list[str], typer.Argument(help="Files or folders; - is standard input.", metavar="FILE...")]
Out = Annotated[Path, typer.Option(help="Folder for all that comes out; the same again goes on where it stopped.")]
Format = Annotated[str | None, typer.Option(help="Format of the files, where it is not told.")]
Map = Annotated[
    list[str] | None, typer.Option(help="Which column is what, such as account=author_id.", metavar="FIELD=COLUMN")
]
Timezone = Annotated[str, typer.Option(help="Zone of times that carry none, such as Europe/Kyiv.")]
DateOrder = Annotated[Literal["MDY", "DMY"] | None, typer.Option(help="How to read dates like 3/4/2016.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the files, such as windows-1251.")]
Platform = Annotated[str | None, typer.Option(help="Platform of posts that do not say theirs.")]
Declared = Annotated[Path | None, typer.Option(help="File of accounts that openly act together, one a line.")]
Windows = Annotated[list[float] | None, typer.Option(help="Window in seconds; may be repeated.")]
Layers = Annotated[list[str] | None, typer.Option(help="Only this layer; may be repeated.")]
Engine = Annotated[
    str | None, typer.Option(help="Where the work is done, if not in memory: embedded, or sc://host:port.")
]
Tables = Annotated[
    str | None, typer.Option(help="Folder or URL of the engine's tables; it and its workers must reach it.")
]
Memory = Annotated[int | None, typer.Option(help="Memory in MB for counting, over TOCSIN_MEMORY_MB.", min=256)]


def limited(settings: Settings, memory: int | None) -> Settings:
    """The settings, with what --memory says."""
    return settings if memory is None else settings.model_copy(update={"memory_mb": memory})
