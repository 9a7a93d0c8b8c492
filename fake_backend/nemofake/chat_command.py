"""``nemofake chat``: the reference client's conversation, under the command that starts the fake too."""

from __future__ import annotations

import sys

import click

from nemoclient.__main__ import main


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def chat(arguments: tuple[str, ...]) -> None:
    """Talk to the service in a terminal or a pipe; `nemofake chat --help` tells its options."""
    sys.exit(main(["chat", *arguments]))
