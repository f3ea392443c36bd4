"""The kinds of rumours there are (`data/kinds.json`), and which of them a text may be, by its words."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from tocsin.errors import NotFoundError
from tocsin.model.rumour import RumourKind, Suggestion

LEAST = 0.6  # share of a kind's groups of words that must be met to suggest it
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@cache
def kinds() -> tuple[RumourKind, ...]:
    """All kinds, in the order of the file."""
    text = (files("tocsin.assure.rumour") / "data" / "kinds.json").read_text("utf-8")
    return tuple(RumourKind.model_validate(one) for one in json.loads(text)["kinds"])


def kind_of(id_: str) -> RumourKind:
    """The kind of that id; `NotFoundError` where there is none."""
    for kind in kinds():
        if kind.id == id_:
            return kind
    known = ", ".join(kind.id for kind in kinds())
    raise NotFoundError(f"no kind of rumour is called {id_!r}", hint=f"one of: {known}")


def suggest(text: str) -> tuple[Suggestion, ...]:
    """Kinds that the words of a text tell, the surest first; a person chooses. English and German words are known. A
    text may be of several kinds, or of none that is known."""
    words = _WORD.findall(text.lower())
    words += [part for word in words for part in word.split("-") if part != word]
    found = []
    for kind in kinds():
        met = [next((word for word in words if _met(word, group)), None) for group in kind.words]
        told = tuple(dict.fromkeys(word for word in met if word))
        score = sum(word is not None for word in met) / len(met)
        if score >= LEAST and len(told) > 1:
            found.append(Suggestion(kind=kind.id, score=round(score, 3), words=told))
    return tuple(sorted(found, key=lambda one: (-one.score, -len(one.words), one.kind)))


def _met(word: str, group: tuple[str, ...]) -> bool:
    return any(word.startswith(one[:-1]) if one.endswith("*") else word == one for one in group)
