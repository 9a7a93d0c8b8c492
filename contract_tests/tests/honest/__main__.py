"""The honest client as a program: ``python -m honest``, with lines on stdin or as arguments."""

from __future__ import annotations

import os
import sys
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, cast

from . import Honest

if TYPE_CHECKING:
    from nemocontract.client_adapter import ClientConfig


def main() -> None:
    """Take lines from the arguments or from stdin, and print what comes of them."""
    clock = types.SimpleNamespace(now=time.time, sleep=time.sleep)
    language = "zh" if os.environ.get("LANG", "").startswith("zh") else "en"
    fields = {"environment": os.environ, "clock": clock, "home": Path.home(), "language": language}
    client = Honest()
    client.open(cast("ClientConfig", types.SimpleNamespace(**fields)))
    try:
        for line in filter(str.strip, sys.argv[1:] or sys.stdin):
            for text in client.say(line.strip()):
                print(text, end="", flush=True)
    finally:
        client.close()


if __name__ == "__main__":
    main()
