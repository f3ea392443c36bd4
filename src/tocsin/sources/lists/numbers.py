"""What kind of number a document has, from what a list calls it."""

from __future__ import annotations

import re

#: Words of a label (any of them) -> kind; the first that fits counts. Labels are those that the lists were seen to use.
_KINDS = tuple(
    (re.compile(words, re.IGNORECASE), kind)
    for words, kind in (
        (r"passport", "passport"),
        (r"\bIMO\b|vessel registration", "imo"),
        (r"\bMMSI\b", "mmsi"),
        (r"call sign", "call-sign"),
        (r"digital currency|crypto|wallet", "wallet"),
        (r"SWIFT|\bBIC\b", "swift"),
        (r"\bLEI?\b|legal entity (number|identifier)", "lei"),
        (r"D-?U-?N-?S", "duns"),
        (r"aircraft.*serial|serial number|construction number|\bMSN\b", "aircraft-serial"),
        (r"tail number", "tail-number"),
        (r"driv", "driving-licence"),
        (r"\btax|\bINN\b|ИНН|\bRUC\b|\bNIT\b|V\.?A\.?T\b|\bRIF\b|\bRTN\b|\bTIN\b|NUIT|FEIN|fiscal", "tax"),
        (r"\b(R\.?F\.?C|C\.?U\.?I\.?T|C\.?I\.?F|N\.?I\.?F)\b", "tax"),
        (r"reg(ist|number)|\bOGRN\b|ОГРН|incorporation|social credit|organi[sz]ation code|RSIN", "registration"),
        (r"(company|business|enterprise) number|\b(C\.?R\.?|BRN)( |$)|chamber|commerc|gazette", "registration"),
        (r"licen[cs]e|tradelic|folio|matricula", "registration"),
        (r"national|nationcert|identi|\bID\b|cedula|\bSSN\b|social security|citizen|personal|resid", "national"),
        (r"\b(D\.?N\.?I|C\.?U\.?R\.?P|C\.?U\.?I\.?P|C\.?U\.?I|N\.?I\.?E|I\.?F\.?E|NRN)\b", "national"),
        (r"electionid|credencial|travelcard", "national"),
    )
)
_IMO = re.compile(r"(?<!\d)(\d{7})(?!\d)")


def kind_of(label: str) -> str:
    """passport, national, tax, registration, imo, ... as `LISTED.numbers` has it; "other" for a label not known."""
    return next((kind for words, kind in _KINDS if words.search(label)), "other")


def imo(text: str) -> str:
    """The seven digits of an IMO number in a text; "" where there are none (IMO resolution A.1117(30))."""
    found = _IMO.search(text)
    return found[1] if found else ""
