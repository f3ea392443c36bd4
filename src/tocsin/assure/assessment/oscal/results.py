"""What was said in an assessment, as OSCAL assessment results, component definition and POA&M, both ways.

| ours | OSCAL |
| --- | --- |
| party | metadata: party |
| product | component |
| use | inventory item of an office that implements the component |
| answer about an office | observation and finding of assessment results |
| answer about a product | the same, and implemented requirement of a component definition |
| roll-up | a result of its own, one finding a question |
| measure | POA&M item and risk |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tocsin.assure.assessment.oscal.base import (
    checked,
    line,
    metadata,
    read_document,
    rest,
    stamp,
    token,
    told,
    uid,
    write_document,
)
from tocsin.errors import InputError, UsageError
from tocsin.model.assessment import Answer, Count, Measure, Party, Product, Profile, RollUp, Use
from tocsin.model.finding import Record

Content = Mapping[str, Any]
R = TypeVar("R", bound=Record)

#: State of a finding and its reason, by ours; ours itself is a property beside it.
STATES = {
    "met": ("satisfied", "pass"),
    "partly": ("not-satisfied", "other"),
    "not met": ("not-satisfied", "fail"),
    "not applicable": ("satisfied", "other"),
}
RISKS = {"planned": "open", "under way": "remediating", "done": "closed", "dropped": "closed"}


class Contents(Record):
    """The records of one exchange, as they go into a document or come out of one."""

    parties: tuple[Party, ...] = ()
    products: tuple[Product, ...] = ()
    uses: tuple[Use, ...] = ()
    answers: tuple[Answer, ...] = ()
    measures: tuple[Measure, ...] = ()
    rolled: tuple[RollUp, ...] = ()


def results_document(contents: Contents, profile: Profile, at: datetime) -> bytes:
    """Answers and roll-ups as OSCAL assessment results, with the parties, products and uses that go with them.

    Who may see what is not decided here: give only what the reader may have (`sight`). Raises `UsageError` where there
    is neither answer nor roll-up.
    """
    found = [_answered(contents, profile)] if contents.answers else []
    found += [_rolled(rolled, profile) for rolled in contents.rolled]
    if not found:
        raise UsageError("there is no answer to export", hint="answer a question first")
    _located(found[0], contents)
    plan = uid("profile", profile.id)
    content = {
        "uuid": uid("results", f"{profile.id} {stamp(at)}"),
        "metadata": _head(f"Assessment: {profile.title}", contents, at),
        "import-ap": {"href": f"#{plan}"},
        "results": found,
        "back-matter": {"resources": [{"uuid": plan, "title": line(profile.title)}, *_evidence(contents.answers)]},
    }
    return write_document("assessment-results", content)


def components_document(contents: Contents, profile: Profile, at: datetime) -> bytes:
    """Products, and what is said about them, as an OSCAL component definition: what a vendor hands out.

    Raises `UsageError` where there is no product.
    """
    if not contents.products:
        raise UsageError("there is no product to export", hint="enter the vendor's products first")
    by_product: dict[str, list[Answer]] = {}
    for answer in contents.answers:
        by_product.setdefault(answer.subject, []).append(answer)
    content = {
        "uuid": uid("components", f"{profile.id} {stamp(at)}"),
        "metadata": _head(f"Products: {profile.title}", contents, at),
        "components": [_component(one, by_product.get(one.id, []), profile) for one in contents.products],
        "back-matter": {
            "resources": [
                {"uuid": uid("profile", profile.id), "title": line(profile.title)},
                *_evidence(contents.answers),
            ]
        },
    }
    return write_document("component-definition", content)


def plan_document(contents: Contents, profile: Profile, at: datetime) -> bytes:
    """Measures as an OSCAL plan of action and milestones. Raises `UsageError` where there is none."""
    if not contents.measures:
        raise UsageError("there is no measure to export", hint="enter what is done about a gap first")
    named = _named(profile)
    content = {
        "uuid": uid("plan", f"{profile.id} {stamp(at)}"),
        "metadata": _head(f"Plan of action: {profile.title}", contents, at),
        "system-id": {"id": line(profile.id, "-")},
        "risks": [_risk(measure, named) for measure in contents.measures],
        "poam-items": [_item(measure) for measure in contents.measures],
    }
    return write_document("plan-of-action-and-milestones", content)


def _head(title: str, contents: Contents, at: datetime) -> dict[str, Any]:
    here = {party.id for party in contents.parties}
    parties = [
        {
            "uuid": uid("party", party.id),
            "type": "organization",
            "name": line(party.name),
            **rest(party, ()),
            **({"member-of-organizations": [uid("party", party.parent)]} if party.parent in here else {}),
        }
        for party in contents.parties
    ]
    return {**metadata(title, "1", at), **({"parties": parties} if parties else {})}


def _named(profile: Profile) -> Callable[[str], str]:
    names = {question.id: line(question.name or question.text, question.id) for question in profile.questions}
    return lambda question: names.get(question, line(question, "-"))


def _answered(contents: Contents, profile: Profile) -> dict[str, Any]:
    times = [answer.at for answer in contents.answers]
    named, subjects = _named(profile), _subjects(contents)
    return {
        "uuid": uid("result", profile.id),
        "title": "Answers",
        "description": "What each party says, one observation and one finding an answer.",
        "start": stamp(min(times)),
        "end": stamp(max(times)),
        "reviewed-controls": _reviewed(answer.question for answer in contents.answers),
        "observations": [_observation(answer, subjects) for answer in contents.answers],
        "findings": [_finding(answer, named) for answer in contents.answers],
    }


def _subjects(contents: Contents) -> dict[str, str]:
    """What is written in this document, by UUID: OSCAL's type of subject. Others are named, not referred to."""
    return {
        **{uid("party", party.id): "party" for party in contents.parties},
        **{uid("product", product.id): "component" for product in contents.products},
    }


