"""Reads scenario files: strictly, and only when asked for; an error names file, line and key."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from .model import Scenario

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
            self._names = sorted(path.stem for path in self._folder.glob("*.yaml"))
        return self._names

    def load(self, name: str) -> Scenario:
        """Return a scenario; raise KeyError for an unknown name, ScenarioError for a faulty file."""
        if name not in self._read:
            if name not in self.names():
                raise KeyError(name)
            path = self._folder / f"{name}.yaml"
            self._read[name] = parse(path.read_text(encoding="utf-8"), path.name)
        return self._read[name]


def parse(text: str, filename: str) -> Scenario:
    """Return the scenario that a file's text tells; raise ScenarioError naming file, line and key."""
    try:
        root = yaml.compose(text, _Loader)
        data = yaml.load(text, _Loader)  # noqa: S506  # a safe loader: plain data only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ScenarioError(f"{filename}:{mark.line + 1 if mark else 1}: {_told(error)}") from None
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the whole file"
        raise ScenarioError(f"{filename}:{_line(root, first['loc'])}: {key}: {first['msg']}") from None
    if scenario.id != filename.removesuffix(".yaml"):
        raise ScenarioError(f"{filename}:{_line(root, ('id',))}: id: must be the file's name")
    return scenario


def _told(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def _line(node: Any, keys: tuple[int | str, ...]) -> int:
    """Return the line, from 1, of the deepest node on the way along ``keys``."""
    line = 1
    for key in keys:
        if node is not None:
            line, node = _step(node, key, line)
    return line


def _step(node: Any, key: int | str, line: int) -> tuple[int, Any]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return line, None
