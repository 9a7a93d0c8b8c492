"""The reader of event streams: same events for every chunking, bounded, unshakeable."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import httpx_sse
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nemoclient.sse import HEARTBEAT, SseReader

TYPICAL = (
    'data: {"type":"text","content":"héllo 你好 🎬"}\n\n'
    "event: heartbeat\ndata: {}\n\n"
    "data:\n\n"
    "data: one\ndata: two\n\n"
    "id: 7\nretry: 10\nevent: note\ndata:no space\n\n"
    "data: a\u2028b\n\n"
    "data\n\n"
).encode()

Events = list[tuple[str, str]]


def read(*chunks: bytes, **limits: int) -> Events:
    reader = SseReader(**limits)
    return [(event.event, event.data) for chunk in chunks for event in reader.feed(chunk)]


def read_by_httpx_sse(body: bytes) -> Events:
    response = httpx.Response(200, headers={"content-type": "text/event-stream; charset=utf-8"}, content=body)
    return [(event.event, event.data) for event in httpx_sse.EventSource(response).iter_sse()]


def test_every_cut_in_two_gives_the_same_events() -> None:
    whole = read(TYPICAL)
    assert len(whole) == 7
    for at in range(len(TYPICAL) + 1):
        assert read(TYPICAL[:at], TYPICAL[at:]) == whole
    assert read(*(bytes([byte]) for byte in TYPICAL)) == whole


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64])
def test_every_line_ending_gives_the_same_events(end: bytes, size: int) -> None:
    body = TYPICAL.replace(b"\n", end)
    assert read(*(body[at : at + size] for at in range(0, len(body), size))) == read(TYPICAL)


def test_it_reads_what_httpx_sse_reads_but_for_an_id_without_data() -> None:
    assert read(TYPICAL) == read_by_httpx_sse(TYPICAL)
    for end in (b"\r\n", b"\r"):
        body = TYPICAL.replace(b"\n", end)
        assert read(body) == read_by_httpx_sse(body)


LINES = st.sampled_from(
    ["data: x", "data:", "data", "data:  two", "event: e", "event: heartbeat", "", "", "nonsense", "data: ü"]
)


@given(lines=st.lists(LINES), end=st.sampled_from(["\n", "\r\n", "\r"]), cuts=st.lists(st.integers(0, 200)))
def test_random_streams_read_as_httpx_sse_reads_them(lines: list[str], end: str, cuts: list[int]) -> None:
    body = "".join(line + end for line in lines).encode()
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    chunks = [body[a:b] for a, b in pairwise(edges)]
    assert read(*chunks) == read_by_httpx_sse(body)


READERS = Path(__file__).parent / "readers"


@pytest.mark.skipif(
    shutil.which("node") is None or not (READERS / "node_modules").exists(),
    reason="needs node, and npm at set-up time",
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_it_reads_what_a_reader_in_another_language_reads_for_every_chunking(end: bytes) -> None:
    """npm's eventsource-parser, from one byte at a time to all at once."""
    body = b"\xef\xbb\xbf" + TYPICAL.replace(b"\n", end) + b"data: last" + end + end
    body += b"id: 8" + end + b"id: 9" + end  # theirs holds a final CR back until it sees what follows
    cuts = [[body[at : at + size] for at in range(0, len(body), size)] for size in range(1, len(body) + 1)]
    lines = "\n".join(json.dumps([chunk.hex() for chunk in chunks]) for chunks in cuts)
    result = subprocess.run(
        ["node", "read.mjs"], cwd=READERS, input=lines.encode(), capture_output=True, check=True, timeout=60
    )
    theirs = [[tuple(event) for event in json.loads(line)] for line in result.stdout.splitlines()]
    ours = [read(*chunks) for chunks in cuts]
    assert len(ours[0]) == 8
    assert theirs == ours


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert read(b"\xef", b"\xbb\xbfda", b"ta: x\n\n") == [("message", "x")]


@pytest.mark.clause("C-SSE-1")
def test_a_comment_is_a_sign_of_life() -> None:
    assert read(b": ping\n\n", b"data: x\n: between\n\n") == [
        (HEARTBEAT, ""),
        (HEARTBEAT, ""),
        ("message", "x"),
    ]


def test_an_event_that_ends_in_cr_is_not_held_back() -> None:
    assert read(b"data: x\r\r") == [("message", "x")]


def test_too_large_an_event_is_skipped_and_counted_and_the_next_one_is_read() -> None:
    reader = SseReader(max_event_bytes=100)
    body = b"data: " + b"x" * 5_000 + b"\ndata: more\n\n" + b"data: fine\n\n"
    seen = [event.data for at in range(0, len(body), 10) for event in reader.feed(body[at : at + 10])]
    assert seen == ["fine"]
    assert reader.oversized == 1


def test_many_small_lines_do_not_grow_past_the_limit() -> None:
    reader = SseReader(max_event_bytes=1_000)
    for _ in range(10_000):
        assert list(reader.feed(b"data: 12345\n")) == []
    held = sum(map(len, reader._data)) + len(reader._line)
    assert held <= 1_000
    assert list(reader.feed(b"\n")) == []
    assert reader.oversized == 1


def test_endless_comments_hold_nothing() -> None:
    reader = SseReader(max_event_bytes=1_000)
    for _ in range(1_000):
        list(reader.feed(b": still here\n"))
    assert [event.data for event in reader.feed(b"data: x\n\n")] == ["x"]
    assert reader.oversized == 0


def test_lines_of_no_event_stream_are_counted() -> None:
    reader = SseReader()
    assert list(reader.feed(b"Internal Server Error\n")) == []
    assert reader.strange == 1


@pytest.mark.parametrize(
    ("tail", "unfinished"),
    [
        (b"", False),
        (b"data: x", True),
        (b"data: x\n", True),
        (b": c", True),
        (b"event: e\n", True),
        (b"\n", False),
    ],
)
def test_it_knows_whether_the_bytes_end_inside_an_event(tail: bytes, unfinished: int) -> None:
    reader = SseReader()
    list(reader.feed(b"data: whole\n\n" + tail))
    assert reader.unfinished == bool(unfinished)


def test_what_was_cut_short_can_still_be_asked_for() -> None:
    reader = SseReader()
    list(reader.feed(b"data: one\ndata: two"))
    event = reader.rest()
    assert event is not None
    assert event.data == "one\ntwo"
    assert SseReader().rest() is None


@given(st.lists(st.binary(max_size=300), max_size=20))
@example([b"data: \xff\xfe\n\n", b"\r", b"\n", b"\x00"])
def test_any_bytes_at_all_are_read_and_nothing_grows(chunks: list[bytes]) -> None:
    reader = SseReader(max_event_bytes=200)
    for chunk in chunks:
        for event in reader.feed(chunk):
            assert len(event.data) <= 200
        assert len(reader._line) + sum(map(len, reader._data)) <= 400
    reader.rest()
    assert not reader.unfinished


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_chunking_never_matters(chunks: list[bytes]) -> None:
    whole: Any = b"".join(chunks)
    assert read(*chunks) == read(whole)
