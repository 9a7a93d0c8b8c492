"""/openapi.json says what is really answered: every answer that can be provoked is one that it documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .http_kit import ATTRIBUTION, DRAFT, Api, Json, wire

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc0000000030001005c0a3b2f0000000049454e44ae426082"
)


class Description:
    """An OpenAPI document: finds the operation behind a request and judges answers by it."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._registry: Registry[Any] = Registry().with_resource(
            "urn:document", DRAFT202012.create_resource(document)
        )
        self._paths = [
            (re.compile(re.sub(r"\{path\}", ".+", re.sub(r"\{(?!path)\w+\}", "[^/]+", path))), path)
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    def operations(self) -> dict[tuple[str, str], Json]:
        """Return every operation by method and path."""
        return {
            (method, path): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
        }

    def operation(self, method: str, path: str) -> tuple[str, str]:
        """Return which operation a request is for."""
        found = next(template for pattern, template in self._paths if pattern.fullmatch(path))
        return method.lower(), found

    def resolve(self, value: Json) -> Any:
        """Follow a reference, if it is one."""
        if "$ref" not in value:
            return value
        found: Any = self.document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def faults(self, schema: Json, value: object) -> list[str]:
        """Return what a value has wrong by a schema of the document."""
        rooted = json.loads(json.dumps(schema).replace('"#/components', '"urn:document#/components'))
        validator = OAS31Validator(rooted, registry=self._registry, format_checker=oas31_format_checker)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def judge(self, operation: tuple[str, str], answer: httpx.Response) -> list[str]:
        """Return what an answer has wrong by its operation's documentation."""
        responses = self.operations()[operation]["responses"]
        told = responses.get(str(answer.status_code))
        if told is None:
            return [f"status {answer.status_code} is not documented"]
        missing = [f"header {name}" for name in told.get("headers", {}) if name not in answer.headers]
        content = told.get("content")
        if content is None:
            return missing + (["a body is not documented"] if answer.content else [])
        kind = answer.headers["content-type"].partition(";")[0]
        media = content.get(kind, content.get("*/*"))
        if media is None:
            return [*missing, f"media type {kind} is not documented"]
        value = answer.json() if kind == "application/json" else answer.text if "text/" in kind else ""
        return missing + self.faults(media["schema"], value)


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
def test_it_is_valid_openapi_and_has_every_route(description: Description) -> None:
    assert description.document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(description.document).iter_errors()] == []
    known = DATA_PLANE | {(method, f"/__fake__/{path}") for method, path in CONTROL}
    assert set(description.operations()) == known


def test_a_reader_finds_words_examples_and_a_name_for_each_operation(description: Description) -> None:
    operations = description.operations()
    names = Counter(operation["operationId"] for operation in operations.values())
    assert set(names.values()) == {1}
    tags = {tag["name"] for tag in description.document["tags"]}
    for where, operation in operations.items():
        assert operation["summary"], where
        assert operation["description"], where
        assert set(operation["tags"]) <= tags
        asked = set(re.findall(r"\{(\w+)\}", where[1]))
        assert {told["name"] for told in operation["parameters"] if told["in"] == "path"} == asked
        for told in operation["parameters"]:
            assert told["description"]
            assert told["example"]
        for told in operation["responses"].values():
            assert told["description"]
        for name, media in operation.get("requestBody", {}).get("content", {}).items():
            assert "example" in media or name.startswith("multipart/")


def test_every_example_is_one_of_what_it_is_an_example_of(description: Description) -> None:
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


def event_faults(description: Description, stream: str) -> list[str]:
    """Return what the events of a stream have wrong."""
    event = {"$ref": "#/components/schemas/Event"}
    told = []
    for frame in stream.removesuffix("\n\n").split("\n\n"):
        assert frame.startswith("data:"), frame
        if data := frame.removeprefix("data:").strip():
            told += description.faults(event, json.loads(data))
    return told


@pytest.mark.clause("ENV-2")
def test_it_is_the_same_in_every_world_but_for_the_address(
    nemofake_server: Any, client: httpx.Client
) -> None:
    plain = client.get(f"{nemofake_server.url}/openapi.json").json()
    other = client.get(f"{nemofake_server.url}/w/of-its-own/openapi.json").json()
    again = client.get(f"{nemofake_server.url}/openapi.json").json()
    assert plain == again
    assert other.pop("servers") == [{"url": "/w/of-its-own"}]
    assert other == plain


