"""Names of donors as registers file them: parts of a person's name, and what an organisation's name says it is."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.gifts.columns import on_unique, parted, text

_SUFFIX = r"(?i)(?:^|\s)(JR|SR|II|III|IV|2ND|3RD|ESQ|MD|M\.D|PHD|PH\.D|DDS|CPA|RET)\.?$"
_PREFIX = r"(?i)^(MR|MRS|MS|MISS|DR|PROF|SIR|LORD|LADY|DAME|HON|REV|RABBI|HERR|FRAU|DHR|MEVR)\.?(?:\s+|$)"
_PREFIX_LAST = r"(?i)(?:^|\s)(MR|MRS|MS|MISS|DR|PROF|HON|REV)\.?$"
#: donor type <- words and legal forms in its name, the first that fits counts
_FORMS = (
    (
        "union",
        r"(?i)\b(UNION|UNISON|UNITE|TRADE UNION|IBEW|SEIU|AFSCME|AFL-CIO|LOCAL \d+|WORKERS|TEAMSTERS|GEWERKSCHAFT)\b",
    ),
    ("trust", r"(?i)\b(TRUST|STIFTUNG|FOUNDATION|STICHTING|FONDS|ESTATE OF)\b"),
    ("committee", r"(?i)\b(PAC|COMMITTEE|FRIENDS OF|FOR (CONGRESS|SENATE|PRESIDENT|MAYOR|GOVERNOR))\b"),
    (
        "company",
        r"(?i)\b(L\.?L\.?C|L\.?L\.?P|INC|INCORPORATED|CORP|CORPORATION|CO|COMPANY|LTD|LIMITED|PLC|LP|PLLC|PTY|GMBH|AG|KG|"
        r"SE|KGAA|OHG|UG|B\.?V|N\.?V|S\.?A|SARL|SPA|OY|AB|A/S|OOO|ENTERPRISES|HOLDINGS?|PARTNERS|ASSOCIATES)\b\.?",
    ),
    ("association", r"(?i)(\bE\. ?V\b|\b(ASSOCIATION|SOCIETY|CLUB|VERBAND|VEREIN|VERENIGING|COUNCIL|FEDERATION)\b)"),
)


def person(last: Array, first: Array) -> dict[str, Array]:
    """Last, first, middle name and suffix from two fields as filed: `SMITH JR`, `ANNA M. MRS.`."""
    last, suffix_last = on_unique(_bare_last, last), on_unique(_suffix, last)
    given = on_unique(_given, first)
    head, middle = parted(given, " ")
    return {
        "last_name": last,
        "first_name": head,
        "middle_name": middle,
        "suffix": pc.coalesce(suffix_last, on_unique(_suffix, first)),
    }


def comma_person(name: Array) -> dict[str, Array]:
    """The parts of `LAST, FIRST M. SUFFIX`; a name without a comma gives none."""
    last, first = parted(name, ",")
    return person(pc.if_else(first.is_valid(), last, pa.scalar(None, pa.string())), first)


def spaced_person(name: Array) -> dict[str, Array]:
    """The parts of `First Middle Last`; where there is a comma it is `LAST, FIRST`."""
    bare = on_unique(lambda values: pc.replace_substring_regex(values, _PREFIX, ""), name)
    bare = on_unique(_drop_suffix, on_unique(lambda values: pc.replace_substring_regex(values, _PREFIX, ""), bare))
    parts = pc.extract_regex(bare, r"^(?P<first>.*\S)\s+(?P<last>\S+)$")
    commas = comma_person(name)
    spaced = person(text(pc.struct_field(parts, "last")), text(pc.struct_field(parts, "first")))
    spaced["suffix"] = on_unique(_suffix, name)
    return {field: pc.if_else(commas["last_name"].is_valid(), commas[field], spaced[field]) for field in commas}


def caret_person(name: Array) -> dict[str, Array]:
    """The parts of `Last^First Middle^Prefix^Suffix`, as FEC files before version 6 have them."""
    last, rest = parted(name, "^")
    first, rest = parted(pc.fill_null(rest, ""), "^")
    _, suffix = parted(pc.fill_null(rest, ""), "^")
    parts = person(last, first)
    return {**parts, "suffix": pc.coalesce(parts["suffix"], suffix)}


def of_donors(donor_type: Array, name: Array) -> dict[str, Array]:
    """The parts of the names of persons (`First Last` or `LAST, FIRST`); none for the others."""
    return spaced_person(
        pc.if_else(pc.fill_null(pc.equal(donor_type, "person"), False), name, pa.scalar(None, pa.string()))
    )


def together(parts: dict[str, Array]) -> Array:
    """`LAST, FIRST MIDDLE` from the parts of a name; what is missing is left out."""
    given = pc.coalesce(
        pc.binary_join_element_wise(parts["first_name"], parts["middle_name"], " "), parts["first_name"]
    )
    return pc.coalesce(pc.binary_join_element_wise(parts["last_name"], given, ", "), parts["last_name"], given)


def organisation_type(name: Array) -> Array:
    """What kind of donor an organisation's name says it is; `other` where it does not say."""
    return on_unique(_organisation_type, name)


def _organisation_type(names: Array) -> Array:
    found = pc.if_else(names.is_valid(), "other", pa.scalar(None, pa.string()))
    for kind, pattern in reversed(_FORMS):
        found = pc.if_else(pc.fill_null(pc.match_substring_regex(names, pattern), False), kind, found)
    return found


def _suffix(values: Array) -> Array:
    bare = pc.replace_substring_regex(values, _PREFIX_LAST, "")
    return pc.struct_field(pc.extract_regex(bare, _SUFFIX.replace("(JR", "(?P<suffix>JR")), "suffix")


def _drop_suffix(values: Array) -> Array:
    return text(pc.utf8_rtrim(pc.replace_substring_regex(values, _SUFFIX, ""), ", "))


def _bare_last(values: Array) -> Array:
    bare = _drop_suffix(values)
    return pc.coalesce(bare, values)


def _given(values: Array) -> Array:
    bare = pc.replace_substring_regex(values, _PREFIX_LAST, "")
    bare = pc.replace_substring_regex(_drop_suffix(bare), _PREFIX, "")
    return text(pc.coalesce(pc.replace_substring_regex(bare, _PREFIX_LAST, ""), bare))
