"""The client's flow code, changed in one place at a time by the operators of cosmic-ray."""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.exceptions import CosmicRayTestingException
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# In the order in which one imports from another: who is below a changed module is loaded again after it.
FLOWS = ("reply_text", "reply", "api", "export", "upload", "chat", "commands")


@dataclass(frozen=True, slots=True)
class Variant:
    """A flow module's ``source`` changed in one place; ``was`` and ``now`` are the lines that differ."""

    module: str
    operator: str
    nth: int  # of the places where the operator could change something
    line: int
    was: str
    now: str
    source: str = field(repr=False)

    @property
    def name(self) -> str:
        """What tells it from every other."""
        return f"{self.module}:{self.line}:{self.operator}:{self.nth}"

    @property
    def description(self) -> str:
        """What is changed."""
        return f"{self.was} → {self.now}"

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Load it in the module's place, and anew every flow that imports from it."""
        _load(self.module, self.source, patch)


def source_of(module: str) -> str:
    """Return the source of a flow module."""
    file = _module(module).__file__
    assert file, f"{module} is no file"
    return Path(file).read_text(encoding="utf-8")


def unchanged(module: str) -> Variant:
    """Return a module as it is, for a control run."""
    return Variant(module, "nothing", 0, 0, "", "", source_of(module))


def drawn(module: str, count: int | None = None, seed: int = 0) -> list[Variant]:
    """Return variants of a module in the order of its lines: ``count`` drawn with a seed, or all of them.

    Left out are those that run no other code (annotations are never run), and those that do not load.
    """
    places = _places(module)
    if count is not None:
        random.Random(f"{seed}/{module}").shuffle(places)
    return sorted(islice(_made(module, places), count), key=lambda one: (one.line, one.operator, one.nth))


def _places(module: str) -> list[tuple[str, int, int]]:
    """Return operator, number and line of everything that could be changed."""
    nodes, places = [*ast_nodes(get_ast(source_of(module)))], []
    for name in sorted(operator_names()):
        if get_operator(name).arguments():
            continue  # these have to be told what to write
        lines = [start[0] for node in nodes for start, _ in get_operator(name)().mutation_positions(node)]
        places += [(name, nth, line) for nth, line in enumerate(lines)]
    return places


def _made(module: str, places: list[tuple[str, int, int]]) -> Iterator[Variant]:
    source = source_of(module)
    known = {_run(source)}
    for operator, nth, line in places:
        # An operator may not know what it finds: no name of an exception may have a dot in it.
        with suppress(AttributeError, SyntaxError):
            changed = mutate_code(source, get_operator(operator)(), nth)
            if (run := _run(changed)) not in known and _loads(module, changed):
                known.add(run)
                short = operator.rpartition("/")[2]
                yield Variant(module, short, nth, line, *_difference(source, changed), source=changed)


def _run(source: str) -> str:
    """Return what of a source is run: no annotation is, under ``from __future__ import annotations``."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant("")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def _loads(module: str, source: str) -> bool:
    """Tell whether a source can be loaded at all: what nobody can start needs no suite."""
    try:
        exec(_compiled(module, source), {"__name__": f"nemoclient.{module}", **_EXTRA})
    except Exception:  # noqa: BLE001  whatever a changed module raises while it is loaded
        return False
    return True


def _difference(source: str, changed: str) -> tuple[str, str]:
    """Return the first line that is gone and the first that is new, empty where there is none."""
    lines = [*unified_diff(source.splitlines(), changed.splitlines(), n=0, lineterm="")][2:]
    was, now = ([" ".join(line[1:].split()) for line in lines if line[0] == sign] for sign in "-+")
    return next(filter(None, was), ""), next(filter(None, now), "")


# -- loading -----------------------------------------------------------------------------------------

# What one of the operators writes where the name of an exception stood.
_EXTRA = {CosmicRayTestingException.__name__: CosmicRayTestingException}


def _load(changed: str, source: str, patch: pytest.MonkeyPatch) -> None:
    for name in FLOWS[FLOWS.index(changed) :]:
        code = _compiled(name, source) if name == changed else _true(name)
        for key, value in _executed(vars(_module(name)), code).items():
            patch.setitem(vars(_module(name)), key, value)


def _executed(space: dict[str, object], code: CodeType) -> dict[str, object]:
    """Run code in a namespace, and return what that changed, the namespace being as it was."""
    before = dict(space)
    try:
        space.update(_EXTRA)
        exec(code, space)
        after = dict(space)
    finally:
        for new in space.keys() - before.keys():
            del space[new]
        space.update(before)
    return {key: value for key, value in after.items() if before.get(key) is not value}


@cache
def _true(module: str) -> CodeType:
    return _compiled(module, source_of(module))


def _compiled(module: str, source: str) -> CodeType:
    with warnings.catch_warnings():  # of what an operator may write: ``is`` with a literal
        warnings.simplefilter("ignore", SyntaxWarning)
        return compile(source, f"nemoclient/{module}.py", "exec", dont_inherit=True)


def _module(name: str) -> ModuleType:
    return import_module(f"nemoclient.{name}")
