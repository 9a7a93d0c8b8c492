"""The journal as the control API gives it: three formats, nothing secret in any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake import __version__, running
from nemofake.journal import Entry, render

from .http_helpers import Api, failure, success, wire
from .stream_helpers import TALK, Line, prepared

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def traffic(api: Api) -> None:
    """Let every kind of exchange happen once, with a token in as many places as clients put it."""
    api.say(TALK)
    api.upload(("clip.mp4", b"nothing like a film"))
    api.call("GET", f"/api/credits/balance/simple?token={api.token}")
    api.call("POST", "/run_sse", content=json.dumps({"session_id": api.token}))
    api.call(
        "POST", "/run_sse", json={"session_id": api.token, "new_message": {"parts": [{"text": api.token}]}}
    )
    api.say(f"my token is {api.token}")
    api.call("POST", "/api/auth/claim-token", json={"task_id": "1", "session_id": api.session_id})
    api.call("GET", f"/{api.token}")
    api.control("POST", f"tokens/{api.token}/revoke")
    api.call("GET", "/api/credits/balance/simple", headers={"Cookie": "sid=geheimnis-123"})


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize("style", ["json", "ndjson", "har"])
def test_journal_shows_no_token_in_any_format(api: Api, style: str) -> None:
    traffic(api)
    text = api.control("GET", f"journal?format={style}").text
    assert api.token not in text
    assert api.token.removeprefix("nmv_usr_") not in text
    assert "geheimnis" not in text
    assert "nmv_usr_***" in text


def test_journal_is_json_by_default(api: Api) -> None:
    traffic(api)
    answer = api.control("GET", "journal")
    assert answer.headers["content-type"] == "application/json"
    entries = answer.json()
    assert entries == api.world.journal()
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries == api.control("GET", "journal?format=json").json()
    operations = ["token.issue", "session.create", "upload", "chat"]
    assert [entry["operation"] for entry in entries][: len(operations)] == operations


def test_ndjson_has_the_same_records_one_per_line(api: Api) -> None:
    traffic(api)
    answer = api.control("GET", "journal?format=ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = answer.content.split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == api.control("GET", "journal").json()


def test_har_has_the_fields_of_har_1_2(api: Api) -> None:
    traffic(api)
    log = api.control("GET", "journal?format=har").json()["log"]
    assert (log["version"], log["creator"]) == ("1.2", {"name": "nemofake", "version": __version__})
    assert len(log["entries"]) == len(api.world.journal())
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo
        assert entry["time"] == sum(entry["timings"][part] for part in ("send", "wait", "receive"))
        common = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert common | {"method", "url", "queryString"} <= set(entry["request"])
        assert common | {"status", "statusText", "content", "redirectURL"} <= set(entry["response"])
        assert {"size", "mimeType"} <= set(entry["response"]["content"])
        for named in (
            entry["request"]["headers"] + entry["request"]["queryString"] + entry["response"]["headers"]
        ):
            assert set(named) == {"name", "value"}


def test_open_exchange_is_in_the_journal_without_ending(api: Api) -> None:
    api.world.clock.mode = "manual"
    with Line(api, TALK) as line:
        line.begun()
        assert api.world.journal()[-1]["ending"] is None
        for style in ("json", "ndjson", "har"):
            assert api.control("GET", f"journal?format={style}").status_code == 200
        api.world.clock.advance(60)
        assert api.world.journal()[-1]["ending"] == "complete"


def test_full_journal_keeps_the_newest_entries() -> None:
    with running(max_journal_entries=3) as fake, wire() as client:
        api = Api(fake, client)
        for nth in range(5):
            api.ask_token(f"c{nth}")
        dropped, *entries = fake.journal()
        assert dropped == {"dropped": 2}
        assert [entry["seq"] for entry in entries] == [3, 4, 5]
        assert api.control("GET", "journal?format=har").json()["log"]["comment"].startswith("2 older")


# -- a journal that is full -----------------------------------------------------------------------


def test_full_journal_says_how_many_entries_it_dropped(client: httpx.Client) -> None:
    with running(max_journal_entries=3) as fake:
        api = Api(fake, client)
        for _ in range(5):
            api.call("GET", "/api/nowhere")
        dropped = 6 - 3  # the token, and five of these
        first, *rest = api.control("GET", "journal").json()
        assert (first, len(rest)) == ({"dropped": dropped}, 3)
        lines = api.control("GET", "journal?format=ndjson").text.splitlines()
        assert (json.loads(lines[0]), len(lines)) == ({"dropped": dropped}, 4)
        log = api.control("GET", "journal?format=har").json()["log"]
        assert (log["_dropped"], len(log["entries"])) == (dropped, 3)
        assert f"{dropped} older exchanges" in log["comment"]
        world = success(api.control("GET", "worlds"))[0]
        assert (world["journal_entries"], world["journal_dropped"]) == (3, dropped)


def test_complete_journal_says_nothing_of_dropped_entries(
    nemofake: WorldHandle, client: httpx.Client
) -> None:
    api = Api(nemofake, client)
    api.call("GET", "/api/nowhere")
    assert all("dropped" not in record for record in api.control("GET", "journal").json())
    assert "_dropped" not in api.control("GET", "journal?format=har").json()["log"]


def test_journal_of_large_bodies_is_bounded_in_bytes(client: httpx.Client) -> None:
    with running(max_journal_bytes=200_000) as fake:
        api = Api(fake, client)
        for _ in range(10):
            api.make_session(task_name="x" * 50_000)
        journal = fake.journal()
        assert 2 <= len(journal) <= 4
        assert journal[-1]["seq"] == 11


# -- long journals ------------------------------------------------------------------------------------------


def numbers(api: Api, query: str) -> list[int | None]:
    """Return the numbers of a page, None for the element about dropped entries."""
    return [entry.get("seq") for entry in api.control("GET", f"journal?{query}").json()]


def test_journal_is_read_page_by_page(nemofake: WorldHandle, client: httpx.Client) -> None:
    api = Api(nemofake, client)
    for _ in range(7):
        client.get(f"{nemofake.url}/x")
    assert numbers(api, "limit=3") == [1, 2, 3]
    assert numbers(api, "after=3&limit=3") == [4, 5, 6]
    assert numbers(api, "after=6") == [7]
    assert numbers(api, "after=7") == numbers(api, "limit=0") == []
    lines = api.control("GET", "journal?format=ndjson&after=5").text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [6, 7]
    har = api.control("GET", "journal?format=har&after=5&limit=1").json()["log"]
    assert [entry["_seq"] for entry in har["entries"]] == [6]


def test_page_says_how_many_entries_before_it_were_dropped(client: httpx.Client) -> None:
    with running(max_journal_entries=3) as fake:
        api = Api(fake, client)
        for _ in range(8):
            client.get(f"{fake.url}/x")
        assert api.control("GET", "journal?after=2&limit=1").json()[0] == {"dropped": 3}
        assert numbers(api, "after=2&limit=1") == [None, 6]
        assert numbers(api, "after=5") == [6, 7, 8]


@pytest.mark.parametrize("query", ["after=-1", "limit=x", "after=1.5", "limit=", "limit=" + "9" * 40])
def test_page_that_is_no_number_is_400(api: Api, query: str) -> None:
    failure(api.control("GET", f"journal?{query}"), 400, query.partition("=")[0], "number")


@pytest.mark.parametrize("style", ["json", "ndjson", "har"])
def test_long_journal_is_streamed_in_parts(
    nemofake: WorldHandle, client: httpx.Client, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        client.post(f"{nemofake.url}/x{number}", content=b"a" * 60_000)
    rendered: list[int] = []
    real = render.read_entry

    def noted(entry: Entry, *options: Any) -> Any:
        rendered.append(entry.seq)
        return real(entry, *options)

    monkeypatch.setattr(render, "read_entry", noted)
    with client.stream("GET", f"{nemofake.url}/__fake__/journal?format={style}") as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        text = answer.read()
    assert rendered == list(range(1, 41)), "each once"
    if style == "ndjson":
        text = b"[" + b",".join(text.splitlines()) + b"]"
    value = json.loads(text)
    assert len(value["log"]["entries"] if style == "har" else value) == 40


@pytest.mark.nemofake(max_journal_body_bytes=10)
def test_long_request_body_is_kept_as_length_and_hash(nemofake: WorldHandle, client: httpx.Client) -> None:
    api = Api(nemofake, client)
    bodies = [b"", b"0123456789", b"0123456789a", b"b" * 300_000]
    for body in bodies:
        client.post(f"{nemofake.url}/x", content=body)
    requests = [entry["request"] for entry in nemofake.journal()]
    for body, request in zip(bodies, requests, strict=True):
        assert request["size"] == len(body)
        assert (request["body"] or "").encode() == body[:10]
        assert request.get("truncated", False) is (len(body) > 10)
        assert request.get("sha256") == (sha256(body).hexdigest() if len(body) > 10 else None)
    har = api.control("GET", "journal?format=har").json()["log"]["entries"]
    assert har[3]["request"]["postData"]["_sha256"] == sha256(bodies[3]).hexdigest()
    nothing = api.ask_token("")
    failure(nothing, 400)
    assert nemofake.journal()[-1]["response"]["body"] == nothing.json(), "responses are kept as before"
