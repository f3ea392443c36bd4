"""Small assessments, made up."""

from datetime import UTC, datetime, timedelta

from tocsin.assure.assessment.book import Book
from tocsin.model.assessment import Answer, Party, Product, Profile, Question, Use

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def question(id_="cap-1", component="capture", phases=("election-day",), priority=2):
    return Question(id=id_, component=component, phases=phases, text=f"Is {id_} so?", priority=priority)


def profile(number=3, component="capture"):
    return Profile(id="p", title="Made up", questions=[question(f"q{i}", component) for i in range(number)])


def office(id_, parent="", level="local", components=("capture",), **more):
    return Party(id=id_, name=f"Office {id_}", level=level, parent=parent, components=components, **more)


def vendor(id_="vend", **more):
    return Party(id=id_, name=f"Vendor {id_}", level="vendor", **more)


def answer(party, subject, question_id, state="met", minutes=0, about="office", **more):
    return Answer(
        party=party, about=about, subject=subject, component="capture", question=question_id, state=state,
        at=NOW + timedelta(minutes=minutes), **more,
    )  # fmt: skip


def book(parties, answers=(), products=(), uses=(), asked=None, rolled=None, released=None):
    return Book(
        asked or profile(),
        {one.id: one for one in parties},
        {one.id: one for one in products},
        tuple(uses),
        tuple(answers),
        {one.id: one for one in rolled or ()},
        released,
    )


def four():
    """A county with a vendor's scanner, the state and the federal level above it, and eleven other counties."""
    counties = [office(f"c{i:02}", "state") for i in range(12)]
    parties = [*counties, office("state", "fed", "state", ()), office("fed", "", "federal", ()), vendor()]
    scanner = Product(id="scan-2", vendor="vend", name="Scanner", release="2.0")
    uses = [Use(id=f"u{i}", office=f"c{i:02}", component="capture", product="scan-2") for i in range(3)]
    return parties, [scanner], uses
