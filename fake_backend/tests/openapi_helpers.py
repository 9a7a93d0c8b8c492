"""An OpenAPI document as a judge of answers, and the requests that provoke every answer it speaks of."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .http_helpers import (
    ATTRIBUTION,
    DRAFT,
    Api,
    Json,
)

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
        response = responses.get(str(answer.status_code))
        if response is None:
            return [f"status {answer.status_code} is not documented"]
        missing = [f"header {name}" for name in response.get("headers", {}) if name not in answer.headers]
        content = response.get("content")
        if content is None:
            return missing + (["a body is not documented"] if answer.content else [])
        kind = answer.headers["content-type"].partition(";")[0]
        media = content.get(kind, content.get("*/*"))
        if media is None:
            return [*missing, f"media type {kind} is not documented"]
        value = answer.json() if kind == "application/json" else answer.text if "text/" in kind else ""
        return missing + self.faults(media["schema"], value)


def event_faults(description: Description, stream: str) -> list[str]:
    """Return what the events of a stream have wrong."""
    event = {"$ref": "#/components/schemas/Event"}
    items = []
    for frame in stream.removesuffix("\n\n").split("\n\n"):
        assert frame.startswith("data:"), frame
        if data := frame.removeprefix("data:").strip():
            items += description.faults(event, json.loads(data))
    return items


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
        result = self._description.judge(operation, answer)
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            result += event_faults(self._description, answer.text)
        self.faults += [f"{answer.request.method} {path}: {fault}: {answer.text[:300]}" for fault in result]
        body = (
            answer.json()
            if answer.headers.get("content-type") == "application/json" and answer.content
            else {}
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
    for item in ({}, {"Range": "bytes=0-3"}, {"Range": "bytes=999999999-"}, {"If-None-Match": "*"}):
        api.client.get(url, headers={"Authorization": f"Bearer {api.token}", **item})


def refusals(api: Api) -> None:
    """Provoke every refusal that the document speaks of."""
    unknown = "0" * 19
    registered = api.world.create_account(scopes=[])["tokens"][0]["token"]
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
    beggar.token = "nmv_usr_test_credits-none-anonymous"
    beggar.say("generate a 5 second clip of the sea")
