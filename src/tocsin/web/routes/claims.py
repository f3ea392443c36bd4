"""The four claims of a case: their words, grades, evidence, alternatives, and the second reading of an attribution."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts, claims, sight
from tocsin.errors import ConflictError, TocsinError, UsageError
from tocsin.model.case import Case, Claim, Link, Step, Which
from tocsin.model.grades import Grade
from tocsin.model.people import Actor
from tocsin.store.workspace import Workspace
from tocsin.web import case_page, pages, visit, words
from tocsin.web.routes.leads import moment
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/cases/{key}/claims", tags=["cases"])

Key = Annotated[str, Path(max_length=80)]
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=300)]
Pieces = Annotated[tuple[Short, ...], Field(max_length=400)]
LEVELS = (1, 2, 3, 4, 5, 6)


class ClaimForm(BaseModel):
    """The form of a claim. `piece`, `note`, `grade_source`, `grade_information` have one value for each piece of
    evidence, `use` those that the claim rests on; `step_*` one for each step of the Breakout Scale, `step_evidence` as
    `level|key`."""

    version: int = Field(ge=0, le=2**62)
    made: bool = False
    text: Text = ""
    basis: Text = ""
    source: Short = ""
    information: Short = ""
    likelihood: Short = ""
    confidence: Short = ""
    piece: Pieces = ()
    use: Pieces = ()
    note: Pieces = ()
    grade_source: Pieces = ()
    grade_information: Pieces = ()
    evidence_class: Short = ""
    step_shown: tuple[int, ...] = Field(default=(), max_length=6)
    step_at: tuple[Short, ...] = Field(default=(), max_length=6)
    step_note: tuple[Text, ...] = Field(default=(), max_length=6)
    step_evidence: Pieces = ()
    harm: int = 0
    harm_note: Text = ""
    harm_evidence: Pieces = ()

    def changes(self, claim: Claim) -> dict[str, Any]:
        """What the form says of that claim. Raises `UsageError` for what cannot be."""
        grade = acts.checked(Grade, **{name: getattr(self, name) for name in Grade.model_fields})
        found: dict[str, Any] = {"made": self.made, "text": self.text, "basis": self.basis, "grade": grade}
        found["evidence"] = self._evidence()
        if claim.which == "attribution":
            found["evidence_class"] = self.evidence_class
        if claim.which == "reach":
            found |= {"harm": self.harm, "harm_note": self.harm_note, "steps": self._steps(claim)}
            found["harm_evidence"] = case_page.links(self.harm_evidence, claim.harm_evidence)
        return found

    def _evidence(self) -> tuple[Link, ...]:
        rows = zip(self.piece, self.note, self.grade_source, self.grade_information, strict=False)
        said = {piece: {"note": note, "source": s, "information": i} for piece, note, s, i in rows}
        return tuple(
            acts.checked(Link, **{**dict(link), **said.get(f"{link.to}:{link.id}", {})})
            for link in case_page.links(self.use)
        )

    def _steps(self, claim: Claim) -> tuple[Step, ...]:
        held: dict[int, tuple[Link, ...]] = {step.level: step.evidence for step in claim.steps}
        rows = zip(LEVELS, self.step_at, self.step_note, strict=False)
        steps = []
        for level, at, note in rows:
            keys = [key.partition("|")[2] for key in self.step_evidence if key.partition("|")[0] == str(level)]
            evidence = case_page.links(keys, held.get(level, ()))
            if level in self.step_shown or at or note.strip() or evidence:
                time = moment(at) if at else None
                shown = level in self.step_shown
                steps.append(acts.checked(Step, level=level, shown=shown, at=time, note=note, evidence=evidence))
        return tuple(steps)


@router.get("/{which}")
def show(request: Request, ws: Place, who: Who, key: Key, which: Which) -> Response:
    """The form of a claim."""
    return _show(request, ws, who, key, which)


def _show(
    request: Request,
    ws: Workspace,
    who: Actor,
    key: str,
    which: Which,
    error: TocsinError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    with ws.read() as reader:
        case = reader.get(Case, key)
        sight.need_open(reader, who, case)
        seen = sight.look(reader, who, key)
        claim = claims.claim_of(reader, key, which)
        people = words.names(reader, (claim.second_reader, *claim.authors))
    return words.page(
        request,
        "cases/claim.html",
        error.http_status if error else 200,
        case=case,
        claim=claim.model_copy(update=typed or {}),
        titles=case_page.titles(seen),
        people=people,
        error=error,
        levels=LEVELS,
        alone=who.id in claim.authors,
    )


@router.post("/{which}")
def save(request: Request, ws: Place, who: Who, key: Key, which: Which, form: Annotated[ClaimForm, Form()]) -> Response:
    """Change a claim."""
    with ws.read() as reader:
        sight.need_open(reader, who, reader.get(Case, key))
        claim = claims.claim_of(reader, key, which)
    changes = form.changes(claim)
    try:
        claims.edit(ws, who, key, which, form.version, **changes)
    except (UsageError, ConflictError) as error:
        return _show(request, ws, who, key, which, error, changes)
    return pages.redirect(request, f"/cases/{key}", visit.of(request).gettext("The claim is saved."))


@router.post("/{which}/alternatives")
def consider(
    request: Request,
    ws: Place,
    who: Who,
    key: Key,
    which: Which,
    version: Annotated[int, Form(ge=0, le=2**62)],
    text: Annotated[str, Form(max_length=20_000)],
    rejected: Annotated[str, Form(max_length=20_000)] = "",
    evidence: Annotated[tuple[Short, ...], Form(max_length=200)] = (),
) -> Response:
    """Keep another explanation, and why it is rejected."""
    try:
        claims.consider(ws, who, key, which, version, text, rejected, case_page.links(evidence))
    except (UsageError, ConflictError) as error:
        return _show(request, ws, who, key, which, error)
    message = visit.of(request).gettext("The alternative is kept.")
    return pages.redirect(request, f"/cases/{key}/claims/{which}", message)


@router.post("/attribution/second")
def second_read(
    request: Request, ws: Place, who: Who, key: Key, note: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    """Say that one has read the evidence of the attribution again and agrees."""
    claims.second_read(ws, who, key, note)
    message = visit.of(request).gettext("The second reading is kept.")
    return pages.redirect(request, f"/cases/{key}/claims/attribution", message)
