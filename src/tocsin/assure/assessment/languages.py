"""The shipped questions and threat trees in other languages, `data/<language>.po`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def said(language: str, text: str) -> str:
    """A shipped text in a language; any other text, such as of a loaded profile, as it is. Several lines each."""
    known = _known(language)
    return "\n".join(known.get(line, line) for line in text.split("\n"))


@cache
def _known(language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    path = files("tocsin.assure.assessment") / "data" / f"{language}.po"
    if not language.isalpha() or not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}
