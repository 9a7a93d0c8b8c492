"""What a token opens over a real socket, by its kind and scopes, and what a claim token does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_helpers import (
    ATTRIBUTION,
    DRAFT,
    Api,
    code_of,
    exchange,
    failure,
    head,
    success,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

CLAIM = "/api/auth/claim-token"
CREDITS = "/api/credits/balance/simple"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


def code(answer: httpx.Response) -> int:
    """Return an answer's code, 0 for what comes without envelope (REN-7, SSE-2)."""
    kind = answer.headers.get("content-type", "")
    body: int = answer.json().get("code", 0) if kind == "application/json" else 0
    return body


def doors(api: Api) -> dict[str, tuple[str, str, dict[str, object]]]:
    """Return each endpoint that needs a token, with a body that is right where the token is."""
    session = api.session_id
    task = success(api.call("GET", api.state_path()))["task_id"]
    message = {"session_id": session, "new_message": {"parts": [{"text": "hello"}]}}
    render = {"id": "r1", "sessionId": session, "draft": DRAFT}
    return {
        "write claim": ("POST", CLAIM, {"json": {"task_id": task, "session_id": session}}),
        "write session": ("POST", "/api/tasks/me/with-session/nemo_agent", {"json": {"task_name": "p"}}),
        "write chat": ("POST", "/run_sse", {"json": message}),
        "read credits": ("GET", CREDITS, {}),
        "read state": ("GET", api.state_path(), {}),
        "upload files": ("POST", api.upload_path(), {"json": {"urls": ["http://h/a_5s.mp4"]}}),
        "render submit": ("POST", "/api/render/proxy/lambda", {"json": render}),
        "read job": ("GET", "/api/render/proxy/lambda/r1", {}),
        "read film": ("GET", "/api/render/proxy/r1/download", {}),
        "render cancel": ("POST", "/api/render/proxy/lambda/r1/cancel", {}),
    }


@pytest.mark.clause("AUTH-6", "SSE-2")
def test_every_operation_rejects_invalid_bearer_tokens(api: Api) -> None:
    dead = success(api.ask_token("dead"))["token"]
    api.world.revoke_token(dead)
    old = success(api.ask_token("old"))["token"]
    api.world.expire_token(old)
    good = api.token
    bad = [
        None, "", "Bearer", "Basic Zm9vOmJhcg==", good, f"Token {good}", f"Bearer{good}", f"Bearer {good}x",
        f"Bearer {good[:-1]}", f"Bearer x {good}", f"Bearer {good} x", f"Bearer\t{good}",
        f"Bearer {good.upper()}", "Bearer \xe9", "Bearer " + "x" * 5000,
        f"Bearer {dead}", f"Bearer {old}",
    ]  # fmt: skip
    by_name, before = doors(api), api.everything()
    for method, path, options in by_name.values():
        answers = {
            api.call(
                method, path, headers={"Authorization": None if b is None else b.encode("latin-1")}, **options
            )
            for b in bad
        }
        assert {(a.status_code, a.content) for a in answers} == {
            (200, b'{"code":1001,"message":"Token is invalid or has expired","data":null}')
        }
    assert api.everything() == before


@pytest.mark.clause("AUTH-6")
@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer   {}", "  Bearer {}  "])
def test_bearer_scheme_is_case_insensitive(api: Api, form: str) -> None:
    sent = head("GET", api.world.url + CREDITS, "Authorization:" + form.format(api.token))
    assert code_of(exchange(api.world.url, sent)[2]) == 0


@pytest.mark.clause("AUTH-7")
@pytest.mark.parametrize("held", [[], ["read"], ["write"], ["upload"], ["render"], ["read", "render"], ["*"]])
def test_registered_token_is_limited_to_its_scopes(api: Api, held: list[str]) -> None:
    account = success(api.control("POST", "accounts", json={"scopes": held, "plan": "paid"}))
    bearer = {"Authorization": f"Bearer {account['tokens'][0]['token']}"}
    for name, (method, path, options) in doors(api).items():
        answer = api.call(method, path, headers=bearer, **options)
        scope = name.partition(" ")[0]
        if scope in held or held == ["*"]:
            # Let in: what it then meets is another's session, or a job that is not its own.
            assert code(answer) in (0, 1002, 404), name
        else:
            assert answer.status_code == 403
            failure(answer, 403, repr(scope))


@pytest.mark.clause("AUTH-7")
def test_registered_token_has_all_scopes_by_default(api: Api) -> None:
    api.token = success(api.control("POST", "accounts", json={"plan": "paid"}))["tokens"][0]["token"]
    for method, path, options in doors(api).values():
        assert code(api.call(method, path, **options)) in (0, 409)  # the film is not ready yet


@pytest.mark.clause("AUTH-7", "REN-3")
def test_anonymous_token_exports_with_attribution(api: Api) -> None:
    assert code(api.submit(headers=dict.fromkeys(ATTRIBUTION))) == 402
    for method, path, options in doors(api).values():
        assert code(api.call(method, path, **options)) in (0, 409)


@pytest.mark.clause("AUTH-7")
def test_unknown_scope_is_rejected(api: Api) -> None:
    before = api.everything()
    failure(api.control("POST", "accounts", json={"scopes": ["read", "fly"]}), 400, "scopes")
    assert api.everything() == before


# -- claim tokens -------------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-8")
def test_claim_token_is_not_valid_for_the_api(api: Api) -> None:
    by_name = doors(api)
    method, path, options = by_name["write claim"]
    first, second = (success(api.call(method, path, **options)) for _ in range(2))
    for data in (first, second):
        assert set(data) == {"claim_token", "expires_in"}
        assert data["claim_token"].startswith("clm_")
        assert data["expires_in"] == 604_800
    assert first["claim_token"] != second["claim_token"]
    bearer = {"Authorization": f"Bearer {first['claim_token']}"}
    for method, path, options in by_name.values():
        failure(api.call(method, path, headers=bearer, **options), 1001)


@pytest.mark.clause("AUTH-8", "SES-2")
def test_claim_for_a_foreign_session_is_1002(api: Api, client: httpx.Client) -> None:
    other = Api(api.world, client, "other")
    task = success(api.call("GET", api.state_path()))["task_id"]
    foreign = success(other.call("GET", other.state_path()))["task_id"]
    pairs = [("1", task), (other.session_id, foreign), (api.session_id, foreign), (api.session_id, "x")]
    answers = [api.call("POST", CLAIM, json={"session_id": s, "task_id": t}) for s, t in pairs]
    assert len({answer.content for answer in answers}) == 1
    failure(answers[0], 1002)
