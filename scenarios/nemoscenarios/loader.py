"""Reads scenario files: strictly, and only when asked for; an error names file, line and key."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from . import plain
from .model import Scenario

_MAX_KEY_CHARS = 120


class ScenarioError(ValueError):
    """A scenario file is not valid; the message names file, line and key."""


class Shelf:
    """A folder of scenarios, ``<id>.yaml`` each; without a folder, the ones that come with the package."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(str(files("nemoscenarios"))) / "stories"
        self._names: list[str] | None = None
        self._read: dict[str, Scenario] = {}

    def names(self) -> list[str]:
        """Return the names of all scenarios, sorted."""
        if self._names is None:
            self._names = sorted(path.stem for path in self._folder.glob("*.yaml") if path.is_file())
        return self._names

    def load(self, name: str) -> Scenario:
        """Return a scenario; raise KeyError for an unknown name, ScenarioError for a faulty file."""
        if name not in self._read:
            if name not in self.names():
                raise KeyError(name)
            path = self._folder / f"{name}.yaml"
            self._read[name] = parse(_text(path), path.name)
        return self._read[name]


def parse(text: str, filename: str) -> Scenario:
    """Return the scenario that a file's text tells; raise ScenarioError naming file, line and key."""
    try:
        told = plain.read(text)
    except plain.PlainError as error:
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
    return scenario


def _error(filename: str, line: int, path: plain.Path, reason: str) -> ScenarioError:
    key = ".".join(map(str, path))[:_MAX_KEY_CHARS] or "the whole file"
    return ScenarioError(f"{filename}:{line}: {key}: {reason}")


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(path.name, line, (), "is not UTF-8 text") from None
