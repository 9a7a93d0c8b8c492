"""Scenario files: found, read, checked as a whole; and their JSON Schema for editors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from . import strict_yaml
from .model import Scenario
from .validation import cross_field_errors

SCHEMA_FILE = Path(__file__).with_name("scenario.schema.json")


def schema_text() -> str:
    """Return the schema as it is published."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(),
        "title": "A scenario for nemofake",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_MAX_KEY_CHARS = 120


class ScenarioError(ValueError):
    """A scenario file is not valid; the message names file, line and key of each error, one per line."""


PACKAGED = Path(str(files("nemoscenarios"))) / "library"


class ScenarioStore:
    """Folders of scenarios, ``<id>.yaml`` each, the first one wins; the package's own without any."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders or (PACKAGED,)
        self._paths: dict[str, Path] | None = None
        self._read: dict[str, Scenario] = {}

    def names(self) -> list[str]:
        """Return the names of all scenarios, sorted."""
        if self._paths is None:
            found = [path for folder in reversed(self._folders) for path in folder.glob("*.yaml")]
            self._paths = {path.stem: path for path in found if path.is_file()}
        return sorted(self._paths)

    def load(self, name: str) -> Scenario:
        """Return a scenario; raise KeyError for an unknown name, ScenarioError for a faulty file."""
        if name not in self._read:
            path = self.path(name)
            self._read[name] = parse(_text(path), path.name)
        return self._read[name]

    def path(self, name: str) -> Path:
        """Return a scenario's file; raise KeyError for an unknown name."""
        self.names()
        assert self._paths is not None
        return self._paths[name]


def parse(text: str, filename: str) -> Scenario:
    """Return the scenario in a file's text; raise ScenarioError with every error that it has."""
    try:
        document = strict_yaml.read(text)
    except strict_yaml.YamlError as error:
        raise ScenarioError(_sentence(filename, error.line, error.path, error.reason)) from None
    found: list[tuple[strict_yaml.Path, str]] = []
    try:
        scenario = _validated(document.value)
        found += cross_field_errors(scenario)
    except ValidationError as error:
        found += _model_errors(error)
    named = document.value.get("id") if isinstance(document.value, dict) else None
    if named not in (None, filename.removesuffix(".yaml")) and ("id",) not in dict(found):
        found.append((("id",), "must be the file's name without its ending"))
    lines = dict.fromkeys(_sentence(filename, document.line(path), path, reason) for path, reason in found)
    if lines:
        raise ScenarioError("\n".join(lines))
    return scenario


def _validated(value: Any) -> Scenario:
    if not isinstance(value, dict):
        raise ValidationError.from_exception_data("Scenario", [_NO_KEYS])
    return Scenario.model_validate(value)


_NO_KEYS: Any = {"type": "value_error", "ctx": {"error": ValueError("must hold keys with their values")}}
_QUOTED = re.compile(r"'([^']+)'")


def _model_errors(error: ValidationError) -> Iterator[tuple[strict_yaml.Path, str]]:
    """Yield the place and the reason of each error, with names that the author may have meant."""
    for one in error.errors(include_url=False):
        reason = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            reason = f"unknown key{_meant(str(one['loc'][-1]), _keys())}"
        elif one["type"] == "literal_error":
            reason += _meant(str(one["input"]), _QUOTED.findall(reason))
        yield one["loc"], reason


def _meant(word: str, names: list[str]) -> str:
    close = get_close_matches(word, names)
    return f"; did you mean {' or '.join(close)}?" if close else ""


@cache
def _keys() -> list[str]:
    """Return every key that a scenario file may have."""
    schema = Scenario.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


def _sentence(filename: str, line: int, path: strict_yaml.Path, reason: str) -> str:
    key = ".".join(map(str, path))[:_MAX_KEY_CHARS] or "the whole file"
    return f"{filename}:{line}: {key}: {reason}"


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError(_sentence(path.name, line, (), "is not UTF-8 text")) from None
