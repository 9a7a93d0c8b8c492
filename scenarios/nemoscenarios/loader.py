"""The JSON Schema of scenario files, for editors: made from the model, published beside it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

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
        "title": "A story for nemofake",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_MAX_KEY_CHARS = 120


class ScenarioError(ValueError):
    """A scenario file is not valid; the message names file, line and key."""


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
    """Return the scenario that a file's text tells; raise ScenarioError naming file, line and key."""
    try:
        told = strict_yaml.read(text)
    except strict_yaml.YamlError as error:
        raise _error(filename, error.line, error.path, error.reason) from None
    if not isinstance(told.value, dict):
        raise _error(filename, told.line(()), (), "must hold keys with their values")
    try:
        scenario = Scenario.model_validate(told.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = first["loc"]
        raise _error(filename, told.line(where), where, first["msg"].removeprefix("Value error, ")) from None
    if scenario.id != filename.removesuffix(".yaml"):
        raise _error(filename, told.line(("id",)), ("id",), "must be the file's name without its ending")
    for where, reason in cross_field_errors(scenario):
        raise _error(filename, told.line(where), where, reason)
    return scenario


def _error(filename: str, line: int, path: strict_yaml.Path, reason: str) -> ScenarioError:
    key = ".".join(map(str, path))[:_MAX_KEY_CHARS] or "the whole file"
    return ScenarioError(f"{filename}:{line}: {key}: {reason}")


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(path.name, line, (), "is not UTF-8 text") from None
