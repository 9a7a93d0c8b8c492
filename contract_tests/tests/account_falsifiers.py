"""Breakages of a server, and lies about accounts: answers that are falsified on their way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from nemofake.engine.agent import parser

from .checks_helpers import Falsify, answer_like

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Breakage:
    """What is broken, and the clause that a finding must name."""

    clause: str
    name: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    lie: Callable[[], Falsify] | None = None  # made anew for each run, since some remember
    patch: Patch | None = None
    profile: str = ""


def replaced(target: Any, name: str, value: Any) -> Patch:
    """Return a patch that puts something else in place of an attribute."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(target, name, value)
        # Without the agent's memory of messages: it would outlive the patch, or hide it.
        monkeypatch.setattr(parser, "_parse", parser._parse.__wrapped__)

    return patch


def saying(change: Callable[[Any], Any], *, path: str = "", code: int | None = None) -> Callable[[], Falsify]:
    """Return a lie that changes answers below ``path`` with ``code`` (None: successes with data)."""

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        if path not in request.url.path or not isinstance(value, dict):
            return value
        if (value.get("code") != code) if code is not None else not isinstance(value.get("data"), dict):
            return value
        said = copy.deepcopy(value)
        changed = change(said)
        return said if changed is None else changed

    return lambda: falsify


def with_data(path: str, **fields: Any) -> Callable[[], Falsify]:
    """Return a lie that sets fields of ``data``; a function is given the old value, None takes it out."""

    def change(said: Any) -> None:
        for name, value in fields.items():
            if value is None:
                said["data"].pop(name, None)
            else:
                said["data"][name] = value(said["data"].get(name)) if callable(value) else value

    return saying(change, path=path)


def of_files(**fields: Any) -> Callable[[], Falsify]:
    """Return a lie that sets fields of each uploaded file."""

    def change(said: Any) -> None:
        for one in said["data"]["files"]:
            for name, value in fields.items():
                one[name] = value(one[name]) if callable(value) else value

    return saying(change, path="/upload-video/")


def answering(
    status: int, said: Any, *, path: str = "", code: int, headers: Mapping[str, str] | None = None
) -> Callable[[], Falsify]:
    """Return a lie that gives another answer in place of a refusal with ``code``."""

    def falsify(request: httpx.Request, response: httpx.Response, value: Any) -> Any:
        if path not in request.url.path or not isinstance(value, dict) or value.get("code") != code:
            return value
        return answer_like(response, {**value, **said}, status)

    return lambda: falsify


def without_header(name: str) -> Callable[[], Falsify]:
    """Return a lie that leaves a header out."""

    def falsify(_request: httpx.Request, response: httpx.Response, value: Any) -> Any:
        if name not in response.headers:
            return value
        del response.headers[name]
        return answer_like(response, value)

    return lambda: falsify


def as_html() -> Falsify:
    """Call JSON something else."""

    def falsify(_request: httpx.Request, response: httpx.Response, value: Any) -> Any:
        response.headers["content-type"] = "text/html"
        return answer_like(response, value)

    return falsify


def leaking(what: str) -> Callable[[], Falsify]:
    """Return a lie that says in one answer about a session whether there is one of that id."""

    def made() -> Falsify:
        known: set[str] = set()

        def falsify(request: httpx.Request, response: httpx.Response, value: Any) -> Any:
            if isinstance(value, dict) and isinstance(value.get("data"), dict):
                known.add(str(value["data"].get("session_id")))
            if not isinstance(value, dict) or value.get("code") != 1002:
                return value
            asked = request.url.path + (request.content.decode() if _read(request) else "")
            if not any(one in asked for one in known):
                return value
            if what == "header":
                response.headers["x-session"] = "exists"
                return answer_like(response, value)
            return {**value, "message": "Session belongs to another user"}

        return falsify

    return made


def _read(request: httpx.Request) -> bool:
    try:
        return bool(request.content)
    except httpx.RequestNotRead:
        return False


def shrinking() -> Falsify:
    """Let a credit vanish with each look at the balance."""
    looks = 0

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        nonlocal looks
        if not request.url.path.endswith("/balance/simple") or value["code"]:
            return value
        looks += 1
        data = {name: max(0, value["data"][name] - looks * (name != "frozen")) for name in value["data"]}
        return {**value, "data": data}

    return falsify


def remembering_refused() -> Falsify:
    """Show files in the state that were refused together with a bad one."""
    refused: list[str] = []

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        if "/upload-video/" in request.url.path and value.get("code"):
            refused.append("pixels.png")
        if "/api/state/" not in request.url.path or not value.get("data"):
            return value
        said = copy.deepcopy(value)
        said["data"]["state"]["video_infos"] += [{"filename": name} for name in refused]
        return said

    return falsify


def without_infos() -> Falsify:
    """Show no file in any state."""

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        if "/api/state/" not in request.url.path or not value.get("data"):
            return value
        said = copy.deepcopy(value)
        said["data"]["state"]["video_infos"] = []
        return said

    return falsify


def two_profiles() -> Falsify:
    """Give 1002 the status of the other profile."""

    def falsify(_request: httpx.Request, response: httpx.Response, value: Any) -> Any:
        return answer_like(response, value, 404) if _code(value) == 1002 else value

    return falsify


def _code(value: Any) -> Any:
    return value.get("code") if isinstance(value, dict) else None
