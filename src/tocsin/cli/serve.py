"""`tocsin serve`: the workbench in the browser."""

from __future__ import annotations

import ipaddress
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI


def serve(
    ctx: typer.Context,
    workspace: Annotated[Path, typer.Argument(help="Folder of the workspace.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    origin: Annotated[
        str,
        typer.Option(help="Address people type, where a proxy in front adds HTTPS: https://tocsin.example.org."),
    ] = "",
) -> None:
    """Open the workbench of a workspace in the browser."""
    from tocsin.store.workspace import Workspace
    from tocsin.web.app import create_app
    from tocsin.web.auth import invitations

    _check(host, origin)
    with _listen(host, port) as listening:
        address = origin.rstrip("/") or f"http://localhost:{listening.getsockname()[1]}"
        with closing(Workspace.open(workspace)) as place:
            token = invitations.first(place)
            typer.echo(f"{place.title}: {address}/")
            if token:
                typer.echo(f"Make the first account, within 30 minutes: {address}/invitation/{token}")
            typer.echo("Ctrl-C stops the server.")
            _run(create_app(place, address, ctx.obj.openid_secret), listening, behind_proxy=bool(origin))


def _listen(host: str, port: int) -> socket.socket:
    import socket

    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {host}, port {port}: {error.strerror}.", hint="Choose another --port."
        ) from error
    # asyncio does so only for sockets made with the protocol named; without it each answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _run(app: FastAPI, listening: socket.socket, *, behind_proxy: bool) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses of pages and of people stay out of logs
        server_header=False,
        proxy_headers=behind_proxy,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _check(host: str, origin: str) -> None:
    parts = urlsplit(origin)
    if origin and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
        raise UsageError(f"--origin {origin} is no address of a server.", hint="Write https:// and the name, no path.")
    if not origin and not _loopback(host):
        raise UsageError(
            f"--host {host} can be reached from other machines, and nothing would be encrypted.",
            hint="Put a proxy with HTTPS in front and name its address with --origin https://...",
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
