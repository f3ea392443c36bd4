"""Products and what is said about them as an OSCAL component definition, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.assure.assessment.oscal.base import (
    NOTHING,
    checked,
    line,
    native,
    rest,
    stamp,
    token,
    told,
    uid,
    unsaid,
    write_document,
)
from tocsin.assure.assessment.oscal.contents import Contents, back_matter, head, software
from tocsin.errors import UsageError
from tocsin.model.assessment import Answer, Product, Profile


def components_document(contents: Contents, profile: Profile, at: datetime) -> bytes:
    """Products, and what is said about them, as an OSCAL component definition: what a vendor hands out.

    Raises `UsageError` where there is no product, or an answer is about something else.
    """
    if not contents.products:
        raise UsageError("there is no product to export", hint="enter the vendor's products first")
    by_product: dict[str, list[Answer]] = {product.id: [] for product in contents.products}
    for answer in contents.answers:
        if answer.about != "product" or answer.subject not in by_product:
            raise UsageError(
                f"answer {answer.id} is not about one of the products", hint="export it with the assessment results"
            )
        by_product[answer.subject].append(answer)
    content = {
        "uuid": uid("components", f"{profile.id} {stamp(at)}"),
        "metadata": head(f"Products: {profile.title}", contents, at),
        "components": [_component(one, by_product[one.id], profile) for one in contents.products],
        "back-matter": back_matter(profile, contents.answers),
    }
    return write_document("component-definition", content)


def _component(product: Product, answers: Sequence[Answer], profile: Profile) -> dict[str, Any]:
    requirements = [
        {
            "uuid": uid("requirement", answer.id),
            "control-id": token(answer.question),
            "description": answer.statement or NOTHING,
            **rest(answer, native(answer.statement, "statement")),
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
        **software(product),
        **({"control-implementations": [implementation]} if requirements else {}),
    }


def answers_of(components: Iterable[Mapping[str, Any]]) -> Iterator[Answer]:
    """The answers about the products of a component definition."""
    for component in components:
        for implementation in component.get("control-implementations") or ():
            for requirement in implementation["implemented-requirements"]:
                yield checked(Answer, {"statement": unsaid(requirement["description"]), **told(requirement)})
