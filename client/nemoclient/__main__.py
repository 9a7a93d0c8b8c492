"""``python -m nemoclient chat``: the conversation without anything but the client installed."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from nemoclient import files
from nemoclient.attribution import Attribution, from_skill_file
from nemoclient.client import NemoClient
from nemoclient.effects import InstantClock
from nemoclient.terminal import DEFAULT_VIDEO, run_chat


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nemoclient", description="Edit videos in a conversation.")
    chat = parser.add_subparsers(dest="command", required=True).add_parser("chat", help="talk to the service")
    chat.add_argument("--api", metavar="URL", help="the service's address (default: NEMO_API_URL)")
    chat.add_argument("--skill", metavar="FILE", type=Path, help="the skill file on whose behalf to call")
    chat.add_argument("--language", default="en", help="language of the session (en, zh)")
    chat.add_argument("--save-as", type=Path, default=DEFAULT_VIDEO, help="where an export goes")
    chat.add_argument("--instant", action="store_true", help="never wait: for a service in virtual time")
    chat.add_argument(
        "--remember",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep the access token for the next time (a service gives one a week)",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0, 1, or 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        attribution: Attribution | None = from_skill_file(options.skill) if options.skill else None
        client = NemoClient(
            options.api,
            attribution=attribution,
            clock=InstantClock() if options.instant else None,
            language=options.language,
        )
        if options.remember:
            client.context.token_file = files.token_file(client.context.base_url)
    except (OSError, ValueError) as error:
        print(f"nemoclient: {error}", file=sys.stderr)
        return 2
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    with client:
        return run_chat(client, sys.stdin, sys.stdout, interactive=interactive, save_as=options.save_as)


if __name__ == "__main__":
    sys.exit(main())
