"""Bad input to the control API: one sentence that names it, and nothing changed (ENV-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake import running

from .http_helpers import Api, failure, success, wire
from .stream_helpers import prepared

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def account(api: Api) -> dict[str, Any]:
    data: dict[str, Any] = success(api.control("GET", "accounts"))[0]
    return data


BAD: list[tuple[str, str, Any, int, str]] = [
    ("PUT", "clock", None, 400, "mode"),
    ("PUT", "clock", {"mode": "fast"}, 400, "fast"),
    ("PUT", "clock", {"mode": 60}, 400, "mode"),
    ("PUT", "clock", {"mode": "x" * 10**6}, 400, "mode"),
    ("PUT", "clock", {"mode": "auto", "speed": 2}, 400, "speed"),
    ("POST", "clock/advance", None, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": -0.001}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": "5"}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": True}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": None}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": 1e300}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": 1, "minutes": 1}, 400, "minutes"),
    ("POST", "clock/advance", b'{"seconds": NaN}', 400, ""),
    ("POST", "clock/advance", b'{"seconds": Infinity}', 400, ""),
    ("POST", "clock/advance", b'{"seconds": 1', 400, ""),
    ("POST", "clock/advance", b"[1]", 400, ""),
    ("POST", "clock/advance", b"null", 400, ""),
    ("POST", "clock/advance", b"\xff\xfe", 400, ""),
    ("POST", "clock/advance", b"[" * 100_000, 400, ""),
    ("POST", "reset", {"seed": 5}, 400, "seed"),
    ("GET", "journal?format=xml", None, 400, "xml"),
    ("GET", "journal?format=", None, 400, "format"),
    ("PUT", "scenario", None, 400, "name"),
    ("PUT", "scenario", {"name": "no-such-scenario"}, 400, "no-such-scenario"),
    ("PUT", "scenario", {"name": "../happy-path"}, 400, "happy-path"),
    ("PUT", "scenario", {"name": ""}, 400, ""),
    ("PUT", "scenario", {"name": "x" * 10**6}, 400, "name"),
    ("PUT", "scenario", {"name": "chat-silent-edit", "reset": "yes"}, 400, "reset"),
    ("PUT", "scenario", {"name": "chat-silent-edit", "restart": True}, 400, "restart"),
    ("POST", "accounts", {"credits": -1}, 400, "credits"),
    ("POST", "accounts", {"credits": 1.5}, 400, "credits"),
    ("POST", "accounts", {"plan": "gold"}, 400, "plan"),
    ("POST", "accounts", {"scopes": ["admin"]}, 400, "scopes"),
    ("POST", "accounts", {"scopes": "read"}, 400, "scopes"),
    ("POST", "accounts", {"grant": 5}, 400, "grant"),
    ("POST", "accounts/nobody", {"grant": 5}, 404, "nobody"),
    ("POST", "accounts/USER", {"grant": -5}, 400, "grant"),
    ("POST", "accounts/USER", {"grant": 10**400}, 400, "grant"),
    ("POST", "accounts/USER", {"grant": "5"}, 400, "grant"),
    ("POST", "accounts/USER", {"plan": "Paid"}, 400, "plan"),
    ("POST", "accounts/USER", {"plan": "paid\n"}, 400, "plan"),
    ("POST", "accounts/USER", {"export_blocked": 1}, 400, "export_blocked"),
    ("POST", "accounts/USER", {"grant": 5, "blocked": True}, 400, "blocked"),
    ("POST", "tokens/nmv_usr_none/revoke", None, 404, ""),
    ("POST", "tokens/nmv_usr_none/expire", None, 404, ""),
    ("POST", "tokens/TOKEN/revoke", {"when": "later"}, 400, "when"),
    ("POST", "tokens/TOKEN/expire", {"when": "later"}, 400, "when"),
    ("POST", "tokens/TOKEN/renew", None, 404, ""),
    ("PUT", "worlds/WORLD", {"seed": "7"}, 400, "seed"),
    ("PUT", "worlds/WORLD", {"clock": "fast"}, 400, "fast"),
    ("PUT", "worlds/WORLD", {"scenario": "none"}, 400, "none"),
    ("PUT", "worlds/WORLD", {"profile": "loud"}, 400, "loud"),
    ("PUT", "worlds/WORLD", {"profile": "typed,adk"}, 400, "adk"),
    ("PUT", "worlds/WORLD", {"start_ms": -1}, 400, "start_ms"),
    ("PUT", "worlds/WORLD", {"parameters": {"silence": 1}}, 400, "silence"),
    ("PUT", "worlds/WORLD", {"parameters": {"silent_share": 2}}, 400, "silent_share"),
    ("PUT", "worlds/WORLD", {"parameters": {"text_ms": 5}}, 400, "text_ms"),
    ("PUT", "worlds/WORLD", {"parameters": [1]}, 400, "parameters"),
    ("PUT", "worlds/WORLD", {"admin_token": "x"}, 400, "admin_token"),
    ("PUT", "worlds/.hidden", {}, 404, ""),
    ("PUT", "worlds/a%20b", {}, 404, ""),
    ("PUT", "worlds/" + "x" * 65, {}, 404, ""),
    ("DELETE", "worlds/never-made", None, 404, "never-made"),
    ("DELETE", "worlds/..%2f..", None, 404, ""),
    ("GET", "", None, 404, ""),
    ("GET", "nothing", None, 404, "nothing"),
    ("GET", "clock/advance", None, 405, ""),
    ("POST", "health", None, 405, ""),
    ("PATCH", "clock", {"mode": "auto"}, 405, ""),
]


@pytest.mark.clause("ENV-4")
def test_invalid_body_is_named_and_changes_nothing(api: Api) -> None:
    names = {"USER": account(api)["user_id"], "TOKEN": api.token, "WORLD": api.world.name}
    before = _all_of(api)
    for method, path, body, code, named in BAD:
        for placeholder, name in names.items():
            path = path.replace(placeholder, name)
        sent = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        answer = api.control(method, path, **sent)
        assert answer.status_code == code, (method, path, answer.text[:200])
        message = failure(answer, code, named)
        assert len(message) < 1000
        assert "Traceback" not in message
        assert _all_of(api) == before, (method, path)


def _all_of(api: Api) -> Any:
    clock, scenario = api.control("GET", "clock").json(), api.control("GET", "scenario").json()
    worlds = [one["name"] for one in success(api.control("GET", "worlds"))]
    return api.everything(), clock, scenario, len(api.world.journal()), worlds


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE"])
def test_wrong_method_is_rejected_and_changes_nothing(api: Api, method: str) -> None:
    before = _all_of(api)
    assert api.control(method, "clock").status_code in (404, 405)
    assert _all_of(api) == before


@pytest.mark.clause("ENV-4")
def test_too_large_body_is_rejected(client: httpx.Client) -> None:
    with running(max_json_bytes=1000) as fake:
        api = Api(fake, client)
        failure(api.control("PUT", "clock", content=b" " * 1001), 400, "1000")
        success(api.control("PUT", "clock", content=b'{"mode":"manual"}' + b" " * (1000 - 17)))


def test_body_is_read_whatever_its_content_type(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = api.control("PUT", "clock", content=b'{"mode":"manual"}', headers={"Content-Type": kind})
        assert success(answer)["mode"] == "manual"
