"""Names as words: transliterated, with last and given names told apart where the spelling shows it, folded by sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from anyascii import anyascii

from tocsin.kernels.names import Names, Words
from tocsin.resolve.frequency import Frequency

LAST, GIVEN, UNKNOWN = 1, 2, 0

_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "jr", "sr", "esq", "md", "phd", "hon", "rev"]
)
_LEET = str.maketrans("01359", "oiesg")
_STOPS = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
_WORD = re.compile(r"[a-z0-9]+")
_FORMS = (  # legal forms in words, then the class of forms that are one in different countries
    (r"(public|open|closed|otkrytoe|publichnoe|zakrytoe)? ?(joint stock company|aktsionernoe obshch?estvo)", "jsc"),
    (r"limited liability (company|partnership)|obshch?estvo s ogranichennoi otvetstvennostyu", "llc"),
    (r"aktiengesellschaft|public limited company", "jsc"),
    (r"gesellschaft mit beschrankter haftung|g m b h|private limited", "llc"),
    (r"s p a|p l c|n v|a s|s a", "jsc"),
    (r"l l c|l l p|b v|s a r l|s r l|z o o|s r o", "llc"),
)
_CLASSES = {
    form: name
    for name, forms in {
        "jsc": "jsc oao pao ao zao ojsc pjsc cjsc ag sa spa plc inc incorporated corp corporation nv as oyj ab",
        "llc": "llc ooo ltd limited gmbh bv sarl srl sro llp lp co company pty pte sdn bhd fze fzco fzc",
    }.items()
    for form in forms.split()
}
_FORM_PATTERNS = tuple((re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"), name) for pattern, name in _FORMS)

#: Spellings of one sound: Swedish, German, French and English ways with Slavic and Arabic names. In order.
_FOLDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(.)\1+", r"\1"),
        (r"[iyj]?[eoau]?[vw][iyj]+(tj|tch|tsch|ch|cz|c)$", "vec"),  # patronymics
        (r"[iyj]?[eoau][vwu]na$", "vna"),
        (r"([ao][uvw]|of)(a?)$", r"ov\2"),  # Belarusian and Russian endings
        (r"au(?=[^aeiouy])", "av"),
        (r"tsch|tch|tj|ch|kh|gh", "h"),
        (r"sch|sj|sh", "s"),
        (r"dzj|dzh|zh|zj|dj|dz", "z"),
        (r"th|ts|tz", "t"),
        (r"ph", "f"),
        (r"^(ya|ja|ia)", "a"),
        (r"^(ye|je|ie|yo|jo|io)", "e"),
        (r"^(yu|ju|iu)", "u"),
        (r"ou|oo|o", "u"),
        (r"[wv]", "v"),
        (r"[qc]", "k"),
        (r"x", "ks"),
        (r"[yij]+e?|e[yij]*", "e"),
        (r"([aeu])[aeu]+", r"\1"),
        (r"(?<=.)h$|(?<=.)h(?=[^aeu])", ""),
        (r"(.)\1+", r"\1"),
    )
)

#: The same for words of organisations: these are not spelt by ear as names are, so vowels stand.
_PLAIN_FOLDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"tsch|tch|tj", "ch"),
        (r"sch|sj", "sh"),
        (r"zj", "zh"),
        (r"kh", "h"),
        (r"ph", "f"),
        (r"w", "v"),
        (r"[qc](?!h)", "k"),
        (r"x", "ks"),
        (r"[yj]", "i"),
        (r"(.)\1+", r"\1"),
        (r"i([aeou])", r"\1"),
    )
)


class Word(NamedTuple):
    """One word of a name, and whether it is a LAST name, a GIVEN name or UNKNOWN. Last names stand last."""

    text: str
    part: int


def person_words(name: str) -> list[Word]:
    """Words of a person's name. "LAST, First" and "LAST First" (capitals told apart) say which is which; titles and
    suffixes are dropped unless nothing else is there."""
    before, comma, after = name.partition(",")
    split = _words(before), _words(after)
    if comma and split[0] and split[1] and any(word not in _TITLES for word in split[1]):
        words = given_words(before, after)
    else:
        words = _by_capitals(name)
    words.sort(key=lambda word: word.part == LAST)
    return [word for word in words if word.text not in _TITLES] or words


def given_words(last: str, first: str) -> list[Word]:
    """Words of a name that comes in two fields, given names first."""
    parts = [Word(word, GIVEN) for word in _words(first)] + [Word(word, LAST) for word in _words(last)]
    return [word for word in parts if word.text not in _TITLES] or parts


def organisation_words(name: str) -> list[Word]:
    """Words of an organisation's name; legal forms are one word a class (limited liability, joint stock)."""
    text = " ".join(_WORD.findall(_ascii(_STOPS.sub(r"\1", name))))
    for pattern, form in _FORM_PATTERNS:
        text = pattern.sub(form, text)
    words = [_CLASSES.get(word, word) for word in text.split() if word != "the"]
    return [Word(word, UNKNOWN) for word in words] or [Word("the", UNKNOWN)] * ("the" in text)


