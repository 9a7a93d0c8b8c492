"""``python -m nemofake`` is the command ``nemofake``."""

from .cli import main

main()
