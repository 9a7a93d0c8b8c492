"""HAR files as traffic: from browsers and proxies, and the fake's own."""

from __future__ import annotations

import copy
from base64 import b64encode
from dataclasses import replace
from typing import Any

import httpx
import pytest

from nemoclient import NemoClient
from nemocontract.recording.har import read_har
from nemocontract.recording.journal import read_records
from nemofake import running

API = "https://mega-api-prod.nemovideo.ai"
SENT = [{"name": "Authorization", "value": "Bearer nmv_usr_raw"}, {"name": "X-Skill-Source", "value": "a"}]


def entry(method: str, path: str, at: str = "2026-01-01T00:00:00.000Z", **kwargs: Any) -> dict[str, Any]:
    """Return an entry as a browser writes it."""
    url = path if path.startswith("http") else API + path
    answered = {"status": 200, "text": '{"code":0,"message":"success","data":{}}', **kwargs}
    content = {"size": 40, "mimeType": answered.get("mime", "application/json")}
    content |= {name: answered[name] for name in ("text", "encoding") if answered.get(name) is not None}
    made: dict[str, Any] = {
        "startedDateTime": at,
        "time": answered.get("time", 250.4),
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "h2",
            "cookies": [],
            "headers": copy.deepcopy(SENT),
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": answered["status"],
            "statusText": "",
            "httpVersion": "h2",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": content["mimeType"]}],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 1},
    }
    if "post" in kwargs:
        made["request"]["postData"] = kwargs["post"]
    if "error" in kwargs:
        made["response"]["_error"] = kwargs["error"]
    return made


def har(*entries: Any) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "browser", "version": "1"}, "entries": [*entries]}}


CREDITS = "/api/credits/balance/simple"


def test_a_request_and_its_answer() -> None:
    (read,) = read_har(har(entry("GET", CREDITS, "2026-01-01T01:00:00.5+01:00")))
    assert (read.seq, read.operation, read.method, read.path) == (1, "credits", "GET", CREDITS)
    assert (read.at_ms, read.ended_at_ms) == (1_767_225_600_500, 1_767_225_600_750)
    assert read.headers == {"authorization": "Bearer nmv_usr_raw", "x-skill-source": "a"}
    assert (read.status, read.code, read.ending) == (200, 0, "complete")
    assert read.answer == {"code": 0, "message": "success", "data": {}}
    assert read.events is None


def test_order_is_that_of_time_and_numbers_count_what_is_kept() -> None:
    read = read_har(
        har(
            entry("POST", "/run_sse", "2026-01-01T00:00:03Z"),
            entry("GET", "https://nemovideo.com/index.html", "2026-01-01T00:00:02Z"),
            entry("GET", CREDITS, "2026-01-01T00:00:01Z"),
        )
    )
    assert [(one.seq, one.operation) for one in read] == [(1, "credits"), (2, "chat")]


def test_other_hosts_pages_pictures_and_preflights_are_left_out() -> None:
    read = read_har(
        har(
            entry("GET", CREDITS),
            entry("OPTIONS", CREDITS),
            entry("GET", "/favicon.ico"),
            entry("GET", "/"),
            entry("POST", "https://telemetry.example/api/events"),
            entry("GET", "https://pictures.example/cdn/film.mp4"),
            entry("GET", "/cdn/film.mp4"),
            entry("GET", "/__fake__/journal"),
            entry("GET", "/api/something/new"),
        )
    )
    assert [one.operation for one in read] == ["credits", "media", "other"]


def test_a_prefix_before_the_service_is_taken_off() -> None:
    (read,) = read_har(har(entry("GET", f"http://127.0.0.1:8787/w/one{CREDITS}?x=1")))
    assert read.path == f"{CREDITS}?x=1"


@pytest.mark.parametrize(
    ("post", "body"),
    [
        ({"mimeType": "application/json", "text": '{"a":1}'}, {"a": 1}),
        ({"mimeType": "application/json", "text": "{oops"}, "{oops"),
        ({"mimeType": "application/x-www-form-urlencoded", "text": "a=1&b=%20"}, {"a": "1", "b": " "}),
        (
            {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [{"name": "a", "value": "1"}, {"name": "b"}],
            },
            {"a": "1", "b": None},
        ),
        ({"mimeType": "application/octet-stream", "text": "AAAA", "_encoding": "base64"}, None),
        ({"mimeType": "application/json", "text": ""}, None),
    ],
)
def test_bodies(post: dict[str, Any], body: Any) -> None:
    (read,) = read_har(har(entry("POST", "/api/tasks/me/with-session/nemo_agent", post=post)))
    assert read.body == body
    assert read.uploads == ()


MULTIPART = (
    '--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n'
    '--x\r\nContent-Disposition: form-data; name="files"; filename="clip \\"one\\".mp4"\r\n'
    "Content-Type: video/mp4\r\n\r\n....\r\n"
    '--x\r\ncontent-disposition: form-data; name="files"; filename="zwei.mov"\r\n\r\n..\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("post", "names"),
    [
        ({"text": MULTIPART}, ('clip "one".mp4', "zwei.mov")),
        ({"params": [{"name": "files", "fileName": "a.mp4"}, {"name": "note", "value": "hi"}]}, ("a.mp4",)),
        ({"text": ""}, ()),
    ],
)
def test_uploads_are_reported_by_their_names(post: dict[str, Any], names: tuple[str, ...]) -> None:
    fields = {"mimeType": "multipart/form-data; boundary=x", **post}
    (read,) = read_har(har(entry("POST", "/api/upload-video/nemo_agent/me/7", post=fields)))
    assert read.uploads == names
    assert read.body is None


