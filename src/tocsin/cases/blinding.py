"""Names replaced by stable placeholders such as "Party A", so that a second reader cannot see which side it is about.

A name is found whatever its case, accents, spacing or invisible characters; with an ending (genitive, plural, case) or,
in Arabic and Hebrew, a prefix; inside hashtags, handles, addresses and compounds. The longest name wins. What is hidden
too much costs a word; what is hidden too little costs the blindness.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeVar, get_origin

import regex
from pydantic import BaseModel

from tocsin.errors import UsageError
from tocsin.model.case import Name

R = TypeVar("R", bound=BaseModel)

#: Fields that hold ids and digests, in which a short name could occur by chance.
_IDS = frozenset(
    {"id", "case", "sha256", "scan", "origin", "finding", "evidence_digest", "content", "by"}
    | {"subjects", "account", "evidence_posts", "owner", "authors", "seen_by", "added_by", "decided_by", "captured_by"}
)
#: Marks without which a word is still the same word: accents, Arabic and Hebrew points.
_MARKS = regex.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\p{Cf}]")
_GAP = r"[\s\p{Pd}_.·'’&+]*"
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_PREFIX = (
    (regex.compile(r"\p{Arabic}"), r"(?<![\p{L}\p{N}])[وفبكل]{0,2}(?:ال)?"),
    (regex.compile(r"\p{Hebrew}"), r"(?<![\p{L}\p{N}])[הובכלמש]{0,3}"),
)
#: Where words are run together: hashtags, handles, addresses, mail, inner capitals, digits, underscores.
_COMPOUND = regex.compile(
    r"[#@]\w[\w.\-]*|\w+://\S+|[\w.+\-]+@[\w.\-]+|\b[\w\-]+(?:\.[\w\-]+)*\.\p{L}{2,}(?:/\S*)?"
    r"|\w*\p{Ll}\p{Lu}\w*|\w*[_\p{N}]\w*"
)
_SORTS = ("party", "candidate", "country", "account", "organisation", "person")


_Parts = tuple[str, str, str]


class _Found(NamedTuple):
    start: int
    end: int
    name: int


class Blinder:
    """Replaces the names of a case; made once for many texts."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = tuple(names)
        written = [(text, n) for n, name in enumerate(self._names) for text in (name.text, *name.also) if text]
        written.sort(key=lambda pair: (-len(_fold(pair[0])[0]), pair))
        self._whole = _pattern((_bounded(text, self._names[n].sort), n) for text, n in written)
        parts = [
            (part, n)
            for n, name in enumerate(self._names)
            if name.sort in ("candidate", "person")
            for part in name.text.split()
            if len(_letters(part)) >= 3 and part != name.text
        ]
        self._parts = _pattern((_bounded(part, "person"), n) for part, n in parts)
        long = [pair for pair in written if len(_letters(pair[0])) >= 3] + [
            p for p in parts if len(_letters(p[0])) >= 4
        ]
        self._inside = _pattern((("", _words(text), ""), n) for text, n in long)

    def text(self, text: str) -> str:
        """`text` with each name replaced by its placeholder."""
        out, at = [], 0
        for found in self._find(text):
            out += [text[at : found.start], self._names[found.name].placeholder]
            at = found.end
        return "".join(out) + text[at:]

    def names_in(self, text: str) -> tuple[Name, ...]:
        """The names that occur in `text`, each once."""
        return tuple(self._names[n] for n in sorted({found.name for found in self._find(text)}))

    def record(self, record: R) -> R:
        """A copy of a record with the names replaced in all its texts, at any depth; ids stay."""
        fields = type(record).model_fields
        changed = {
            name: self._value(value)
            for name, value in record
            if (name not in _IDS or isinstance(value, BaseModel)) and get_origin(fields[name].annotation) is not Literal
        }
        return record.model_copy(update=changed)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, tuple):
            return tuple(map(self._value, value))
        return self.record(value) if isinstance(value, BaseModel) else value

    def _find(self, text: str) -> Iterator[_Found]:
        """Every place to replace, in order, none over another: the earlier first, then the longer."""
        folded, places = _fold(text)
        found = list(_matches(self._whole, folded, places))
        found += [f for f in _matches(self._parts, folded, places) if not text[f.start].islower()]
        for compound in _COMPOUND.finditer(text) if self._inside else ():
            inner, at = _fold(compound[0])
            found += [
                _Found(f.start + compound.start(), f.end + compound.start(), f.name)
                for f in _matches(self._inside, inner, at)
            ]
        end = 0
        for one in sorted(found, key=lambda f: (f.start, -f.end)):
            if one.start >= end:
                yield one
                end = one.end


