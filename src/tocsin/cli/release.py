"""`tocsin release`: give cases to audiences, see who has what, take it back; cases as files in other formats."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

import typer

from tocsin.errors import UsageError
from tocsin.model.exchange import Pap, Profile
from tocsin.model.grades import Tlp

if TYPE_CHECKING:
    from tocsin.model.people import Actor
    from tocsin.store.workspace import Workspace

Action = Literal["audience", "audiences", "objects", "restrict", "to", "list", "recall", "file", "take"]


def release(
    action: Annotated[Action, typer.Argument(help=", ".join(get_args(Action)) + ".")],
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    case: Annotated[str, typer.Argument(help="Id of the case; audience: its name; take: the file to read.")] = "",
    what: Annotated[str, typer.Argument(help="to, file: id or name of the audience. restrict: id of an object.")] = "",
    marking: Annotated[str, typer.Option(help="TLP. audience: up to which. restrict, recall: the stricter one.")] = "",
    pap: Annotated[str, typer.Option(help="audience: PAP up to which. restrict: PAP of the object.")] = "",
    organisation: Annotated[
        list[str] | None,
        typer.Option(help="audience: STIX id of an organisation in it. restrict: who alone may have it. Repeatable."),
    ] = None,
    may_know_origin: Annotated[
        bool, typer.Option("--may-know-origin", help="audience: may know which of our objects one was made from.")
    ] = False,
    profile: Annotated[str, typer.Option(help="audience, objects, restrict: core, opencti, misp or public.")] = "core",
    field: Annotated[str, typer.Option(help="restrict: one field of the object, as a STIX selector.")] = "",
    format: Annotated[str, typer.Option(help="file: name of an exporter. take: misp or claimreview.")] = "",  # noqa: A002
    out: Annotated[Path | None, typer.Option(help="file: the file to write.")] = None,
    url: Annotated[str, typer.Option(help="file: address of the case's public page.")] = "",
    correct: Annotated[bool, typer.Option("--correct", help="recall: bring all to the present state.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="recall: take all of it back.")] = False,
    reason: Annotated[str, typer.Option(help="Why; kept with the release.")] = "",
    by: Annotated[str, typer.Option(help="Login of who does it; not needed for audiences and list.")] = "",
) -> None:
    """Give cases to partners, see who has what, and take it back."""
    from tocsin.cli.people import actor_of
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(workspace)) as ws:
        if action == "audiences":
            _audiences(ws)
        elif action == "list":
            _list(ws, case)
        elif action == "audience":
            _audience(ws, actor_of(ws, by), case, marking, pap, organisation or [], may_know_origin, profile)
        elif action == "objects":
            _objects(ws, actor_of(ws, by), case, profile)
        elif action == "restrict":
            _restrict(ws, actor_of(ws, by), case, what, marking, field, pap, organisation or [], profile)
        elif action == "to":
            _to(ws, actor_of(ws, by), case, what, reason)
        elif action == "recall":
            _recall(ws, actor_of(ws, by), case, reason, marking, correct=correct, revoke=revoke)
        elif action == "take":
            _take(ws, actor_of(ws, by), Path(case), format)
        else:
            _file(ws, actor_of(ws, by), case, what, format, out, url, reason)


def _one_of(value: str, kind: Any, name: str) -> Any:
    if value not in get_args(kind):
        raise UsageError(f"{name}: {value!r}", hint=f"one of: {', '.join(filter(None, get_args(kind)))}")
    return value


def _audience(
    ws: Workspace, actor: Actor, name: str, tlp: str, pap: str, organisations: list[str], knows: bool, profile: str
) -> None:
    from tocsin.share.release import set_audience

    made = set_audience(
        ws, actor, name, _one_of(tlp, Tlp, "--marking"), _one_of(pap or "clear", Pap, "--pap"), organisations,
        may_know_origin=knows, profile=_one_of(profile, Profile, "--profile"),
    )  # fmt: skip
    typer.echo(made.id)


def _audiences(ws: Workspace) -> None:
    from tocsin.cases.acts import every
    from tocsin.model.exchange import Audience
    from tocsin.share.release import collections_of

    with ws.read() as reader:
        for one in sorted(every(reader, Audience), key=lambda one: (one.name, one.id)):
            collections = len(collections_of(reader, one.id))
            typer.echo(
                f"{one.id}  {one.name}: up to TLP:{one.tlp.upper()}, PAP:{one.pap.upper()}; "
                f"{len(one.organisations)} organisations; {collections} collections"
            )


def _objects(ws: Workspace, actor: Actor, case: str, profile: str) -> None:
    from tocsin.share.release import objects_of

    objects, restrictions = objects_of(ws, actor, case, _one_of(profile, Profile, "--profile"))
    for obj in objects:
        name = obj.get("name") or obj.get("abstract") or obj.get("value") or obj.get("relationship_type") or ""
        typer.echo(f"{obj['id']}  {name}")
        for one in (one for one in restrictions if one.object == obj["id"]):
            words = [one.field or "whole", f"TLP:{one.tlp.upper()}", f"PAP:{one.pap.upper()}" if one.pap else ""]
            typer.echo("  restricted: " + ", ".join(filter(None, (*words, *one.organisations))))


def _restrict(
    ws: Workspace,
    actor: Actor,
    case: str,
    object_id: str,
    tlp: str,
    field: str,
    pap: str,
    organisations: list[str],
    profile: str,
) -> None:
    from tocsin.share.release import restrict

    wanted = cast("Tlp", _one_of(tlp, Tlp, "--marking"))
    named = _one_of(profile, Profile, "--profile")
    made = restrict(ws, actor, case, object_id, wanted, field, pap, organisations, named)
    typer.echo(f"{made.object} {made.field or 'as a whole'}: TLP:{made.tlp.upper()}")


def _to(ws: Workspace, actor: Actor, case: str, audience: str, reason: str) -> None:
    from tocsin.share.release import release as give

    made = give(ws, actor, case, audience, reason)
    withheld = made.view.ledger.counts()["withheld"]
    typer.echo(f"{len(made.view.objects):,} objects, {len(made.new):,} new versions; {withheld:,} withheld.")
    _left(made.left)
    if not made.collections:
        typer.echo("The audience has no collection: make one with `tocsin partners collection`, or write a file.")


def _left(ids: tuple[str, ...]) -> None:
    if ids:
        typer.echo(f"Out of the collections, but only their creators can revoke them: {', '.join(ids)}")


def _list(ws: Workspace, case: str) -> None:
    from tocsin.cases.acts import every
    from tocsin.model.exchange import Audience, Release
    from tocsin.share.release import fetched_by

    with ws.read() as reader:
        found = sorted(every(reader, Release, {"case": case} if case else {}), key=lambda one: (one.made, one.id))
        for one in found:
            name = reader.get(Audience, one.audience).name
            way = f"file {one.file}" if one.file else "collections"
            typer.echo(
                f"{one.made:%Y-%m-%d %H:%M}  case {one.case}  {one.act} to {name} ({way}), TLP:{one.tlp.upper()}, "
                f"{len(one.versions):,} objects"
            )
        for case_id, audience in dict.fromkeys((one.case, one.audience) for one in found):
            had, had_not = fetched_by(reader, case_id, audience)
            name = reader.get(Audience, audience).name
            typer.echo(f"Case {case_id}, {name}: fetched by {_names(had)}; not by {_names(had_not)}.")


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nobody"


def _recall(ws: Workspace, actor: Actor, case: str, reason: str, marking: str, *, correct: bool, revoke: bool) -> None:
    from tocsin.share.release import recall

    if sum((correct, revoke, bool(marking))) != 1:
        raise UsageError("recall needs one of --correct, --revoke and --marking", hint="see tocsin release --help")
    wanted = cast("Tlp", _one_of(marking, Tlp, "--marking")) if marking else None
    for one in recall(ws, actor, case, reason, revoke=revoke, marking=wanted):
        gone = sum(version.revoked for version in one.release.versions)
        typer.echo(
            f"{one.audience.name}: {one.release.act}, {len(one.release.versions):,} objects, {gone:,} of them revoked. "
            f"Had fetched the old ones: {_names(one.had)}. Had not: {_names(one.had_not)}."
        )
        _left(one.left)
        if one.files:
            typer.echo(f"{one.audience.name} also has files, which nothing can call back: {', '.join(one.files)}")


def _file(
    ws: Workspace, actor: Actor, case: str, audience: str, name: str, out: Path | None, url: str, reason: str
) -> None:
    from tocsin.share.release import exporters, shared

    known = exporters()
    if name not in known or out is None:
        raise UsageError(f"--format {name!r} --out {out}", hint=f"formats: {', '.join(known)}; and a file to write")
    exporter = known[name]
    data = shared(ws, actor, case, audience, exporter, out.name, url, reason)
    out.write_bytes(data)
    typer.echo(f"{out}: {exporter.media_type}, {len(data):,} bytes.")
    for lost, becomes in exporter.losses:
        typer.echo(f"  {lost}: {becomes}")


def _take(ws: Workspace, actor: Actor, path: Path, name: str) -> None:
    from tocsin.share.release import take

    case, account = take(ws, actor, path, name)
    counts = ", ".join(f"{number:,} {outcome}" for outcome, number in account.counts().items() if number)
    typer.echo(f"Case {case.id}: {case.title}\nObjects: {counts}.")
