"""The words for codes on the public site, to be translated; those of grades come from `model.grades`."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802  gettext's own name for it
    """Mark a text for the catalogue without translating it here."""
    return text


#: By vocabulary, then by code.
WORDS: dict[str, dict[str, str]] = {
    "interference": {
        "": N_("Not classed"),
        "amplification": N_("Amplification of divisive content"),
        "fabrication": N_("Spread of fake information"),
        "leaks": N_("Leak of sensitive information"),
        "funding": N_("Covert funding"),
        "voting": N_("Targeting of voting systems"),
    },
    "state": {
        "published": N_("Published"),
        "corrected": N_("Corrected"),
        "withdrawn": N_("Withdrawn"),
    },
    "issue": {
        "claim": N_("Published"),
        "correction": N_("Correction"),
        "withdrawal": N_("Withdrawal"),
    },
    "which": {
        "behaviour": N_("What was done"),
        "deception": N_("Whether it was deceptive or coordinated"),
        "reach": N_("How far it went and what harm it did"),
        "attribution": N_("Who did it"),
    },
    "class": {
        "technical": N_("Technical evidence"),
        "behavioural": N_("Evidence from behaviour"),
        "contextual": N_("Evidence from context"),
        "official statement": N_("An official statement"),
    },
    "gate": {
        "scope": N_("It is a matter of foreign interference in an election"),
        "claims": N_("Every claim has text, grade and evidence"),
        "alternatives": N_("Other explanations were considered"),
        "language": N_("How likely and how firm are said apart"),
        "marking": N_("It may be made public"),
        "private persons": N_("No private person is named"),
        "second reader": N_("A second reader accepted it"),
        "reply": N_("Every named party could reply"),
    },
    "verdict": {
        "fits": N_("It fits"),
        "fits in part": N_("It fits in part"),
        "does not fit": N_("It does not fit"),
        "cannot tell": N_("Cannot be told from the data"),
    },
    "standing": {
        "lead": N_("More joint activity than chance explains, and no innocent explanation fits"),
        "explained": N_("Joint activity that an innocent explanation accounts for"),
        "interest": N_("A community with a common interest"),
    },
    "outcome": {
        "domestic": N_("Domestic: people of the country acting on their own account"),
        "not shown": N_("Not shown: the evidence does not carry the suspicion"),
        "out of scope": N_("Out of scope: not a matter of foreign interference in an election"),
    },
}