# -- the document against the answers -----------------------------------------------------------------------


class Witness:
    """Sends requests and keeps what each operation answered: statuses, codes, and faults."""

    def __init__(self, description: Description, api: Api) -> None:
        self.api = api
        self.seen: set[tuple[str, str, int, int]] = set()
        self.faults: list[str] = []
        self._description = description
        api.client.event_hooks["response"].append(self._hear)

    def done(self) -> None:
        """Stop listening."""
        self.api.client.event_hooks["response"].remove(self._hear)

    def _hear(self, answer: httpx.Response) -> None:
        answer.read()
        path = answer.request.url.path.removeprefix(httpx.URL(self.api.world.url).path)
        operation = self._description.operation(answer.request.method, path)
        told = self._description.judge(operation, answer)
        if answer.headers["content-type"].startswith("text/event-stream"):
            told += event_faults(self._description, answer.text)
        self.faults += [f"{answer.request.method} {path}: {fault}: {answer.text[:300]}" for fault in told]
        body = (
            answer.json() if answer.headers["content-type"] == "application/json" and answer.content else {}
        )
        code = body.get("code", 0) if isinstance(body, dict) else 0
        self.seen.add((*operation, answer.status_code, code))


def journey(api: Api) -> None:
    """Walk through every operation where all is well."""
    task = api.call("GET", api.state_path()).json()["data"]["task_id"]
    user = api.world.accounts()[0]["user_id"]
    api.call("POST", "/api/auth/claim-token", json={"task_id": task, "session_id": api.session_id})
    stored = api.upload(("a.png", PNG)).json()["data"]["files"]
    api.upload_urls("http://example.com/walk_12s.mp4", "http://example.com/song_9s.mp3")
    api.control("POST", f"accounts/{user}", json={"grant": 1000})
    api.say("hello")
    api.say("generate a 5 second clip of the sea")
    api.say('add the title "Hello" at the start')
    state = api.state()
    api.credits()
    jobs(api, state["draft"])
    for url in (stored[0]["cdn_url"], state["generated_media"][0]["url"]):
        whole_part_and_beyond(api, url)


def jobs(api: Api, draft: Json) -> None:
    """Walk through what becomes of exports."""
    nested = api.submit("done", draft).json().get("success", False)
    done = api.finished("done")
    api.submit("cancelled")
    api.call("POST", "/api/render/proxy/lambda/cancelled/cancel")
    api.job("cancelled")
    whole_part_and_beyond(api, done["data"]["outputUrl"] if nested else done["output"]["url"])
    whole_part_and_beyond(api, f"{api.world.url}/api/render/proxy/done/download")
    if nested:
        api.submit("older", draft, route="draft")
        api.finished("older", "")


def whole_part_and_beyond(api: Api, url: str) -> None:
    """Get a file whole, a part of it, and a part that it does not have."""
    for told in ({}, {"Range": "bytes=0-3"}, {"Range": "bytes=999999999-"}):
        api.client.get(url, headers={"Authorization": f"Bearer {api.token}", **told})