@pytest.mark.parametrize("packed", [False, True])
def test_streams_become_events(packed: bool) -> None:
    text = 'data: {"type":"heartbeat"}\n\ndata:\n\n: a comment\n\ndata: {"type":"text","content":"你好"}\n\n'
    fields = {"text": b64encode(text.encode()).decode(), "encoding": "base64"} if packed else {"text": text}
    (read,) = read_har(har(entry("POST", "/run_sse", mime="text/event-stream; charset=utf-8", **fields)))
    assert read.events is not None
    assert [one.data for one in read.events] == [
        {"type": "heartbeat"},
        "",
        {"type": "text", "content": "你好"},
    ]
    assert {one.at_ms for one in read.events} == {read.ended_at_ms}
    assert read.answer is None


def test_a_stream_that_the_browser_did_not_keep_is_not_taken_for_a_silent_one() -> None:
    (read,) = read_har(har(entry("POST", "/run_sse", mime="text/event-stream", text=None)))
    assert read.events is None
    assert read.notes == ("the recording does not have the stream's text",)


@pytest.mark.parametrize(
    ("error", "ending"), [("net::ERR_ABORTED", "client-gone"), ("net::ERR_FAILED", "cut"), (None, "cut")]
)
def test_no_answer(error: str | None, ending: str) -> None:
    fields = {} if error is None else {"error": error}
    (read,) = read_har(har(entry("GET", CREDITS, status=0, text=None, time=-1, **fields)))
    assert (read.status, read.code, read.answer, read.ending) == (None, None, None, ending)
    assert read.ended_at_ms == read.at_ms


@pytest.mark.parametrize(("status", "text", "code"), [(401, "", 1001), (200, '{"code":1002}', 1002)])
def test_refusals(status: int, text: str, code: int) -> None:
    (read,) = read_har(har(entry("GET", CREDITS, status=status, text=text)))
    assert read.code == code


def broken_at(*path: str | int, value: Any = "nothing") -> dict[str, Any]:
    made: Any = entry("GET", CREDITS)
    place = made
    for step in path[:-1]:
        place = place[step]
    if value == "nothing":
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return har(entry("GET", CREDITS), made)


@pytest.mark.parametrize(
    ("bad", "place"),
    [
        (broken_at("startedDateTime"), "startedDateTime"),
        (broken_at("startedDateTime", value="yesterday"), "startedDateTime"),
        (broken_at("startedDateTime", value="2026-01-01T00:00:00"), "startedDateTime"),
        (broken_at("time", value="long"), "time"),
        (broken_at("request"), "request"),
        (broken_at("request", "url"), "request.url"),
        (broken_at("request", "method", value=None), "request.method"),
        (broken_at("request", "headers", 0, "value", value=3), "request.headers.0.value"),
        (broken_at("response", "status", value="ok"), "response.status"),
        (broken_at("response", "content", "text", value=["a"]), "response.content.text"),
        (har(entry("GET", CREDITS), "no entry"), "it"),
        (har(entry("GET", CREDITS), None), "it"),
    ],
)
def test_what_is_none_is_named_by_its_number(bad: dict[str, Any], place: str) -> None:
    with pytest.raises(ValueError, match=rf"entry 2 of the HAR cannot be read: {place}: .+") as raised:
        read_har(bad)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("bad", [{}, {"log": None}, {"log": {}}, {"log": {"entries": {}}}])
def test_what_is_no_har(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no HAR"):
        read_har(bad)


def test_an_address_that_is_none() -> None:
    for url in ("https://a:port/", "\x00", f"https://a/{'b' * 70_000}"):
        made = entry("GET", CREDITS)
        made["request"]["url"] = url
        with pytest.raises(ValueError, match=r"entry 1 of the HAR cannot be read: request\.url: "):
            read_har(har(made))


def test_ours_reads_as_the_journal_it_is_made_from(tmp_path: Any) -> None:
    with running(clock="auto", seed=7) as fake:
        world = fake.world("har", parameters={"silent_share": 0})
        with NemoClient(world.url, client_id_file=tmp_path / "client_id") as client:
            client.upload("https://example.com/walk_12s.mp4")
            client.chat('add the title "Hello"').finish()
            response = client.context.request("GET", "")
            broken = {"session_id": client.context.session_id, "new_message": {"parts": [{"text": "trim"}]}}
            world.add_fault("close", after_events=1, on="chat")
            httpx.post(f"{world.url}/run_sse", headers=dict(response.headers), json=broken)
        ours = read_har(httpx.get(f"{world.url}/__fake__/journal?format=har").json())
        journal = read_records(world.journal())
    assert len(ours) == len(journal) == 7
    for one, other in zip(ours, journal, strict=True):
        # Of an upload by address a HAR has the files' names only, where a journal has the body as well.
        assert one == (replace(other, body=None) if other.uploads else other)


def test_entries_are_not_changed() -> None:
    result = har(entry("GET", CREDITS))
    before = copy.deepcopy(result)
    read_har(result)
    assert result == before
