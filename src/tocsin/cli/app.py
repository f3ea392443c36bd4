"""The command line: `tocsin VERB ...`.

A verb is one module here, `tocsin/cli/<verb>.py`, with a function of the same name whose parameters carry Typer
annotations, and one line in `VERBS`. The module is imported only when its verb runs or its own help is asked, so that
`tocsin --help` stays quick.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from tocsin import __version__
from tocsin.errors import TocsinError

#: Verb and the first line of its function's docstring, which is what `tocsin --help` shows.
VERBS = {
    "scan": "Find groups of accounts that act together.",
    "follow": "Follow a growing folder or a stream: who acts together now.",
    "plan": "Tell what a scan would cost before it runs.",
    "explain": "Show one finding and the evidence behind it.",
    "simulate": "Write a simulated election and its truth.",
    "workspace": "Make a workspace, or take findings of scans into one.",
    "publish": "Write the public site: published cases, corrections, feeds.",
    "serve": "Open the workbench of a workspace in the browser.",
    "export": "Write a case's evidence and publications, with their proof.",
    "verify": "Check an export or a workspace: files, records, journal.",
    "stamp": "Make the journal's root of today and have it timestamped.",
    "stix": "Take a partner's STIX bundle in, or write a case as STIX.",
    "release": "Give cases to partners, see who has what, and take it back.",
    "vocab": "Show what a DISARM id or name means, or import the framework.",
    "partners": "Exchange with partners by TAXII or files, and let partners in.",
    "money": "Donations and sanctions: scan, screen, lists, gap, package.",
    "targets": "Election offices: look-alikes, scans, results, rumours.",
    "narratives": "Find what is said or shown again, imitated outlets, bursts.",
    "leak": "Leaks: scan, mail, compare, trace, keys; take, weigh, show.",
    "assess": "Assess election systems together: answers, gaps, plan, files.",
    "audit": "Post-election audits that anyone can check.",
    "check": "Look a message up among claims that were checked.",
    "claims": "Checked claims: read, list, and the links people confirm.",
    "demo": "Simulate, scan, compare found with planted.",
}

INTERRUPTED = 130  # the shell's code for a process ended by Ctrl-C


def load_verb(name: str) -> TyperCommand | TyperGroup:
    """Import the module of a verb and build its command: of its function, or of its verbs where it has several."""
    verb = getattr(import_module(f"tocsin.cli.{name}"), name)
    if not isinstance(verb, typer.Typer):
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name)(verb)
        verb = app
    command = typer.main.get_command(verb)
    assert isinstance(command, TyperCommand | TyperGroup)
    return command


class LazyVerb(TyperCommand):
    """Stands for a verb in the list of commands; becomes the real one when called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Load the verb and parse its arguments."""
        assert self.name is not None
        return load_verb(self.name).make_context(info_name, args, parent, **extra)


class Verbs(TyperGroup):
    """The group of all verbs; shows Tocsin's errors as a message and a hint, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; an error of ours ends with its own exit code, Ctrl-C with 130."""
        try:
            return super().invoke(ctx)
        except TocsinError as error:
            if getattr(ctx.obj, "debug", False):
                raise
            typer.echo(f"Error: {error}" + (f"\n{error.hint}" if error.hint else ""), err=True)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            typer.echo("\nInterrupted.", err=True)
            raise typer.Exit(INTERRUPTED) from None


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tocsin {__version__}")
        raise typer.Exit


def _start(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log each step to stderr.")] = False,
) -> None:
    """Defend elections against foreign interference: from a suspicion to a finding that can be checked."""
    from tocsin import log, settings

    log.configure(verbose=verbose)
    ctx.obj = settings.load()


def command() -> TyperGroup:
    """Build the command line: the group with one lazy entry for each verb."""
    app = typer.Typer(cls=Verbs, add_completion=False, rich_markup_mode=None, no_args_is_help=True)
    app.callback()(_start)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    group.commands.update({name: LazyVerb(name, help=text) for name, text in VERBS.items()})
    return group


def main() -> None:
    """Run the command line and end the process."""
    try:
        command().main(prog_name="tocsin")
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:  # the reader has left; keep the interpreter's last flush from complaining
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
