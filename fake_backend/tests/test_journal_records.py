"""The journal keeps every exchange in order and reads back as JSON, JSON lines and HAR 1.2."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.journal import Entry, Journal, to_har, to_json, to_ndjson, to_records

T = 1_795_328_540_274


def exchange(journal: Journal, port: int = 8787) -> Entry:
    """A chat with a little of everything, from a server on this port."""
    host = f"127.0.0.1:{port}"
    sent = b'{"session_id":"1","url":"http://%s/a"}' % host.encode()
    head = [
        (b"Host", host.encode()),
        (b"Authorization", b"Bearer nmv_usr_abc"),
        (b"Content-Length", b"%d" % len(sent)),
        (b"Accept", b"a"),
        (b"accept", b"b"),
    ]
    entry = journal.open("chat", T, "POST", "/w/a/run_sse?x=1&y=%20", client="127.0.0.1", headers=head)
    entry.add_request(sent[:5])
    entry.add_request(sent[5:])
    entry.respond(T + 1, 200, [(b"content-type", b"text/event-stream; charset=utf-8")])
    entry.add_event(
        T + 2_000, b'data: {"type":"text","content":"\xe7\x89\x87 http://%s/f"}\n\n' % host.encode()
    )
    entry.add_event(T + 12_000, b"data:\n\n")
    entry.add_event(T + 12_500, b"data: {}\n\ndata: plain\n\n")
    entry.add_event(T + 13_000, b'data: {"type":"te\xe7')
    entry.note("cut inside a character")
    entry.close(T + 13_000, "cut")
    return entry


def test_exchange_is_one_json_object() -> None:
    journal = Journal()
    exchange(journal)
    (record,) = to_records(journal.entries, origin="http://127.0.0.1:8787")
    assert record == {
        "seq": 1,
        "operation": "chat",
        "at_ms": T,
        "ended_at_ms": T + 13_000,
        "client": "127.0.0.1",
        "request": {
            "method": "POST",
            "path": "/w/a/run_sse?x=1&y=%20",
            "http_version": "1.1",
            "headers": {
                "host": "nemofake",
                "authorization": record["request"]["headers"]["authorization"],
                "content-length": "44",
                "accept": "a, b",
            },
            "size": 44,
            "body": {"session_id": "1", "url": "http://nemofake/a"},
        },
        "response": {
            "at_ms": T + 1,
            "status": 200,
            "headers": {"content-type": "text/event-stream; charset=utf-8"},
            "size": record["response"]["size"],
            "events": [
                {"at_ms": T + 2_000, "data": {"type": "text", "content": "片 http://nemofake/f"}},
                {"at_ms": T + 12_000, "data": ""},
                {"at_ms": T + 12_500, "data": {}},
                {"at_ms": T + 12_500, "data": "plain"},
                {"at_ms": T + 13_000, "raw": 'data: {"type":"te\\xe7'},
            ],
        },
        "ending": "cut",
        "notes": ["cut inside a character"],
    }
    assert record["request"]["headers"]["authorization"].startswith("Bearer nmv_usr_***")


@given(st.sampled_from([80, 443, 8787, 65535]), st.sampled_from([1, 8080, 40_000]))
def test_record_does_not_depend_on_the_port(one: int, other: int) -> None:
    seen = []
    for port in (one, other):
        journal = Journal()
        exchange(journal, port)
        origin = f"http://127.0.0.1:{port}"
        har = to_har(journal.entries, version="1", origin=origin)
        seen.append(to_json(journal.entries, origin=origin) + har)
    assert seen[0] == seen[1]


def test_ndjson_has_the_same_records() -> None:
    journal = Journal()
    exchange(journal)
    exchange(journal)
    lines = to_ndjson(journal.entries).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(to_json(journal.entries))
    assert to_ndjson([]) == b""
    assert to_json([]) == b"[]"


def body_record(data: bytes, headers: Any = (), cap: int = 1_000) -> Any:
    journal = Journal(body_cap=cap)
    entry = journal.open("x", T, "POST", "/x", headers=headers)
    entry.add_request(data)
    return json.loads(to_json([entry]))[0]["request"]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", None),
        (b'{"a": [1, 2.5]}', {"a": [1, 2.5]}),
        (b'"text"', '"text"'),
        (b"\xe4\xb8\xad", "中"),
        (b'{"a":1,"a":2}', '{"a":1,"a":2}'),
        (b'{"a":NaN}', '{"a":NaN}'),
        (b'{"a":1e999}', '{"a":1e999}'),
        (b'{"a"', '{"a"'),
        (b"[" * 500 + b"]" * 500, "[" * 500 + "]" * 500),
        (b'{"a":"\\ud800"}', {"a": "\ud800"}),
        (b"[" + b"9" * 5_000 + b"]", "[" + "9" * 999),
    ],
)
def test_body_is_parsed_if_json_can_express_it(data: bytes, shown: Any) -> None:
    assert body_record(data)["body"] == shown


def test_body_over_the_cap_is_truncated_between_characters() -> None:
    record = body_record("ab中".encode() * 10, cap=4)
    assert (record["body"], record["size"], record["truncated"]) == ("ab", 50, True)
    assert "truncated" not in body_record(b"abcd", cap=4)


def test_binary_body_is_base64() -> None:
    record = body_record(b"\x00\xff")
    assert (record["body"], record["body_base64"]) == (None, "AP8=")


def test_compressed_body_is_shown_decoded() -> None:
    packed = [(b"content-encoding", b"gzip")]
    assert body_record(gzip.compress(b'{"a":1}'), packed)["body"] == {"a": 1}
    assert body_record(b"nonsense", packed)["body_omitted"] == "not readable as gzip"
    assert body_record(b"x", [(b"content-encoding", b"br")])["body_omitted"] == "compressed as br"


@given(
    st.binary(max_size=60), st.lists(st.binary(max_size=20), max_size=4), st.sampled_from(["", "gzip", "br"])
)
def test_any_bytes_can_be_rendered(body: bytes, frames: list[bytes], encoding: str) -> None:
    head = [(b"content-encoding", encoding.encode()), (b"content-length", b"\xb2")]
    entry = Journal(body_cap=40).open("x", T, "GET", "/?%ff", headers=head)
    entry.add_request(body)
    entry.respond(T, 599, head)
    for frame in frames:
        entry.add_event(T, frame)
    entry.add_response(body)
    json.loads(to_json([entry]))
    json.loads(to_har([entry], version="0"))


@given(st.lists(st.binary(max_size=9)), st.integers(0, 30))
def test_chunks_are_stored_like_the_whole(chunks: list[bytes], cap: int) -> None:
    entry = Journal(body_cap=cap).open("x", T, "GET", "/")
    for chunk in chunks:
        entry.add_request(chunk)
        entry.add_response(chunk)
    whole = b"".join(chunks)
    assert entry.request_body == entry.response_body == whole[:cap]
    assert entry.request_size == entry.response_size == len(whole)


def test_stream_without_events_is_shown_as_a_stream() -> None:
    entry = Journal().open("chat", T, "POST", "/run_sse")
    entry.respond(T, 200, [(b"Content-Type", b"text/event-stream")])
    assert json.loads(to_json([entry]))[0]["response"]["events"] == []


def test_endless_stream_is_bounded() -> None:
    entry = Journal().open("chat", T, "POST", "/run_sse")
    entry.respond(T, 200, [])
    for _ in range(40):
        entry.add_event(T, b"x" * 65_536)
    assert sum(len(frame) for _, frame in entry.events) == 1024 * 1024
    assert json.loads(to_json([entry]))[0]["response"]["truncated"] is True


def test_the_first_ending_stays() -> None:
    entry = Journal().open("chat", T, "POST", "/run_sse")
    entry.close(T + 1, "client-gone")
    entry.close(T + 2)
    assert (entry.ended_at_ms, entry.ending) == (T + 1, "client-gone")


@given(st.integers(0, 6), st.integers(0, 12))
def test_journal_keeps_the_newest_entries_and_counts_dropped(world: int, opened: int) -> None:
    journal = Journal(world)
    for _ in range(opened):
        journal.open("x", T, "GET", "/")
    kept = [entry.seq for entry in journal.entries]
    assert kept == list(range(1, opened + 1))[max(0, opened - world) :]
    assert journal.dropped == opened - len(journal)
    journal.clear()
    assert (len(journal), journal.dropped, journal.open("x", T, "GET", "/").seq) == (0, 0, 1)


# What HAR 1.2 obliges, object by object: field -> type.
REQUIRED: dict[str, dict[str, Any]] = {
    "log": {"version": str, "creator": dict, "entries": list},
    "entry": {
        "startedDateTime": str,
        "time": int,
        "request": dict,
        "response": dict,
        "cache": dict,
        "timings": dict,
    },
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "queryString": list,
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "content": dict,
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "content": {"size": int, "mimeType": str, "text": str},
    "timings": {"send": int, "wait": int, "receive": int},
}


def obliged(kind: str, value: dict[str, Any]) -> None:
    for name, wanted in REQUIRED[kind].items():
        assert isinstance(value[name], wanted), (kind, name)


def check_har(har: Any) -> list[Any]:
    obliged("log", har["log"])
    assert har["log"]["version"] == "1.2"
    for entry in har["log"]["entries"]:
        obliged("entry", entry)
        obliged("timings", entry["timings"])
        obliged("request", entry["request"])
        obliged("response", entry["response"])
        obliged("content", entry["response"]["content"])
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo
        assert entry["time"] == sum(entry["timings"].values())
        assert min(entry["timings"].values()) >= 0
        for pairs in (
            entry["request"]["headers"],
            entry["request"]["queryString"],
            entry["response"]["headers"],
        ):
            assert all(set(pair) == {"name", "value"} for pair in pairs)
        post = entry["request"].get("postData", {})
        assert not {"text", "params"} <= set(post)
    entries: list[Any] = har["log"]["entries"]
    return entries


def test_har_has_stream_events_with_engine_times() -> None:
    journal = Journal()
    exchange(journal)
    har = json.loads(to_har(journal.entries, version="9.9", origin="http://127.0.0.1:8787", dropped=3))
    assert har["log"]["creator"] == {"name": "nemofake", "version": "9.9"}
    assert har["log"]["comment"].startswith("3 ")
    (entry,) = check_har(har)
    assert entry["startedDateTime"] == "2026-11-22T06:22:20.274Z"
    assert entry["timings"] == {"send": 0, "wait": 1, "receive": 12_999}
    assert entry["request"]["url"] == "http://nemofake/w/a/run_sse?x=1&y=%20"
    assert entry["request"]["queryString"] == [{"name": "x", "value": "1"}, {"name": "y", "value": " "}]
    assert entry["response"]["content"]["text"].startswith(
        'data: {"type":"text","content":"片 http://nemofake/f"}'
    )
    assert entry["_events"][1] == {"at_ms": T + 12_000, "time": "2026-11-22T06:22:32.274Z", "data": ""}
    assert (entry["_ending"], entry["_operation"], entry["_seq"]) == ("cut", "chat", 1)


def test_har_lists_uploads_as_parameters_and_binary_as_base64() -> None:
    entry = Journal().open(
        "upload", T, "POST", "/u", headers=[(b"content-type", b"multipart/form-data; boundary=zz")]
    )
    entry.add_upload("a.mp4", 9, "h")
    entry.respond(T, 200, [(b"content-type", b"video/mp4"), (b"location", b"/there")])
    entry.add_response(b"\x00\xff")
    (har,) = check_har(json.loads(to_har([entry], version="0")))
    assert har["request"]["postData"] == {
        "mimeType": "multipart/form-data; boundary=***",
        "params": [{"name": "files", "fileName": "a.mp4", "_size": 9, "_hash": "h"}],
    }
    content = {"size": 2, "mimeType": "video/mp4", "text": "AP8=", "encoding": "base64"}
    assert har["response"]["content"] == content
    assert har["response"]["redirectURL"] == "/there"
    assert json.loads(to_json([entry]))[0]["request"]["uploads"] == [
        {"filename": "a.mp4", "size": 9, "hash": "h"}
    ]


def test_exchange_without_response_is_valid_har() -> None:
    entry = Journal().open("chat", T, "POST", "/run_sse")
    assert json.loads(to_json([entry]))[0]["response"] is None
    entry.close(T + 5, "client-gone")
    (har,) = check_har(json.loads(to_har([entry], version="0")))
    assert (har["response"]["status"], har["time"], har["timings"]["wait"]) == (0, 5, 5)


def test_journal_records_video_size_not_bytes() -> None:
    entry = Journal().open("download", T, "GET", "/f.mp4")
    entry.respond(T, 200, [])
    entry.count_response(1_000)
    response = json.loads(to_json([entry]))[0]["response"]
    assert (response["size"], response["body"], response["truncated"]) == (1_000, None, True)


def test_compressed_stream_is_shown_decoded() -> None:
    packer = zlib.compressobj(wbits=31)
    journal = Journal()
    entry = journal.open("chat", 0, "POST", "/run_sse")
    entry.respond(0, 200, [(b"content-type", b"text/event-stream"), (b"content-encoding", b"gzip")])
    for at_ms, event in ((5, {"n": 1}), (9, {"token": "nmv_usr_secret"})):
        frame = f"data: {json.dumps(event)}\n\n".encode()
        entry.add_event(at_ms, packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH))
    entry.add_event(9, packer.flush())
    result = to_records(journal.entries)[0]["response"]["events"]
    assert [event["at_ms"] for event in result] == [5, 9]
    assert result[0]["data"] == {"n": 1}
    assert "secret" not in json.dumps(result)


@pytest.mark.parametrize("encoding", [b"br", b"gzip"])
def test_undecodable_stream_is_not_shown(encoding: bytes) -> None:
    journal = Journal()
    entry = journal.open("chat", 0, "POST", "/run_sse")
    entry.respond(0, 200, [(b"content-type", b"text/event-stream"), (b"content-encoding", encoding)])
    entry.add_event(5, b"data: nmv_usr_secret\n\n")
    assert to_records(journal.entries)[0]["response"]["events"] == []