def _reviewed(questions: Iterable[str]) -> dict[str, Any]:
    named = [{"control-id": token(question)} for question in dict.fromkeys(questions)]
    return {"control-selections": [{"include-controls": named} if named else {"include-all": {}}]}


def _observation(answer: Answer, subjects: Mapping[str, str]) -> dict[str, Any]:
    subject = uid("product" if answer.about == "product" else "party", answer.subject)
    asked = uid("party", answer.party)
    return {
        "uuid": uid("observation", answer.id),
        "description": answer.statement,
        "methods": ["EXAMINE" if answer.evidence else "INTERVIEW"],
        "types": ["control-objective"],
        **({"origins": [{"actors": [{"type": "party", "actor-uuid": asked}]}]} if asked in subjects else {}),
        **({"subjects": [{"subject-uuid": subject, "type": subjects[subject]}]} if subject in subjects else {}),
        **_relevant(answer),
        "collected": stamp(answer.at),
    }


def _relevant(answer: Answer) -> dict[str, Any]:
    found = [{"href": f"#{uid('evidence', digest)}", "description": digest} for digest in answer.evidence]
    return {"relevant-evidence": found} if found else {}


def _evidence(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    digests = dict.fromkeys(digest for answer in answers for digest in answer.evidence)
    return [
        {
            "uuid": uid("evidence", digest),
            "rlinks": [{"href": f"evidence/{digest}", "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
        }
        for digest in digests
    ]


def _finding(answer: Answer, named: Callable[[str], str]) -> dict[str, Any]:
    state, reason = STATES[answer.state]
    return {
        "uuid": uid("finding", answer.id),
        "title": named(answer.question),
        "description": f"{answer.state}{', withdrawn' if answer.withdrawn else ''}",
        **rest(answer, ("statement", "evidence")),
        "target": {
            "type": "objective-id",
            "target-id": token(answer.question),
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": uid("observation", answer.id)}],
    }


def _rolled(rolled: RollUp, profile: Profile) -> dict[str, Any]:
    named = _named(profile)
    findings = [_counted(rolled.id, count, named) for count in rolled.counts]
    return {
        "uuid": uid("roll-up", rolled.id),
        "title": "Roll-up",
        "description": f"How many of {rolled.offices} offices stand where on each question.",
        "start": stamp(rolled.made),
        **rest(rolled, ("counts",)),
        "reviewed-controls": _reviewed(count.question for count in rolled.counts),
        **({"findings": findings} if findings else {}),
    }


def _counted(party: str, count: Count, named: Callable[[str], str]) -> dict[str, Any]:
    good = count.standings.get("met", 0) + count.standings.get("not applicable", 0)
    satisfied = ("satisfied", "pass") if good == count.offices else ("not-satisfied", "other")
    return {
        "uuid": uid("count", f"{party} {count.question}"),
        "title": named(count.question),
        "description": ", ".join(f"{standing}: {number}" for standing, number in count.standings.items()) or "none",
        **rest(count, ()),
        "target": {
            "type": "objective-id",
            "target-id": token(count.question),
            "status": dict(zip(("state", "reason"), satisfied, strict=True)),
        },
    }


def _located(result: dict[str, Any], contents: Contents) -> None:
    """Put products and uses into the first result, where OSCAL has them."""
    here = {product.id for product in contents.products}
    components = [
        {
            "uuid": uid("product", product.id),
            "type": "software",
            "title": line(f"{product.name} {product.release}"),
            "description": line(product.name),
            **rest(product, ()),
            "status": {"state": "operational"},
        }
        for product in contents.products
    ]
    items = [
        {
            "uuid": uid("use", use.id),
            "description": use.component,
            **rest(use, ()),
            **(
                {"implemented-components": [{"component-uuid": uid("product", use.product)}]}
                if use.product in here
                else {}
            ),
        }
        for use in contents.uses
    ]
    found = {"components": components, "inventory-items": items}
    if components or items:
        result["local-definitions"] = {name: listed for name, listed in found.items() if listed}


def _component(product: Product, answers: Sequence[Answer], profile: Profile) -> dict[str, Any]:
    requirements = [
        {
            "uuid": uid("requirement", answer.id),
            "control-id": token(answer.question),
            "description": answer.statement,
            **rest(answer, ("statement",)),
        }
        for answer in answers
    ]
    implementation = {
        "uuid": uid("implementation", product.id),
        "source": f"#{uid('profile', profile.id)}",
        "description": f"What is said about {line(product.name)}.",
        "implemented-requirements": requirements,
    }
    return {
        "uuid": uid("product", product.id),
        "type": "software",
        "title": line(f"{product.name} {product.release}"),
        "description": line(product.name),
        **rest(product, ()),
        **({"control-implementations": [implementation]} if requirements else {}),
    }


def _risk(measure: Measure, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "uuid": uid("risk", measure.id),
        "title": named(measure.question),
        "description": measure.gap,
        "statement": measure.gap,
        "status": RISKS[measure.state],
        **({"deadline": f"{measure.due.isoformat()}T00:00:00+00:00"} if measure.due else {}),
        "remediations": [
            {
                "uuid": uid("remediation", measure.id),
                "lifecycle": "completed" if measure.state == "done" else "planned",
                "title": line(measure.action),
                "description": measure.action,
            }
        ],
    }


def _item(measure: Measure) -> dict[str, Any]:
    return {
        "uuid": uid("measure", measure.id),
        "title": line(measure.action),
        "description": measure.action,
        **rest(measure, ("action",)),
        "related-risks": [{"risk-uuid": uid("risk", measure.id)}],
    }


def read_contents(path: Path) -> Contents:
    """The records in OSCAL assessment results, a component definition or a POA&M that Tocsin wrote.

    Raises `InputError` where a part does not say what a record of ours needs, such as a finding without a party.
    """
    kind, content = read_document(path, ["assessment-results", "component-definition", "plan-of-action-and-milestones"])
    parties = tuple(checked(Party, told(party)) for party in content["metadata"].get("parties") or ())
    if kind == "assessment-results":
        return Contents(parties=parties, **_of_results(content))
    if kind == "component-definition":
        components = content.get("components") or ()
        products = tuple(checked(Product, told(component)) for component in components)
        return Contents(parties=parties, products=products, answers=tuple(_required(components)))
    measures = tuple(checked(Measure, {**told(item), "action": item["description"]}) for item in content["poam-items"])
    return Contents(parties=parties, measures=measures)


def _of_results(content: Content) -> dict[str, Any]:
    answers: list[Answer] = []
    rolled: list[RollUp] = []
    for result in content["results"]:
        if known := told(result):
            counts = [told(finding) for finding in result.get("findings") or ()]
            rolled.append(checked(RollUp, {**known, "counts": counts}))
        else:
            answers += _answers(result)
    local = content["results"][0].get("local-definitions") or {}
    return {
        "products": _all(Product, local.get("components")),
        "uses": _all(Use, local.get("inventory-items")),
        "answers": tuple(answers),
        "rolled": tuple(rolled),
    }


def _all(kind: type[R], holders: Iterable[Content] | None) -> tuple[R, ...]:
    return tuple(checked(kind, told(holder)) for holder in holders or ())


def _answers(result: Content) -> Iterator[Answer]:
    observations = {observation["uuid"]: observation for observation in result.get("observations") or ()}
    for finding in result.get("findings") or ():
        related = (finding.get("related-observations") or [{}])[0].get("observation-uuid")
        observation = observations.get(related, {})
        evidence = [one["description"] for one in observation.get("relevant-evidence") or ()]
        values = {**told(finding), "statement": observation.get("description", ""), "evidence": evidence}
        answer = checked(Answer, values)
        status = (finding["target"].get("status") or {}).get("state", "without a status")
        if status != STATES[answer.state][0]:
            raise InputError(
                f"finding {finding['uuid']} is {status}, but its property says {answer.state!r}",
                hint="somebody changed one of the two; have the party answer again",
            )
        yield answer


def _required(components: Iterable[Content]) -> Iterator[Answer]:
    for component in components:
        for implementation in component.get("control-implementations") or ():
            for requirement in implementation["implemented-requirements"]:
                yield checked(Answer, {**told(requirement), "statement": requirement["description"]})