@lru_cache(1 << 18)
def fold(word: str) -> str:
    """The sound of an ASCII word, roughly: spellings that transliteration makes of one name become one."""
    if word[0].isdigit():
        return word
    word = _variants().get(word, word)
    for pattern, to in _FOLDS:
        word = pattern.sub(to, word)
    return word


@lru_cache(1 << 16)
def fold_plain(word: str) -> str:
    """The sound of a word of an organisation's name: spellings by other alphabets become one, vowels stand."""
    if word[0].isdigit():
        return word
    for pattern, to in _PLAIN_FOLDS:
        word = pattern.sub(to, word)
    return word


@lru_cache(1)
def _variants() -> dict[str, str]:
    """The first of its line for each given name of data/variants.txt."""
    lines = (files("tocsin.resolve") / "data" / "variants.txt").read_text().splitlines()
    groups = [line.split() for line in lines if not line.startswith("#")]
    return {name: group[0] for group in groups for name in group}


def bones(folded: str) -> int:
    """A number for the consonants of a folded word, 0 for fewer than two."""
    kept = folded[0] + "".join(c for c in folded[1:] if c not in "aeuhg")
    return hash_word(kept) if len(kept) > 1 and len(folded) > 3 else 0


def hash_word(text: str) -> int:
    """A 64-bit number of a short text (FNV-1a), the same in every process."""
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = (state ^ byte) * 0x100000001B3 % (1 << 64)
    return state


class Lexicon:
    """The words of all names of one comparison, each with a number."""

    def __init__(self, frequency: Frequency) -> None:
        self._frequency = frequency
        self._numbers: dict[str, int] = {}
        self._folds: list[str] = []
        self._sizes: list[tuple[int, int, float]] = []  # bones, letters, weight

    def fork(self) -> Lexicon:
        """A copy to which other words can be added."""
        copy = Lexicon(self._frequency)
        copy._numbers, copy._folds, copy._sizes = self._numbers.copy(), self._folds.copy(), self._sizes.copy()
        return copy

    def add(self, names: Iterable[Sequence[Word]]) -> Names:
        """Number the words of names; names without a word stay as empty rows."""
        numbers, parts, at = [], bytearray(), [0]
        for name in names:
            for word in name:
                numbers.append(self._number(word.text))
                parts.append(word.part)
            at.append(len(numbers))
        return Names(np.array(numbers, np.int32), np.frombuffer(bytes(parts), np.uint8), np.array(at, np.int64))

    def _number(self, text: str) -> int:
        number = self._numbers.setdefault(text, len(self._numbers))
        if number == len(self._folds):
            plain = self._frequency.organisations
            folded = fold_plain(text) if plain else fold(text)
            self._folds.append(folded)
            self._sizes.append((0 if plain else bones(folded), _letters(folded), self._frequency.weight(text)))
        return number

    def words(self) -> Words:
        """What the kernels read of all words so far."""
        text, text_at = _flat(list(self._numbers))
        folded, fold_at = _flat(self._folds)
        bones, letters, weight = zip(*self._sizes, strict=True) if self._sizes else ((), (), ())
        numbers = (np.array(bones, np.uint64), np.array(letters, np.uint64), np.array(weight, np.float64))
        return Words(text, text_at, folded, fold_at, *numbers)


def _ascii(text: str) -> str:
    text = text if text.isascii() else anyascii(text)
    return text.lower().replace("'", "").replace("`", "")


def _words(text: str) -> list[str]:
    return [_plain(word) for word in _WORD.findall(_ascii(text))]


def _plain(word: str) -> str:
    """Digits put in for letters are read as letters."""
    return word.translate(_LEET) if not word.isdigit() and not word.isalpha() else word


def _by_capitals(name: str) -> list[Word]:
    pieces = name.replace(",", " ").split()
    loud = [piece.isupper() and sum(c.isalpha() for c in piece) > 2 for piece in pieces]
    told = any(loud) and not all(loud) and any(any(c.islower() for c in piece[1:]) for piece in pieces)
    kinds = [(LAST if is_loud else GIVEN) if told else UNKNOWN for is_loud in loud]
    return [Word(word, kind) for piece, kind in zip(pieces, kinds, strict=True) for word in _words(piece)]


def _letters(folded: str) -> int:
    return sum({1 << (ord(c) % 64) for c in folded})


def _flat(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    data = "".join(texts).encode()
    return np.frombuffer(data, np.uint8), np.cumsum([0, *map(len, texts)], dtype=np.int64)
