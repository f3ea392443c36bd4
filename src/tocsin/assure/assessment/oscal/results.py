"""Answers and roll-ups as OSCAL assessment results, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tocsin.assure.assessment.oscal.base import (
    NOTHING,
    checked,
    native,
    rest,
    stamp,
    token,
    told,
    uid,
    unsaid,
    write_document,
)
from tocsin.assure.assessment.oscal.contents import Contents, back_matter, head, software, titles
from tocsin.errors import InputError, UsageError
from tocsin.model.assessment import Answer, Count, Product, Profile, RollUp, Use

Content = Mapping[str, Any]
Outside = Callable[[Content, str, str], Answer]  # of a finding, a time and a statement

#: State of a finding and its reason, by ours; ours itself is a property beside it.
STATES = {
    "met": ("satisfied", "pass"),
    "partly": ("not-satisfied", "other"),
    "not met": ("not-satisfied", "fail"),
    "not applicable": ("satisfied", "other"),
}


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
    content = {
        "uuid": uid("results", f"{profile.id} {stamp(at)}"),
        "metadata": head(f"Assessment: {profile.title}", contents, at),
        "import-ap": {"href": f"#{uid('profile', profile.id)}"},
        "results": found,
        "back-matter": back_matter(profile, contents.answers),
    }
    return write_document("assessment-results", content)


def _answered(contents: Contents, profile: Profile) -> dict[str, Any]:
    times = [answer.at for answer in contents.answers]
    title, subjects = titles(profile), _subjects(contents)
    return {
        "uuid": uid("result", profile.id),
        "title": "Answers",
        "description": "What each party says, one observation and one finding an answer.",
        "start": stamp(min(times)),
        "end": stamp(max(times)),
        "reviewed-controls": _reviewed(answer.question for answer in contents.answers),
        "observations": [_observation(answer, subjects) for answer in contents.answers],
        "findings": [_finding(answer, title) for answer in contents.answers],
    }


def _subjects(contents: Contents) -> dict[str, str]:
    """What is written in this document, by UUID: OSCAL's type of subject. Others are named, not referred to."""
    return {
        **{uid("party", party.id): "party" for party in contents.parties},
        **{uid("product", product.id): "component" for product in contents.products},
    }


def _reviewed(questions: Iterable[str]) -> dict[str, Any]:
    chosen = [{"control-id": token(question)} for question in dict.fromkeys(questions)]
    return {"control-selections": [{"include-controls": chosen} if chosen else {"include-all": {}}]}


def _observation(answer: Answer, subjects: Mapping[str, str]) -> dict[str, Any]:
    subject = uid("product" if answer.about == "product" else "party", answer.subject)
    asked = uid("party", answer.party)
    return {
        "uuid": uid("observation", answer.id),
        "description": answer.statement or NOTHING,
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


def _finding(answer: Answer, title: Callable[[str], str]) -> dict[str, Any]:
    state, reason = STATES[answer.state]
    return {
        "uuid": uid("finding", answer.id),
        "title": title(answer.question),
        "description": f"{answer.state}{', withdrawn' if answer.withdrawn else ''}",
        **rest(answer, native(answer.statement, "statement", "evidence")),
        "target": {
            "type": "objective-id",
            "target-id": token(answer.question),
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": uid("observation", answer.id)}],
    }


def _rolled(rolled: RollUp, profile: Profile) -> dict[str, Any]:
    title = titles(profile)
    findings = [_judged(rolled.id, count, title) for count in rolled.counts if _is_whole(count)]
    return {
        "uuid": uid("roll-up", rolled.id),
        "title": "Roll-up",
        "description": f"How many of {rolled.offices} offices stand where on each question.",
        "start": stamp(rolled.made),
        **rest(rolled, ("counts",)),
        "reviewed-controls": _reviewed(count.question for count in rolled.counts),
        **({"observations": [_counted(rolled, count, title) for count in rolled.counts]} if rolled.counts else {}),
        **({"findings": findings} if findings else {}),
    }


def _is_whole(count: Count) -> bool:
    """Whether a question can be judged: some offices are asked it, and of each it is told what it has answered."""
    return count.offices > 0 and not count.standings.get("missing") and sum(count.standings.values()) == count.offices


def _counted(rolled: RollUp, count: Count, title: Callable[[str], str]) -> dict[str, Any]:
    return {
        "uuid": uid("counted", f"{rolled.id} {count.question}"),
        "title": title(count.question),
        "description": ", ".join(f"{standing}: {number}" for standing, number in count.standings.items()) or "none",
        **rest(count, ()),
        "methods": ["INTERVIEW"],
        "types": ["control-objective"],
        "collected": stamp(rolled.made),
    }


def _judged(party: str, count: Count, title: Callable[[str], str]) -> dict[str, Any]:
    good = count.standings.get("met", 0) + count.standings.get("not applicable", 0)
    satisfied = ("satisfied", "pass") if good == count.offices else ("not-satisfied", "other")
    return {
        "uuid": uid("count", f"{party} {count.question}"),
        "title": title(count.question),
        "description": f"Of {count.offices} offices, all of which have answered.",
        "target": {
            "type": "objective-id",
            "target-id": token(count.question),
            "status": dict(zip(("state", "reason"), satisfied, strict=True)),
        },
        "related-observations": [{"observation-uuid": uid("counted", f"{party} {count.question}")}],
    }


def _located(result: dict[str, Any], contents: Contents) -> None:
    """Put products and uses into the first result, where OSCAL has them."""
    here = {product.id for product in contents.products}
    components = [{**software(product), "status": {"state": "operational"}} for product in contents.products]
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


def of_results(content: Content, outside: Outside) -> dict[str, Any]:
    """Products, uses, answers and roll-ups of assessment results, as fields of `Contents`. `outside` tells the answer
    that a finding without properties of ours stands for."""
    answers: list[Answer] = []
    rolled: list[RollUp] = []
    for result in content["results"]:
        if known := told(result):
            counts = [told(observation) for observation in result.get("observations") or ()]
            rolled.append(checked(RollUp, {**known, "counts": counts}))
        else:
            answers += _answers(result, outside)
    local = content["results"][0].get("local-definitions") or {}
    return {
        "products": tuple(checked(Product, told(one)) for one in local.get("components") or () if told(one)),
        "uses": tuple(checked(Use, told(one)) for one in local.get("inventory-items") or () if told(one)),
        "answers": tuple(answers),
        "rolled": tuple(rolled),
    }


def _answers(result: Content, outside: Outside) -> Iterator[Answer]:
    observations = {observation["uuid"]: observation for observation in result.get("observations") or ()}
    for finding in result.get("findings") or ():
        related = (finding.get("related-observations") or [{}])[0].get("observation-uuid")
        observation = observations.get(related, {})
        evidence = [one["description"] for one in observation.get("relevant-evidence") or ()]
        statement = unsaid(observation.get("description", ""))
        known = told(finding)
        if not known:
            yield outside(finding, observation.get("collected") or result["start"], statement)
            continue
        answer = checked(Answer, {"statement": statement, "evidence": evidence, **known})
        status = (finding["target"].get("status") or {}).get("state", "without a status")
        if status != STATES[answer.state][0]:
            raise InputError(
                f"finding {finding['uuid']} is {status}, but its property says {answer.state!r}",
                hint="somebody changed one of the two; have the party answer again",
            )
        yield answer
