"""Keys of donors and what donors say: one text for all spellings of a name, an employer or an address.

All functions take Arrow string arrays (chunked ones too) and return one string array of the same length. A null says
that there is nothing to compare: an empty cell, or words such as "self-employed" or "information requested". Work is
done once a distinct value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from anyascii import anyascii

from tocsin.model.arrow import Array, pc, whole

_TITLES = r"mr|mrs|ms|miss|mx|dr|prof|hon|rev|sir|dame|lord|lady|col|capt|sgt|maj|gen|lt|ambassador|the hon"
_SUFFIXES = r"jr|sr|ii|iii|iv|esq|md|m d|dds|phd|ph d|cpa|jd|do|rn|dvm|ret|usn|usaf"
_LEGAL = (
    r"inc|incorporated|llc|llp|lp|ltd|limited|corp|corporation|co|company|companies|plc|pllc|pc|na|gmbh|ag|sa|srl|sarl|"
    r"bv|nv|oy|ab|as|kg|ohg|ev|pty|pte|ooo|oao|zao|pao|jsc|ojsc|cjsc|pjsc|kk|spa|zoo"
)
_NO_EMPLOYER = (
    r"(self|selfemployed|self emp\w*|self empl\w* .*|own(er)?|none|no|n a|na|nil|not emp\w*|notemployed|unemp\w*|"
    r"not working|retired.*|ret|semi retired|homemaker|home maker|housewife|mother|student|disabled|not applicable|"
    r"info\w* (per|been )?req\w*.*|requested|best efforts?.*|not provided|not available|unknown|refused|declined|"
    r"anonymous|freelance|freelancer|independent|volunteer|x+|employer)"
)
_STREETS = {
    "alley": "aly",
    "avenue": "ave",
    "av": "ave",
    "boulevard": "blvd",
    "circle": "cir",
    "court": "ct",
    "drive": "dr",
    "expressway": "expy",
    "highway": "hwy",
    "lane": "ln",
    "mount": "mt",
    "parkway": "pkwy",
    "place": "pl",
    "plaza": "plz",
    "road": "rd",
    "saint": "st",
    "square": "sq",
    "street": "st",
    "terrace": "ter",
    "trail": "trl",
    "turnpike": "tpke",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
    "fifth": "5",
    "sixth": "6",
    "seventh": "7",
    "eighth": "8",
    "ninth": "9",
    "tenth": "10",
}
_UNIT_WORDS = "apartment|apt|unit|suite|ste|floor|flr|fl|room|rm|number|no|flat|penthouse|ph|bldg|building|lot|spc|trlr"
_UNIT = rf" (({_UNIT_WORDS})(\b ?([a-z]\d*|\d+[a-z]?)?\b( \d+[a-z]?\b)?|\d+[a-z]?\b)|\d+ (floor|flr|fl)\b)| ?#.*"
_BOX = r"\b(?:p ?o ?(?:box|bx|b|drawer)|post office box|postbox|caller box)(?: no)? ?#? ?(?P<box>\d+)"


def clean(column: Any) -> Array:
    """Lower-case ASCII words separated by one space. Marks of any kind separate, apostrophes do not. Other scripts are
    transliterated (anyascii). Empty becomes null."""
    return _distinct(column, _clean)


def person_keys(names: Any) -> Array:
    """`last, first`: "SMITH, JOHN A. JR" and "Mr. John Smith" are both "smith, john". Titles, suffixes and middle
    names are dropped; a name without a comma has its last name last; one word is a last name."""
    return _distinct(names, lambda names: _joined(*_parts(names), ", "))


def initial_keys(names: Any) -> Array:
    """Last name and first initial, "smith, j": the widest key under which one donor's rows lie together."""
    return _distinct(names, lambda names: _joined(*_initial(*_parts(names)), ", "))


def surname_keys(names: Any) -> Array:
    """The last name alone, hyphens and apostrophes dropped: "o'neil-smith" is "oneil smith"."""
    return _distinct(names, lambda names: _parts(names)[0])


def last_names(last: Any, names: Any) -> Array:
    """Keys of last names: of `last` where it is told, else of the whole name."""
    told = surname_keys(pc.binary_join_element_wise(_text(last), "", ", "))
    return pc.coalesce(told, surname_keys(names))


