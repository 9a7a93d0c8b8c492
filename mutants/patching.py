"""What a mutant is: one bug that could have been made, and the clause that it breaks."""

from __future__ import annotations

import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, reduce, wraps
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TypeAlias

import pytest

from nemofake.engine.parameters import Parameters

Side = Literal["server", "client"]
Apply: TypeAlias = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """``told`` says in one sentence what is broken; ``apply`` breaks it until the patch is undone.

    ``clause`` is the one that a finding has to name; where it is empty, any will do.
    Names are unique over both sides.
    """

    name: str
    clause: str
    description: str
    apply: Apply = field(repr=False)


_PACKAGES = ("nemofake", "nemoclient", "nemocontract")


def around(target: str, change: Callable[..., Any]) -> Apply:
    """Call ``change(real, *arguments)`` in place of ``module:function`` or ``module:Class.method``.

    A function is replaced in every module of its package that has imported it by name; what stands in for
    a coroutine is one too. A property is called with the object, a class method without its class; a
    class is replaced in this module alone.
    """

    def apply(patch: pytest.MonkeyPatch) -> None:
        owner, name = _place(target)
        real = inspect.getattr_static(owner, name)
        broken = _broken(real, change)
        for holder in _holders(owner, name, real):
            patch.setattr(holder, name, broken)

    return apply


def instead(target: str, value: Any) -> Apply:
    """Put a value in the place of ``module:NAME`` or ``module:Class.name``, there and nowhere else."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(*_place(target), value)

    return apply


def entry(target: str, key: Any, value: Any) -> Apply:
    """Put another value under a key that the table ``module:TABLE`` has."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        table = _value(target)
        assert key in table, f"{target} has no {key!r}"
        patch.setitem(table, key, value)

    return apply


def more(target: str, key: Any, value: Any) -> Apply:
    """Put something under a key that the table ``module:TABLE`` does not have."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        table = _value(target)
        assert key not in table, f"{target} has {key!r} already"
        patch.setitem(table, key, value)

    return apply


def without(target: str, key: Any) -> Apply:
    """Take a key out of the table ``module:TABLE``."""
    return lambda patch: patch.delitem(_value(target), key)


def rules(**figures: Any) -> Apply:
    """Let the fake's figures have other defaults, in every world; one that sets them gets its own."""
    known = Parameters()
    assert all(hasattr(known, name) for name in figures), figures

    def init(real: Callable[..., None], self: Parameters, **kwargs: Any) -> None:
        real(self, **{**figures, **kwargs})

    return around("nemofake.engine.parameters:Parameters.__init__", init)


def together(*ways: Apply) -> Apply:
    """Break several things at once, for a bug that shows in more than one place."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        for way in ways:
            way(patch)

    return apply


@cache
def load() -> None:
    """Import every module that breaks or judges, so that none is loaded while something is broken."""
    for package in _PACKAGES:
        for found in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)


def _broken(real: Any, change: Callable[..., Any]) -> Any:
    if isinstance(real, property):
        return property(lambda self: change(real.fget, self))
    if isinstance(real, classmethod):
        bound = real.__func__
        return classmethod(lambda cls, *args, **named: change(bound.__get__(cls), *args, **named))

    if inspect.iscoroutinefunction(real):

        @wraps(real)
        async def awaited(*args: Any, **named: Any) -> Any:
            return await change(real, *args, **named)

        return awaited

    @wraps(real, updated=())
    def broken(*args: Any, **named: Any) -> Any:
        return change(real, *args, **named)

    return broken


def _place(target: str) -> tuple[Any, str]:
    module, _, path = target.partition(":")
    *steps, name = path.split(".")
    load()
    return reduce(getattr, steps, import_module(module)), name


def _value(target: str) -> Any:
    owner, name = _place(target)
    return getattr(owner, name)


def _holders(owner: Any, name: str, real: Any) -> Iterator[Any]:
    yield owner
    if not isinstance(owner, ModuleType) or isinstance(real, type):
        return
    package = owner.__name__.partition(".")[0]
    for module in tuple(sys.modules.values()):
        ours = getattr(module, "__name__", "").partition(".")[0] == package
        if ours and module is not owner and vars(module).get(name) is real:
            yield module
