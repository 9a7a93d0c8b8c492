"""The journal as the control API gives it: three formats, nothing secret in any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from nemofake import __version__, running

from .http_helpers import Api, success, wire
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
        assert [entry["seq"] for entry in fake.journal()] == [3, 4, 5]
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
