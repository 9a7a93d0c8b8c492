"""``nemofake chat``: the reference client's conversation, under the command that starts the fake too."""

from __future__ import annotations

import os
import sys

import click
import httpx

from nemoclient.__main__ import main

LOCAL_URL = "http://127.0.0.1:8787"  # where `nemofake serve` listens by default
_PROBE_TIMEOUT_S = 2.0
_NO_SERVER = (
    f"no service to talk to: nothing answers at {LOCAL_URL}. Start a fake with `nemofake serve`, set"
    " NEMO_API_URL or --api to another address, or use --live for the production service"
)


def _fake_answers(url: str) -> bool:
    """Tell whether a fake listens there; never through a proxy."""
    try:
        response = httpx.get(f"{url}/__fake__/health", timeout=_PROBE_TIMEOUT_S, trust_env=False)
    except httpx.HTTPError:
        return False
    return response.is_success


def _service(arguments: list[str], *, live: bool) -> list[str]:
    """Return the option that names the service, empty where the user names it; exit 2 where there is none."""
    named = os.environ.get("NEMO_API_URL", "").strip()
    asked = any(one == "--api" or one.startswith("--api=") for one in arguments)
    if live or named or asked or {"-h", "--help"} & set(arguments):
        return []
    if not _fake_answers(LOCAL_URL):
        raise click.UsageError(_NO_SERVER)
    return ["--api", LOCAL_URL]


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.option("--live", is_flag=True, help="Talk to the production service.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def chat(arguments: tuple[str, ...], live: bool) -> None:
    """Talk to a fake on this machine, or to another service, in a terminal or a pipe.

    It uses NEMO_API_URL, else the fake at 127.0.0.1:8787; the production service only with --live.
    """
    given = list(arguments)
    sys.exit(main(["chat", *_service(given, live=live), *given]))
