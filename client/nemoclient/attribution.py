"""Who is calling: the three ``X-Skill-*`` headers, from a skill file and where it lies (C-ATT-1)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

_PLATFORMS = (("/.clawhub/", "clawhub"), ("/.cursor/skills/", "cursor"))
_FRONT_MATTER = r"(?sm)\A---[ \t]*\n(.*?)^---[ \t]*$"
_MAX_SKILL_BYTES = 1024 * 1024


class Attribution(NamedTuple):
    """The skill on whose behalf the client calls; every field ends up as a header."""

    name: str = "nemoclient"
    version: str = "0.1.0"
    platform: str = "unknown"

    @property
    def headers(self) -> dict[str, str]:
        """The headers, safe for the wire whatever the fields hold."""
        values = {
            "X-Skill-Source": self.name,
            "X-Skill-Version": self.version,
            "X-Skill-Platform": self.platform,
        }
        return {key: _header(value) for key, value in values.items()}


def _header(value: str) -> str:
    """Return a value that can stand in a header: anything but printable ASCII is percent-encoded."""
    value = value.strip() or "unknown"
    if value.isascii() and value.isprintable():
        return value
    return "".join(c if c.isascii() and c.isprintable() else quote(c, errors="replace") for c in value)


def front_matter(text: str) -> dict[str, str]:
    """Return the scalars at the top level of a file's YAML front matter; the standard library has no YAML."""
    found = re.match(_FRONT_MATTER, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    lines = found[1].splitlines() if found else []
    pairs = (re.match(r"([A-Za-z_][\w-]*)[ \t]*:[ \t]+(.*)", line) for line in lines)
    return {pair[1]: _scalar(pair[2]) for pair in pairs if pair}


def _scalar(text: str) -> str:
    text = text.strip()
    if quoted := re.match(r'"((?:[^"\\]|\\.)*)"', text):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if quoted := re.match(r"'((?:[^']|'')*)'", text):
        return quoted[1].replace("''", "'")
    return re.sub(r"\s+#.*", "", text)


def platform_of(path: str | Path | None, environment: Mapping[str, str] | None = None) -> str:
    """Return ``SKILL_SOURCE``, or what the install path tells, or ``unknown``."""
    named = (os.environ if environment is None else environment).get("SKILL_SOURCE", "").strip()
    place = Path(path).expanduser().absolute().as_posix() if path else ""
    return named or next((name for part, name in _PLATFORMS if part in place), "unknown")


def from_skill_file(path: str | Path, environment: Mapping[str, str] | None = None) -> Attribution:
    """Read name and version from a skill file's front matter; raises ``OSError``."""
    with Path(path).expanduser().open("rb") as file:
        fields = front_matter(file.read(_MAX_SKILL_BYTES).decode("utf-8", "replace"))
    default = Attribution()
    name, version = fields.get("name") or default.name, fields.get("version") or default.version
    return Attribution(name, version, platform_of(path, environment))