def refusals(api: Api) -> None:
    """Provoke every refusal that the document speaks of."""
    unknown = "0" * 19
    registered = api.world.register(scopes=[])["tokens"][0]["token"]
    render = {"id": "r", "sessionId": api.session_id, "draft": DRAFT}
    message = {"session_id": api.session_id, "new_message": {"parts": [{"text": "hello"}]}}
    session, claim = "/api/tasks/me/with-session/nemo_agent", "/api/auth/claim-token"
    posts: dict[str, Json] = {
        session: {"task_name": "p"},
        claim: {"task_id": "1", "session_id": unknown},
        "/run_sse": message,
        api.upload_path(): {"urls": ["http://h/a_5s.mp4"]},
        "/api/render/proxy/lambda": render,
        "/api/render/proxy/draft": render,
        "/api/render/proxy/lambda/none/cancel": {},
    }
    gets = [
        api.state_path(), "/api/credits/balance/simple", "/api/render/proxy/lambda/none",
        "/api/render/proxy/none", "/api/render/proxy/none/download",
    ]  # fmt: skip
    for bearer in ("none", registered):
        for path, body in posts.items():
            api.call("POST", path, json=body, headers={"Authorization": f"Bearer {bearer}"})
        for path in gets:
            api.call("GET", path, headers={"Authorization": f"Bearer {bearer}"})
    for path in posts:
        api.call("POST", path, json={})  # 400
    for path in gets:
        api.call("GET", path.replace(api.session_id, unknown))  # 404, 1002
    api.call("POST", session.replace("me", "nobody"), json={"task_name": "p"})
    api.call("POST", claim, json={"task_id": "1", "session_id": unknown})
    api.call("POST", api.upload_path(unknown), json={"urls": ["http://h/a_5s.mp4"]})
    api.call("POST", "/run_sse", json=message | {"session_id": unknown})
    api.call("POST", "/run_sse", json=message | {"app_name": "another"})
    api.upload(("a.txt", b"x"))
    api.upload(("a.mp4", bytes(6000)))
    for route in ("lambda", "draft"):
        path, bare = f"/api/render/proxy/{route}", {**dict.fromkeys(ATTRIBUTION)}
        api.call("POST", path, json=render, headers=bare)
        api.call("POST", path, json=render | {"sessionId": unknown})
        for _ in range(2):
            api.call("POST", path, json=render | {"id": f"used-{route}"})
    api.call("GET", "/api/render/proxy/used-lambda/download")
    for _ in range(2):
        api.call("POST", "/api/render/proxy/lambda/used-lambda/cancel")
    for path in ("media", "generated", "renders"):
        api.client.get(f"{api.world.url}/cdn/{path}/none.mp4")
    for client_id in ("", "twice", "twice"):
        api.ask_token(client_id)
    beggar = Api(api.world, api.client)
    beggar.token = "nmv_usr_test_no-credits-anonymous"
    beggar.say("generate a 5 second clip of the sea")


def documented(description: Description, wanted: Callable[[str], bool]) -> set[tuple[str, str, int, int]]:
    """Return method, path, status and code of all that is documented; 0 stands for success."""
    told = set()
    for (method, path), operation in description.operations().items():
        for status, response in operation["responses"].items():
            media = response.get("content", {}).get("application/json", {})
            shown = [int(name) for name in media.get("examples", {}) if name != "success"]
            codes = shown if "examples" in media else [0]
            if status == "200":
                codes = [0, *shown]
            told |= {(method, path, int(status), code) for code in codes if wanted(path)}
    return told


def of_the_data_plane(path: str) -> bool:
    return not path.startswith("/__fake__")


SMALL = {"max_upload_bytes": 5000, "generation_ms": [1000, 2000]}


@pytest.mark.clause("ENV-1", "ENV-2", "ENV-3", "REN-7", "SSE-2", "SSE-3", "REN-9", "AUTH-3")
@pytest.mark.parametrize("profile", ["", "http-status,render-nested"])
def test_every_answer_is_documented_and_all_that_is_documented_is_answered(
    nemofake_server: Any, client: httpx.Client, description: Description, profile: str
) -> None:
    world = nemofake_server.world(f"witness{len(profile)}", profile=profile, rules=SMALL)
    witness = Witness(description, Api(world, client))
    try:
        refusals(Api(world, client, "refused"))
        journey(witness.api)
    finally:
        witness.done()
        world.delete()
    assert witness.faults == []
    wanted = documented(description, of_the_data_plane)
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
    told = [
        (
            method,
            path,
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example"),
        )
        for (method, path), operation in description.operations().items()
        if path.startswith("/__fake__/") and method != "get"
    ]
    return sorted(told, key=lambda row: row[1].endswith(("reset", "scenario")))


def test_so_it_is_with_the_control_api(
    nemofake_server: Any, client: httpx.Client, description: Description
) -> None:
    api = Api(nemofake_server.world("control"), client)
    token, user = api.token, api.world.accounts()[0]["user_id"]
    witness = Witness(description, api)
    try:
        for path in (path for method, path in CONTROL if method == "get"):
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
    assert {row for row in wanted if row[2] != 403} - witness.seen == set()  # 403: no admin token is set


def test_what_is_shown_as_a_request_is_accepted(
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
