"""The words for codes in an audit's notebook, to be translated."""

from __future__ import annotations

from tocsin.inform.words import N_

#: On what the size of a round rests, as the audit has it in English.
_BASES = (
    N_("named by the audit's staff"),
    N_("{share} of simulated audits end by then if the reported result is right"),
    N_("{share} of simulated audits end by then if the reported result is right and overstatements go on as found"),
    N_(
        "{share} of simulated audits end by then if the reported result is right and overstatements are as often as is "
        "customary"
    ),
    N_("{share} chance to stop if the reported result is right"),
    N_("the schedule of rounds that was fixed by the first one, as Minerva needs it"),
    N_("discrepancies as they are customary: one vote on 1 of 1,000 cards, two votes on 1 of 10,000"),
    N_("discrepancies go on as found"),
    N_("votes and discrepancies go on as found"),
    N_("the report is right in every card"),
    N_("the counts agree with the reports, and one to spare"),
)
#: By vocabulary, then by code.
WORDS: dict[str, dict[str, str]] = {
    "audit kind": {
        "polling": N_("Cards, read by people alone"),
        "comparison": N_("Cards, beside the machine's record of each"),
        "batch": N_("Whole batches, beside their reported votes"),
        "hybrid": N_("Cards, beside the machine's record where there is one"),
    },
    "audit method": {
        "alpha": N_("Method: ALPHA (Stark 2023)"),
        "betting": N_("Method: betting martingale (Waudby-Smith and Ramdas 2024)"),
        "bravo": N_("Method: BRAVO (Lindeman, Stark and Yates 2012)"),
        "minerva": N_("Method: Minerva (Zagorski and others 2021)"),
        "providence": N_("Method: Providence (Broadrick and others 2023)"),
        "kaplan-markov": N_("Method: Kaplan-Markov (Stark 2009)"),
        "oneaudit": N_("Method: ONEAudit (Stark 2023)"),
        "macro": N_("Method: MACRO (Stark 2009)"),
        "suite": N_("Method: SUITE (Ottoboni and others 2018)"),
    },
    "audit published": {
        "full": N_("Everything is published, the machine's record of every card too."),
        "redacted": N_("The machine's records are published, except votes on cards that few others are like."),
        "hash": N_(
            "Of the machine's records only fingerprints are published, and the records of the cards that were drawn: "
            "each is compared with its own fingerprint, which was fixed before the draw. That the votes of all records "
            "add up to the report cannot be checked from these files."
        ),
    },
    "assertion": {
        "NEB": N_("The winner has more first preferences than the loser can ever have"),
        "NEN": N_("The winner has more votes than the loser while these alone are in the count:"),
    },
    "audit basis": {text: text for text in _BASES},
    "audit next": {
        "stop": N_("Done: the risk is within the limit"),
        "another round": N_("Another round"),
        "full hand count": N_("Count all by hand"),
        "measured only": N_("Measured only"),
    },
    "audit step": {
        "new": N_("Set up"),
        "commit": N_("Committed"),
        "dice": N_("Threw dice"),
        "seed": N_("Completed the seed"),
        "draw": N_("Drew"),
        "entries": N_("Entered readings"),
        "risk": N_("Computed the risk"),
        "report": N_("Reported"),
    },
    "audit standing": {
        "stop": N_("The sample supports every targeted outcome"),
        "full hand count": N_("All ballots are to be counted by hand"),
        "another round": N_("The audit goes on with another round"),
        "open": N_("The audit is under way"),
    },
    "audit then": {
        "stop": N_("The audit may end here. The ballots and the files of this folder stay, so that it can be checked."),
        "full hand count": N_("The sample could not confirm the reported outcome at a size that is worth drawing."),
        "another round": N_("The sample so far is too small to confirm every outcome; that is no sign of an error."),
        "open": N_("What is done so far is below."),
    },
    "reading": {
        "[blank]": N_("no vote"),
        "[overvote]": N_("too many votes"),
        "[not on card]": N_("not on the card"),
        "[not found]": N_("not found"),
        "[withheld]": N_("withheld"),
        "[no record]": N_("no record"),
    },
}
