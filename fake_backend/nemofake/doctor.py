"""The command ``nemofake doctor``: what this machine has of what nemofake can use, a line each."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, NamedTuple

import click

from ._version import __version__
from .extras import EXTRAS
from .settings import Settings

Level = Literal["ok", "note", "problem"]
_MIN_PYTHON: Final = (3, 11)
_MIN_FREE_BYTES: Final = 1 << 30
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CODECS: Final = ("libx264", "aac")


class Finding(NamedTuple):
    """One line: how things are, and what to do where something is missing."""

    level: Level
    subject: str
    text: str


@click.command()
@click.option(
    "--port", default=Settings().port, show_default=True, help="The port that you want to serve on."
)
def doctor(port: int) -> None:
    """Show what this machine has of what nemofake can use, and what to do about the rest.

    Exit 1 if there is a problem. Notes are about things that you may not need.
    """
    findings = [*examine(os.environ, port)]
    for finding in findings:
        click.echo(f"{finding.level:8} {finding.subject:12} {finding.text}")
    if any(finding.level == "problem" for finding in findings):
        raise SystemExit(1)


def examine(environment: Mapping[str, str], port: int) -> Iterator[Finding]:
    """Yield all findings, in a fixed order."""
    yield _python()
    yield from _extras()
    yield _port(port)
    if find_spec("av") is not None:
        yield _codecs()
    if find_spec("PIL") is not None:
        yield _font()
    yield _disk(Path(tempfile.gettempdir()))
    yield _faketime()
    yield _proxies(environment)


def _python() -> Finding:
    text = f"{platform.python_version()} at {sys.executable}, nemofake {__version__}"
    if sys.version_info[:2] < _MIN_PYTHON:
        return Finding("problem", "python", f"{text}; install Python 3.11 or newer")
    return Finding("ok", "python", text)


def _extras() -> Iterator[Finding]:
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        if missing:
            text = f"{', '.join(missing)} not installed; for this extra: pip install 'nemofake[{extra}]'"
            yield Finding("note", f"[{extra}]", text)
        else:
            yield Finding("ok", f"[{extra}]", "installed")


def _port(port: int) -> Finding:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "no such port"
            text = f"{port} cannot be used ({reason}); choose another: nemofake serve --port 0"
            return Finding("problem", "port", text)
    return Finding("ok", "port", f"{port} is free")


def _codecs() -> Finding:
    import av

    missing = [name for name in _CODECS if name not in av.codecs_available]
    if missing:
        return Finding(
            "problem", "codecs", f"{', '.join(missing)} missing in PyAV; reinstall 'nemofake[media]'"
        )
    return Finding("ok", "codecs", ", ".join(_CODECS))


def _font() -> Finding:
    from .media.video.text_layout import font_file

    file = font_file()
    if file is None:
        return Finding("note", "font", "none found; install Debian's fonts-noto-cjk for Chinese titles")
    return Finding("ok", "font", file)


def _disk(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding("problem", "disk", f"{folder} cannot be written ({error.strerror}); set TMPDIR")
    text = f"{free / (1 << 30):.1f} GiB free in {folder}"
    if free < _MIN_FREE_BYTES:
        return Finding("note", "disk", f"{text}; free some, or set TMPDIR")
    return Finding("ok", "disk", text)


def _faketime() -> Finding:
    from .interception.process import FAKETIME_VARIABLE, faketime_library

    library = faketime_library()
    if library is None:
        text = f"not found; programs run in real time. Install Debian's faketime, or set {FAKETIME_VARIABLE}"
        return Finding("note", "libfaketime", text)
    return Finding("ok", "libfaketime", str(library))


def _proxies(environment: Mapping[str, str]) -> Finding:
    named = [name for name in _PROXIES if environment.get(name) or environment.get(name.lower())]
    if not named:
        return Finding("ok", "proxies", "none in the environment")
    no_proxy = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    if {"localhost", "127.0.0.1", "*"} & {host.strip() for host in no_proxy.split(",")}:
        return Finding("ok", "proxies", f"{', '.join(named)}; loopback is left out by NO_PROXY")
    text = f"{', '.join(named)} may catch your client's requests; set NO_PROXY=localhost,127.0.0.1"
    return Finding("note", "proxies", text)
