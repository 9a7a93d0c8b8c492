"""Where the figures come from: a figure without its machine means nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

_PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "fastapi", "httpx")


def machine() -> dict[str, str | int | float]:
    """Return cores, their load a minute long, interpreter, system and the packages that matter."""
    return {
        "cores": _cores(),
        "load": round(os.getloadavg()[0], 2),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in _PACKAGES},
    }


def machine_line(facts: dict[str, str | int | float]) -> str:
    """Return the machine in one line."""
    packages = ", ".join(f"{name} {facts[name]}" for name in _PACKAGES)
    where = f"{facts['cores']} cores (load {facts['load']}), {facts['python']}, {facts['system']}"
    return f"{where}; {packages}"


def _cores() -> int:
    """Return the cores this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