def placeholder(names: Sequence[Name], sort: str) -> str:
    """The next placeholder of a sort that the case has not given away: Party A, Party B, … Party Z, Party AA."""
    title = sort.capitalize()
    taken = [_number(name.placeholder.removeprefix(f"{title} ")) for name in names if name.sort == sort]
    return f"{title} {_letter(max(taken, default=0) + 1)}"


def check_name(text: str) -> None:
    """Raise `UsageError` for a name too short to be told from other text, or that a placeholder would spell."""
    letters = _letters(text)
    if len(letters) < 2 or letters in _SORTS:
        raise UsageError(
            f"the name {text!r} cannot be replaced: it would be found everywhere", hint="write the name out in full"
        )


def _letter(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """`text` without case, accents and invisible characters, and for each character the place it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded, places = [], []
    for place, char in enumerate(text):
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        for part in _MARKS.sub("", plain):
            folded.append(part)
            places.append(place)
    return "".join(folded), places


def _letters(text: str) -> str:
    return "".join(regex.findall(r"[\p{L}\p{M}\p{N}]", _fold(text)[0]))


def _words(text: str) -> str:
    """A pattern for the words of a name, whatever stands between them."""
    folded = _fold(text)[0]
    words = regex.findall(r"[\p{L}\p{M}\p{N}]+", folded) or [folded.strip()]
    return _GAP.join(map(regex.escape, words))


def _bounded(text: str, sort: str) -> _Parts:
    """The pattern of a name that stands as a word: before, itself, and the endings its script may add."""
    letters = _letters(text) or text
    pattern = _words(text)
    if letters.startswith("ال"):  # the article after "to" loses a letter
        pattern = f"(?:{pattern}|ل{pattern[1:]})"
    before = next((p for script, p in _PREFIX if script.match(letters)), r"(?<![\p{L}\p{N}])")
    after = r"(?![\p{L}\p{N}])"
    if sort == "country" and len(letters) >= 4:
        after = r"\p{L}{0,4}" + after
    elif len(letters) >= 5:
        after = r"\p{L}{0,3}" + after
    else:
        after = "s?" + after
    return "" if _UNSPACED.match(letters[0]) else before, pattern, "" if _joined(letters[-1]) else after


def _joined(letter: str) -> bool:
    """Whether other words follow without a space: in scripts without spaces, and Korean particles."""
    return bool(_UNSPACED.match(letter) or regex.match(r"\p{Hangul}", letter))


def _pattern(written: Iterable[tuple[_Parts, int]]) -> regex.Pattern[str] | None:
    """One pattern that tries the names in the order given; the group that matched carries the number of the name.

    Names with the same beginning stand together, so that most places in a text are passed after one look.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for place, ((before, name, after), n) in enumerate(written):
        first = regex.sub(r"^\(\?:", "", name)[0]
        groups.setdefault((before, first), []).append(f"(?P<n{place}_{n}>{name}{after})")
    begun: dict[str, list[str]] = {}
    for (before, first), names in groups.items():
        look = f"(?={first})" if first.isalnum() and not _PREFIX[0][0].match(first) else ""
        begun.setdefault(before, []).append(f"{look}(?:{'|'.join(names)})")
    parts = [f"{before}(?:{'|'.join(names)})" for before, names in begun.items()]
    return regex.compile("|".join(parts)) if parts else None


def _matches(pattern: regex.Pattern[str] | None, folded: str, places: Sequence[int]) -> Iterator[_Found]:
    for match in pattern.finditer(folded) if pattern else ():
        if match.end() > match.start():
            number = int(str(match.lastgroup).rpartition("_")[2])
            yield _Found(places[match.start()], places[match.end() - 1] + 1, number)
