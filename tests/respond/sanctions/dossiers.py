"""A dossier about nobody, and what is changed in it."""

from datetime import UTC, date, datetime

from tocsin.model.dossier import Act, Counter, Dossier, Hearing, Identifier, Nexus, Source

KEPT = {"sha256": "ab" * 32, "archived": datetime(2025, 3, 1, 12, 0, tzinfo=UTC)}


def source(name, grade="C3", origin="", **others):
    """A source with its grades in two characters."""
    return Source(
        id=name, title=f"Title of {name}", origin=origin, reliability=grade[0], information=grade[1], **others
    )


def act(name, sources, conduct=("election",), **others):
    told = {"text": f"Marta Quill paid for {name}", "first": date(2025, 2, 3), "place": "Port Ellery"}
    return Act(id=name, sources=sources, conduct=conduct, **{**told, **others})


#: Everything in order, in every place: two sources of different origin, kept, one of them good.
SOURCES = (source("court", "B2", "court of Port Ellery", **KEPT), source("paper", "C3", "the Ellery Post", **KEPT))
FULL = Dossier(
    name="Marta Quill",
    role="head of the Quill Foundation",
    identifiers=(
        Identifier(sort="birth date", value="1970-01-02", sources=("court",)),
        Identifier(sort="passport", value="X 123", sources=("court",)),
    ),
    sources=SOURCES,
    acts=(
        act("a1", ("court", "paper"), amount_minor=25_000_00, currency="EUR"),
        act("a2", ("court", "paper"), ("state-benefit",), text="Marta Quill was paid by the ministry"),
        act("a3", ("court", "paper"), ("corruption",), text="Marta Quill bribed an official"),
    ),
    nexus=(Nexus(sort="funding", state="ru", text="The ministry paid for it", sources=("court", "paper")),),
    counter=(Counter(text="She says it was a loan", answer="No contract and no repayment", sources=("paper",)),),
    searched="Registers of loans, her own statements, two papers close to her",
    impact="Her accounts would be frozen; the foundation employs 12 people",
    hearing=Hearing(asked=date(2025, 3, 2), answered=date(2025, 3, 9), text="She denies it"),
)


def with_sources(*sources, **others):
    """The same file resting on these sources only."""
    names = tuple(one.id for one in sources)
    return FULL.but(
        sources=sources,
        identifiers=tuple(i.model_copy(update={"sources": names[:1]}) for i in FULL.identifiers),
        acts=tuple(a.model_copy(update={"sources": names}) for a in FULL.acts),
        nexus=tuple(n.model_copy(update={"sources": names}) for n in FULL.nexus),
        counter=tuple(c.model_copy(update={"sources": names[:1]}) for c in FULL.counter),
        **others,
    )
