"""The commands ``nemofake verify``, ``judge`` and ``drift``."""
