"""Answers about states, streams and exports, falsified on the way."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import httpx

from .account_falsifiers import saying
from .checks_helpers import Falsify, answer_like

Json = dict[str, Any]
Made = Callable[[], Falsify]
STATE, CHAT, EXPORT = "/api/state/", "/run_sse", "/api/render/proxy"
PENDING = {"code": 0, "id": "job", "status": "pending", "progress": 0, "createdAt": "2026-01-01T00:00:00Z"}


def of_drafts(change: Callable[[Json], Any]) -> Made:
    """Return a lie about every draft that is not empty; ``change`` returns another, or changes it."""

    def said(fields: Json) -> None:
        held = fields["data"]["state"]
        if held["draft"]:
            changed = change(held["draft"])
            held["draft"] = held["draft"] if changed is None else changed

    return saying(said, path=STATE)


def of_segments(change: Callable[[Json, int], Any]) -> Made:
    """Return a lie about every segment of every draft; ``change`` is given it and its track's type."""

    def said(draft: Json) -> None:
        for track in draft["t"]:
            for segment in track["sg"]:
                change(segment, track["tt"])

    return of_drafts(said)


def of_jobs(change: Callable[[Json], Any]) -> Made:
    """Return a lie about every job, as it is told flat or nested."""

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        if EXPORT not in request.url.path or not isinstance(value, dict) or value.get("data", 1) is None:
            return value
        said = copy.deepcopy(value)
        change(said["data"] if "success" in said else said)
        return said

    return lambda: falsify


def wrapped(change: Callable[[Json], Json]) -> Made:
    """Return a lie about the whole answer that tells of a job."""

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        is_job = EXPORT in request.url.path and isinstance(value, dict) and value.get("data", 1) is not None
        return change(value) if is_job else value

    return lambda: falsify


def of_requests(fits: Callable[[httpx.Request], bool], answer: Callable[[httpx.Response], Any]) -> Made:
    """Return a lie that answers some requests otherwise."""

    def falsify(request: httpx.Request, response: httpx.Response, value: Any) -> Any:
        return answer(response) if fits(request) else value

    return lambda: falsify


def charging() -> Falsify:
    """Take a credit for each export."""
    taken = 0

    def falsify(request: httpx.Request, _response: httpx.Response, value: Any) -> Any:
        nonlocal taken
        if request.method == "POST" and request.url.path.endswith("/proxy/lambda"):
            taken += 1
        if "/credits/" not in request.url.path or not taken:
            return value
        return {**value, "data": {**value["data"], "available": value["data"]["available"] - taken}}

    return falsify


def body_of(request: httpx.Request) -> Json:
    try:
        held = json.loads(request.content)
    except (ValueError, httpx.RequestNotRead):
        return {}
    return held if isinstance(held, dict) else {}


def refusing(code: int) -> Callable[[httpx.Response], httpx.Response]:
    return lambda response: answer_like(response, {"code": code, "message": "no", "data": None}, code)


def as_stream(response: httpx.Response) -> httpx.Response:
    kind = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=kind, content=b'data: {"type":"text","content":"No."}\n\n')


def submits(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith("/proxy/lambda")


def gets_film(request: httpx.Request) -> bool:
    return "/cdn/renders/" in request.url.path or request.url.path.endswith("/download")


def ranged(change: Callable[[httpx.Response], httpx.Response]) -> Made:
    def falsify(request: httpx.Request, response: httpx.Response, value: Any) -> Any:
        return change(response) if response.status_code == 206 and gets_film(request) else value

    return lambda: falsify


def part_of(response: httpx.Response, status: int, data: bytes, **headers: str) -> httpx.Response:
    kept = {k: v for k, v in response.headers.items() if k != "content-length"}
    return httpx.Response(status, headers={**kept, **headers}, content=data)


def falling(job: Json) -> None:
    if job["status"] == "processing":
        job["progress"] = 99 - job["progress"]


def seconds(segment: Json, _kind: int) -> None:
    segment["s"], segment["d"] = segment["s"] / 1000, segment["d"] / 1000


def flattened(segment: Json, _kind: int) -> None:
    segment |= segment.pop("m")


def soundless(segment: Json, kind: int) -> None:
    if kind == 1:
        segment["m"].pop("volume", None)
