"""/openapi.json says what is really answered: every answer that can be provoked is one that it documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from .http_helpers import (
    Api,
    wire,
)
from .openapi_helpers import Description, Witness, event_faults, journey, refusals

# A stream without an end, and files: test_control_inspection.py reads them.
ELSEWHERE = {f"/__fake__/{name}" for name in ("events", "archive", "videos/{name}")}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture(scope="module")
def description(nemofake_server: Any, client: httpx.Client) -> Description:
    return Description(client.get(f"{nemofake_server.url}/openapi.json").json())


# -- the document by itself ---------------------------------------------------------------------------------

DATA_PLANE = {
    ("post", "/api/auth/anonymous-token"),
    ("post", "/api/auth/claim-token"),
    ("post", "/api/tasks/{user}/with-session/nemo_agent"),
    ("get", "/api/state/nemo_agent/{user}/{session_id}/latest"),
    ("post", "/run_sse"),
    ("get", "/api/credits/balance/simple"),
    ("post", "/api/upload-video/nemo_agent/{user}/{session_id}"),
    ("post", "/api/render/proxy/lambda"),
    ("get", "/api/render/proxy/lambda/{render_id}"),
    ("post", "/api/render/proxy/lambda/{render_id}/cancel"),
    ("get", "/api/render/proxy/{render_id}/download"),
    ("post", "/api/render/proxy/draft"),
    ("get", "/api/render/proxy/{render_id}"),
    ("get", "/cdn/media/{path}"),
    ("get", "/cdn/generated/{path}"),
    ("get", "/cdn/renders/{path}"),
}
CONTROL = {
    ("get", "health"), ("get", "version"), ("get", "clock"), ("put", "clock"), ("post", "clock/advance"),
    ("post", "reset"), ("get", "journal"), ("get", "scenario"), ("put", "scenario"), ("get", "scenarios"),
    ("get", "accounts"), ("post", "accounts"), ("post", "accounts/{user_id}"), ("get", "worlds"),
    ("post", "tokens/{token}/revoke"), ("post", "tokens/{token}/expire"), ("put", "worlds/{name}"),
    ("delete", "worlds/{name}"),
}  # fmt: skip


@pytest.mark.clause("ENV-1", "ENV-2")
def test_document_is_valid_and_has_every_route(description: Description) -> None:
    assert description.document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(description.document).iter_errors()] == []
    operations = set(description.operations())
    assert {row for row in operations if of_the_data_plane(row[1])} == DATA_PLANE
    assert {(method, f"/__fake__/{path}") for method, path in CONTROL} <= operations


def test_operations_have_descriptions_examples_and_unique_ids(description: Description) -> None:
    operations = description.operations()
    names = Counter(operation["operationId"] for operation in operations.values())
    assert set(names.values()) == {1}
    tags = {tag["name"] for tag in description.document["tags"]}
    for where, operation in operations.items():
        assert operation["summary"], where
        assert operation["description"], where
        assert set(operation["tags"]) <= tags
        asked = set(re.findall(r"\{(\w+)\}", where[1]))
        assert {
            parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"
        } == asked
        for parameter in operation["parameters"]:
            assert parameter["description"]
            assert parameter["example"]
        for parameter in operation["responses"].values():
            assert parameter["description"]
        for name, media in operation.get("requestBody", {}).get("content", {}).items():
            assert "example" in media or name.startswith("multipart/")


def test_examples_match_their_schemas(description: Description) -> None:
    seen = 0
    for where, operation in description.operations().items():
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for kind, media in (
            (kind, media) for part in parts for kind, media in part.get("content", {}).items()
        ):
            values = [description.resolve(example)["value"] for example in media.get("examples", {}).values()]
            values += [media["example"]] if "example" in media else []
            for value in values:
                seen += 1
                assert description.faults(media["schema"], value) == [], (
                    where,
                    kind,
                    value,
                )
    assert seen > 150
    stream = description.operations()["post", "/run_sse"]["responses"]["200"]["content"]["text/event-stream"]
    assert event_faults(description, stream["example"]) == []


@pytest.mark.clause("ENV-2")
def test_document_differs_between_worlds_only_in_servers(nemofake_server: Any, client: httpx.Client) -> None:
    plain = client.get(f"{nemofake_server.url}/openapi.json").json()
    other = client.get(f"{nemofake_server.url}/w/of-its-own/openapi.json").json()
    again = client.get(f"{nemofake_server.url}/openapi.json").json()
    assert plain == again
    assert (other.pop("servers"), plain.pop("servers")) == ([{"url": "/w/of-its-own"}], [{"url": "/"}])
    assert other == plain


# -- the document against the answers -----------------------------------------------------------------------


def documented(description: Description, wanted: Callable[[str], bool]) -> set[tuple[str, str, int, int]]:
    """Return method, path, status and code of all that is documented; 0 stands for success."""
    names = set()
    for (method, path), operation in description.operations().items():
        for status, response in operation["responses"].items():
            media = response.get("content", {}).get("application/json", {})
            shown = [int(name) for name in media.get("examples", {}) if name != "success"]
            codes = shown if "examples" in media else [0]
            if status == "200":
                codes = [0, *shown]
            names |= {(method, path, int(status), code) for code in codes if wanted(path)}
    return names


def of_the_data_plane(path: str) -> bool:
    return not path.startswith("/__fake__")


SMALL = {"max_upload_bytes": 5000, "generation_ms": [1000, 2000]}


@pytest.mark.clause("ENV-1", "ENV-2", "ENV-3", "REN-7", "SSE-2", "SSE-3", "REN-9", "AUTH-3")
@pytest.mark.parametrize("profile", ["", "http-status,render-nested"])
def test_data_plane_responses_and_document_agree(
    nemofake_server: Any, client: httpx.Client, description: Description, profile: str
) -> None:
    world = nemofake_server.world(f"witness{len(profile)}", profile=profile, parameters=SMALL)
    witness = Witness(description, Api(world, client))
    try:
        refusals(Api(world, client, "refused"))
        journey(witness.api)
    finally:
        witness.done()
        world.delete()
    assert witness.faults == []
    wanted = {
        row for row in documented(description, of_the_data_plane) if row[3] != 507
    }  # see the bounds' tests
    if profile:
        unlike = {row for row in wanted if row[3] > 999 and row[2] == 200}  # they travel by the default
        unlike.add(("post", "/api/render/proxy/draft", 404, 404))  # the route is there
    else:
        unlike = {row for row in wanted if row[3] > 999 and row[2] != 200}
        unlike |= {row for row in wanted if row[1] in OLDER and row[3] != 404}
    assert wanted - unlike - witness.seen == set()


OLDER = {"/api/render/proxy/draft", "/api/render/proxy/{render_id}"}


def orders(description: Description) -> list[tuple[str, str, Any]]:
    """Return what can be ordered of the control API with an example, what begins anew last."""
    items = [
        (
            method,
            path,
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example"),
        )
        for (method, path), operation in description.operations().items()
        if path.startswith("/__fake__/") and method != "get"
    ]
    return sorted(items, key=lambda row: row[1].endswith(("reset", "scenario")))


def test_control_api_responses_and_document_agree(
    nemofake_server: Any, client: httpx.Client, description: Description
) -> None:
    api = Api(nemofake_server.world("control"), client)
    token, user = api.token, api.world.accounts()[0]["user_id"]
    witness = Witness(description, api)
    try:
        for method, path in description.operations():
            if method == "get" and not of_the_data_plane(path) and path not in ELSEWHERE:
                client.get(api.world.url + path)
                client.get(api.world.url + path, params={"at_ms": "x"})
        for path in (f"sessions/{api.session_id}", f"accounts/{user}/credits"):
            api.control("GET", path)
        for style in ("json", "ndjson", "har", "x"):
            api.control("GET", f"journal?format={style}")
        for names, faulty in (((user, token, "made"), False), (("nobody", "none", "none"), True)):
            for method, path, example in orders(description):
                where = (
                    path.replace("{user_id}", names[0])
                    .replace("{token}", names[1])
                    .replace("{name}", names[2])
                )
                order = {"typo": 1} if faulty else example
                client.request(method, api.world.url + where, json=order)
        for path in ("accounts/nobody", "tokens/none/revoke", "tokens/none/expire"):
            api.control("POST", path, json={})
        api.control("PUT", "worlds/-", json={})
    finally:
        witness.done()
        api.world.delete()
    assert witness.faults == []
    wanted = documented(description, lambda path: path.startswith("/__fake__"))
    wanted = {
        row for row in wanted if row[2] != 403 and row[1] not in ELSEWHERE
    }  # 403: no admin token is set
    assert wanted - witness.seen == set()


def test_example_requests_are_accepted(
    nemofake_server: Any, client: httpx.Client, description: Description
) -> None:
    api = Api(nemofake_server.world("shown"), client)
    session = api.session_id
    ids = {
        "1748290516374920583": session,
        "1748290516374920001": api.call("GET", api.state_path()).json()["data"]["task_id"],
    }
    for (method, path), operation in description.operations().items():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None or not of_the_data_plane(path) or path in OLDER:
            continue
        text = json.dumps(body["example"])
        for old, new in ids.items():
            text = text.replace(old, new)
        where = path.replace("{user}", "me").replace("{session_id}", session)
        answer = api.call(method.upper(), where, content=text, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
        if answer.headers["content-type"] == "application/json":
            assert answer.json().get("code", 0) == 0
    api.world.delete()
