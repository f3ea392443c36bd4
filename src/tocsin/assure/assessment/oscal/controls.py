"""Catalogues and profiles as OSCAL, both ways.

A profile of ours is two files: a catalogue with its questions as controls, and an OSCAL profile that imports it. For
other tools the controls on which a question rests are also links to the catalogues in the back matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from tocsin.assure.assessment.oscal.base import (
    HINT,
    checked,
    line,
    metadata,
    props,
    read_document,
    rest,
    token,
    told,
    uid,
    write_document,
)
from tocsin.errors import InputError
from tocsin.model.assessment import Catalogue, Control, Profile, Question

Content = Mapping[str, Any]


def catalogue_document(catalogue: Catalogue, at: datetime) -> bytes:
    """A catalogue as an OSCAL catalogue; neighbours of one group stand in one OSCAL group. `at` is when it was made."""
    return write_document("catalog", _catalogue(catalogue, at, [_control(one) for one in catalogue.controls]))


def profile_documents(profile: Profile, at: datetime) -> dict[str, bytes]:
    """A profile as two files by name: the catalogue with its questions, and the OSCAL profile that imports it."""
    name = f"{token(profile.id)}.catalog.json"
    content = {
        "uuid": uid("profile", profile.id),
        "metadata": {**metadata(profile.title, profile.edition, at), **rest(profile, ("questions",))},
        "imports": [{"href": name, "include-all": {}}],
        "merge": {"as-is": True},
    }
    return {
        name: write_document("catalog", _questions(profile, at)),
        f"{token(profile.id)}.profile.json": write_document("profile", content),
    }


def _catalogue(source: Catalogue | Profile, at: datetime, controls: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    kind = "catalogue" if isinstance(source, Catalogue) else "questions-catalogue"
    groups = [
        {"id": f"_group-{number}", "title": title, "controls": [control for _, control in run]}
        for number, (title, run) in enumerate(groupby(controls, key=lambda one: one[0]), 1)
    ]
    return {
        "uuid": uid(kind, source.id),
        "metadata": {
            **metadata(source.title, source.edition, at),
            **rest(source, ("controls", "questions")),
        },
        **({"groups": groups} if groups else {}),
    }


def _control(control: Control) -> tuple[str, dict[str, Any]]:
    parts = [{"name": "statement", "prose": control.text}] if control.text else []
    return line(control.group, "Controls"), {
        "id": token(control.id),
        "title": line(control.name, "-"),
        **rest(control, ("text",)),
        **({"parts": parts} if parts else {}),
    }


def _questions(profile: Profile, at: datetime) -> dict[str, Any]:
    named = dict.fromkeys(ref.catalogue for question in profile.questions for ref in question.controls)
    resources = [{"uuid": uid("catalogue", key), "title": line(key, "-"), "props": props({"id": key})} for key in named]
    return {
        **_catalogue(profile, at, [_question(question) for question in profile.questions]),
        **({"back-matter": {"resources": resources}} if resources else {}),
    }


def _question(question: Question) -> tuple[str, dict[str, Any]]:
    links = [
        {"href": f"#{uid('catalogue', ref.catalogue)}", "rel": "related", "text": line(ref.control, "-")}
        for ref in question.controls
    ]
    parts = [{"name": "statement", "prose": question.text}]
    parts += [{"name": "guidance", "prose": question.why}] if question.why else []
    return question.component, {
        "id": token(question.id),
        "title": line(question.name or question.text, "-"),
        **rest(question, ("text", "why")),
        **({"links": links} if links else {}),
        "parts": parts,
    }


def read_oscal_catalogue(path: Path, key: str) -> Catalogue:
    """A catalogue from an OSCAL catalogue of anybody, JSON or YAML, under a short id of ours. Withdrawn controls are
    left out; the text is that of the statements.

    Raises `InputError` where it is not valid, `UnknownFormat` where it is no catalogue.
    """
    _, content = read_document(path, ["catalog"])
    head = content["metadata"]
    publishers = [party["name"] for party in head.get("parties") or () if party.get("name")]
    found = {
        "title": line(head["title"]),
        "edition": line(head["version"]),
        "publisher": line(publishers[0]) if publishers else "",
    }
    controls = [_control_of(group, control) for group, control in _listed(content)]
    return checked(Catalogue, {**(told(head) or found), "id": key, "controls": controls})


def _listed(holder: Content, group: str = "") -> Iterator[tuple[str, Content]]:
    """Title of the group and control, of all controls that are not withdrawn, in their order."""
    for control in holder.get("controls") or ():
        if not any(prop["name"] == "status" and prop["value"] == "withdrawn" for prop in control.get("props") or ()):
            yield group, control
            yield from _listed(control, group)
    for inner in holder.get("groups") or ():
        yield from _listed(inner, inner["title"])


def _control_of(group: str, control: Content) -> dict[str, Any]:
    statements = [part for part in control.get("parts") or () if part["name"] == "statement"]
    text = "\n".join(prose for part in statements for prose in _prose(part))
    found = {"id": control["id"], "name": line(control["title"]), "group": line(group)}
    return {**(told(control) or found), "text": text}


def _prose(part: Content) -> Iterator[str]:
    if part.get("prose"):
        yield part["prose"]
    for inner in part.get("parts") or ():
        yield from _prose(inner)


def read_profile(path: Path) -> Profile:
    """A profile from an OSCAL profile with the catalogues that it imports beside it, or from such a catalogue.

    Raises `InputError` where a control is no question (it has no component and phases), or an import is not a file
    beside it; `UnknownFormat` where it is another kind of document.
    """
    kind, content = read_document(path, ["profile", "catalog"])
    asked: list[Content] = []
    if kind == "catalog":
        asked = [control for _, control in _listed(content)]
    for chosen in content.get("imports") or ():
        _, source = read_document(_beside(path, content, chosen), ["catalog"])
        asked += [control for _, control in _listed(source) if _selected(control, chosen)]
    head = content["metadata"]
    found = {"id": content["uuid"], "title": line(head["title"]), "edition": line(head["version"])}
    return checked(Profile, {**(told(head) or found), "questions": [_question_of(control) for control in asked]})


def _beside(path: Path, content: Content, chosen: Content) -> Path:
    """The file that an import names, itself or by a resource of the back matter; it must be in the same folder."""
    href = str(chosen.get("href", ""))
    for resource in (content.get("back-matter") or {}).get("resources") or () if href.startswith("#") else ():
        if resource["uuid"] == href[1:] and resource.get("rlinks"):
            href = resource["rlinks"][0]["href"]
    name = PurePosixPath(href).name
    if not name or name != href.removeprefix("./") or not (path.parent / name).is_file():
        raise InputError(
            f"{path.name} imports {href!r}, which is not beside it", hint="put the catalogue in its folder"
        )
    return path.parent / name


def _selected(control: Content, chosen: Content) -> bool:
    taken = "include-all" in chosen or _named(control, chosen.get("include-controls") or ())
    return taken and not _named(control, chosen.get("exclude-controls") or ())


def _named(control: Content, selections: Iterable[Content]) -> bool:
    return any(control["id"] in (selection.get("with-ids") or ()) for selection in selections)


def _question_of(control: Content) -> Question:
    known = told(control)
    if "component" not in known or "phases" not in known:
        raise InputError(
            f"control {control['id']} says no component and phases: it can be mapped to, but not asked",
            hint=f"load it as a catalogue, or add both as properties; {HINT}",
        )
    prose = {part["name"]: part.get("prose") or "" for part in control.get("parts") or ()}
    found = {"id": control["id"], "text": prose.get("statement", ""), "why": prose.get("guidance", "")}
    return checked(Question, {**found, **known})