def naming(said: Any, last: Array) -> Array:
    """Whether each text holds the last name beside it (`last_names`) as a word, as the firm of a donor may; never
    null."""
    coded = [column.dictionary_encode() for column in (clean(said), last)]
    texts, names = ([f" {text} " for text in column.dictionary.to_pylist()] for column in coded)
    left, right = (pc.fill_null(column.indices, -1).to_numpy(False).astype(np.int64) for column in coded)
    pairs, place = np.unique(np.where((left < 0) | (right < 0), -1, left * len(names) + right), return_inverse=True)
    found = [pair >= 0 and names[pair % len(names)] in texts[pair // len(names)] for pair in pairs.tolist()]
    return pa.array(np.array(found, bool)[place])


def name_keys(names: Any) -> Array:
    """Words of a name in alphabetical order, without titles and suffixes: one key for any order of the words."""
    return _distinct(names, lambda names: _in_order(_without(_clean(names), f"{_TITLES}|{_SUFFIXES}")))


def org_keys(names: Any) -> Array:
    """An organisation's name without legal form, article and "and": "The Boeing Company, Inc." is "boeing"."""
    return _distinct(names, _organisation)


def employer_keys(column: Any) -> Array:
    """`org_keys` of employers; null for what names none (retired, self-employed, not employed, requested ...)."""
    return _distinct(column, _employer)


def address_keys(street: Any, postcode: Any) -> Array:
    """House number, street and postcode, "12 n main st|22201", with words as the postal service shortens them and
    without apartment, suite or floor. A post-office box is its own address, "po box 12|22201". Of a nine-digit
    postcode the first five count. Null where no street is told."""
    code = pc.replace_substring_regex(_clean(_text(postcode)), r"^(\d{5})( ?\d{4}| 0)$", r"\1")
    code = pc.replace_substring_regex(pc.fill_null(code, ""), " ", "")
    return pc.binary_join_element_wise(_distinct(street, _address), code, "|")


def _text(column: Any) -> Array:
    column = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, pa.string())
    column = column.cast(pa.string())
    return whole(column) if isinstance(column, pa.ChunkedArray) else column


def _distinct(column: Any, make: Callable[[Array], Array]) -> Array:
    """`make` of the distinct values only, put back in their places."""
    column = _text(column)
    if not len(column):
        return column
    coded = column.dictionary_encode()
    return make(coded.dictionary).take(coded.indices)


def _ascii(texts: Array) -> Array:
    plain = pc.string_is_ascii(texts)
    if pc.all(plain, min_count=0).as_py():
        return texts
    other = pa.array([anyascii(text) for text in texts.filter(pc.invert(plain)).to_pylist()], pa.string())
    return pc.replace_with_mask(texts, pc.invert(plain), other)


def _clean(texts: Array) -> Array:
    texts = pc.utf8_lower(_ascii(texts))
    texts = pc.replace_substring_regex(texts, r"['`]+", "")
    return _squeezed(pc.replace_substring_regex(texts, r"[^a-z0-9]+", " "))


def _squeezed(texts: Array) -> Array:
    texts = pc.utf8_trim(pc.replace_substring_regex(texts, " +", " "), " ")
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _without(texts: Array, words: str) -> Array:
    """Take whole words out wherever they stand; where nothing else is left they are the name."""
    left = pc.replace_substring_regex(texts, rf"\b({words})\b", " ")
    return pc.coalesce(_squeezed(left), texts)


def _parts(names: Array) -> tuple[Array, Array]:
    """Last name, and first name (null where none is told)."""
    comma = pc.extract_regex(pc.fill_null(names, ""), r"^(?P<last>[^,]*[^,\s][^,]*),(?P<rest>.*)$")
    told = pc.and_kleene(pc.is_valid(comma), pc.is_valid(_tail(comma)))
    plain = _without(_clean(pc.replace_substring(names, ",", " ")), f"{_TITLES}|{_SUFFIXES}")
    last = pc.if_else(told, pc.struct_field(comma, "last"), pc.replace_substring_regex(plain, r"^.* ", ""))
    rest = pc.if_else(told, _tail(comma), _squeezed(pc.replace_substring_regex(plain, r" ?[^ ]*$", "")))
    last = _without(_clean(last), _SUFFIXES)
    first = pc.replace_substring_regex(rest, r" .*$", "")
    return last, _squeezed(first)


def _tail(comma: Array) -> Array:
    """What stands behind the comma, without titles and suffixes; null where nothing else does."""
    rest = pc.replace_substring_regex(_clean(pc.struct_field(comma, "rest")), rf"\b({_TITLES}|{_SUFFIXES})\b", " ")
    return _squeezed(rest)


def _initial(last: Array, first: Array) -> tuple[Array, Array]:
    return last, pc.utf8_slice_codeunits(first, 0, 1)


def _joined(last: Array, first: Array, separator: str) -> Array:
    return pc.coalesce(pc.binary_join_element_wise(last, first, separator), last)


def _in_order(texts: Array) -> Array:
    return pa.array(
        [None if text is None else " ".join(sorted(text.split())) for text in texts.to_pylist()], pa.string()
    )


def _organisation(names: Array) -> Array:
    words = pc.replace_substring_regex(pc.replace_substring(names, "&", " and "), r"\b(\pL)\.", r"\1")  # U.S.A., N.A.
    words = _clean(words)
    words = _without(words, "the|and|of")
    return _without(words, _LEGAL)


def _employer(column: Array) -> Array:
    words = _clean(column)
    none = pc.match_substring_regex(pc.fill_null(words, "none"), f"^{_NO_EMPLOYER}$")
    return pc.if_else(none, None, _organisation(column))


def _address(street: Array) -> Array:
    words = pc.utf8_lower(_ascii(street))
    words = pc.replace_substring_regex(words, r"['`.]+", "")
    words = pc.replace_substring_regex(words, r"[^a-z0-9#]+", " ")
    box = pc.extract_regex(pc.fill_null(words, ""), _BOX)
    words = pc.replace_substring_regex(words, r"\b(\d+)(st|nd|rd|th)\b", r"\1")
    words = pc.replace_substring_regex(words, _UNIT, " ")
    for long, short in _STREETS.items():
        words = pc.replace_substring_regex(words, rf"\b{long}\b", short)
    number = pc.binary_join_element_wise("po box", pc.struct_field(box, "box"), " ")
    return pc.coalesce(number, _squeezed(pc.replace_substring(words, "#", " ")))
