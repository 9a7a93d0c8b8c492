"""One message: sent once, listened to patiently, and its outcome always told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from nemoclient import AsyncNemoClient, NemoClient, State, StreamEnd, Timeouts, errors
from nemoclient.constants import STILL_WORKING

CUT = httpx.RemoteProtocolError("peer closed connection without sending complete message body")
TEXT = {"type": "text", "content": "Your title is on. "}
CALL = {"type": "tool_call", "name": "edit_multitrack", "args": {}}
RESULT = {"type": "tool_result", "name": "edit_multitrack", "result": {}}
BEAT = {"type": "heartbeat"}


def lands(service: Any, draft: Any) -> Any:
    """Return a step of a script that changes the project."""

    def land() -> None:
        service.draft = draft

    return land


@pytest.mark.clause("SSE-1", "C-ATT-1")
def test_the_message_goes_out_as_the_protocol_writes_it(side: Any, service: Any) -> None:
    side.chat("add a title")
    (message,) = service.messages
    assert json.loads(message.content) == {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "1234567890123456789",
        "new_message": {"parts": [{"text": "add a title"}]},
    }
    assert message.headers["accept"] == "text/event-stream"
    assert message.headers["authorization"] == "Bearer nmv_usr_first"
    assert message.headers["x-skill-source"] == "nemoclient"


def test_half_a_character_in_a_message_is_no_trouble(side: Any, service: Any) -> None:
    assert side.chat("caf\udce9").ending is StreamEnd.COMPLETE
    assert json.loads(service.messages[0].content)["new_message"]["parts"] == [{"text": "caf?"}]


@pytest.mark.clause("C-SSE-1")
def test_text_reaches_the_user_and_tools_do_not(side: Any, service: Any, kit: Any) -> None:
    service.events = [kit.sse(CALL, BEAT, "", RESULT, TEXT)]
    result = side.chat()
    assert side.texts()[2:] == ["Your title is on. "]
    assert (result.ending, result.text) == (StreamEnd.COMPLETE, TEXT["content"])
    assert result.tools == ("edit_multitrack",)


@pytest.mark.clause("C-SSE-1", "SSE-6")
def test_heartbeats_in_every_spelling_keep_waiting(side: Any, service: Any, kit: Any) -> None:
    spellings = [b": ping\n\n", b"data:\n\n", b"data: \n\n", b"event: heartbeat\n\n"]
    spellings += [b"event: heartbeat\ndata: {}\n\n", kit.sse(BEAT), kit.sse({"type": "news of tomorrow"})]
    service.events = [*spellings, kit.sse(TEXT)]
    result = side.chat()
    assert (result.ending, result.skipped) == (StreamEnd.COMPLETE, 0)
    assert side.texts("text") == [TEXT["content"]]


@pytest.mark.clause("C-SSE-3")
def test_a_silent_close_tells_what_changed(side: Any, service: Any, kit: Any) -> None:
    service.draft = {"d": 10_000, "t": kit.CANONICAL["t"][:2]}
    service.events = [kit.sse(CALL), lands(service, kit.CANONICAL), kit.sse(RESULT)]
    result = side.chat("add a title")
    assert result.ending is StreamEnd.SILENT
    assert result.ok
    assert result.changes == ('Title added: "Urban Dreams"',)
    assert side.texts("change") == ['Title added: "Urban Dreams"']
    assert len(service.messages) == 1


@pytest.mark.clause("C-SSE-3")
def test_a_silent_close_that_changed_nothing_is_not_silence(side: Any, service: Any, kit: Any) -> None:
    service.events = [kit.sse(CALL, RESULT)]
    result = side.chat()
    assert result.ending is StreamEnd.SILENT
    assert side.texts()[-1] == "The request finished, but nothing in the project changed."


def test_words_before_the_work_do_not_hide_a_silent_close(side: Any, service: Any, kit: Any) -> None:
    said = {"type": "text", "content": "I will add it."}
    service.events = [kit.sse(said, CALL), lands(service, kit.CANONICAL), kit.sse(RESULT)]
    result = side.chat()
    assert result.ending is StreamEnd.SILENT
    assert len(side.texts("change")) == 3


@pytest.mark.clause("C-SSE-4")
def test_a_dropped_stream_is_recovered_from_the_state(side: Any, service: Any, clock: Any, kit: Any) -> None:
    def later(request: httpx.Request) -> None:
        if len(service.sent("/state")) == 4:  # the one before, then 30 s, 90 s, 150 s after
            service.draft = kit.CANONICAL

    service.first("GET /state", *[later] * 6)
    service.events = [kit.sse(CALL), CUT]
    result = side.chat()
    assert result.ending is StreamEnd.DROPPED
    assert result.ok
    assert len(result.changes) == 3
    assert clock.sleeps == [30.0, 60.0, 60.0, 60.0]
    assert len(service.messages) == 1
    assert result.after.draft.raw == kit.CANONICAL


@pytest.mark.clause("C-SSE-4")
def test_five_unchanged_reads_are_reported_as_failure(side: Any, service: Any, clock: Any, kit: Any) -> None:
    service.events = [kit.sse(CALL), CUT]
    result = side.chat()
    assert (result.ending, result.ok, result.changes) == (StreamEnd.DROPPED, False, ())
    assert clock.sleeps == [30.0, 60.0, 60.0, 60.0, 60.0]
    assert len(service.sent("/state")) == 1 + 5
    assert "was not sent again" in side.texts()[-1]
    assert len(service.messages) == 1


@pytest.mark.clause("C-SSE-4", "SSE-8")
def test_recovery_waits_until_the_project_settles(side: Any, service: Any, clock: Any, kit: Any) -> None:
    def grow(request: httpx.Request) -> None:
        read = len(service.sent("/state")) - 1
        service.draft = {"d": 10_000, "t": kit.CANONICAL["t"][: min(read, 3)]}

    service.first("GET /state", *[grow] * 9)
    service.events = [CUT]
    result = side.chat()
    assert result.after.draft.raw["t"] == kit.CANONICAL["t"]
    assert len(clock.sleeps) == 4


@pytest.mark.clause("C-SSE-4")
def test_a_project_that_never_settles_is_reported_in_the_end(side: Any, service: Any, clock: Any) -> None:
    def churn(request: httpx.Request) -> None:
        service.more_state = {"video_analyses": len(service.requests)}

    service.first("GET /state", *[churn] * 99)
    service.events = [CUT]
    assert side.chat().changes == ("The project was updated.",)
    assert len(clock.sleeps) == 15


@pytest.mark.clause("C-SSE-4")
def test_reads_that_fail_count_as_unchanged(side: Any, service: Any, clock: Any, kit: Any) -> None:
    down = [httpx.ConnectError("down")] * 3  # three tries each
    service.first("GET /state", None, *down, *down, None)
    service.events = [kit.sse(CALL), lands(service, kit.CANONICAL), CUT]
    result = side.chat()
    assert result.ok
    assert len(result.changes) == 3
    assert len(service.messages) == 1


@pytest.mark.clause("C-SSE-4")
def test_a_read_that_fails_does_not_mean_settled(side: Any, service: Any, kit: Any) -> None:
    def tracks(count: int) -> Any:
        return lands(service, {"t": kit.CANONICAL["t"][:count]})

    down = [httpx.ConnectError("down")] * 3
    service.first("GET /state", None, lambda _: tracks(1)(), *down, lambda _: tracks(3)(), None)
    service.events = [CUT]
    assert len(side.chat().changes) == 3


@pytest.mark.clause("C-SSE-4")
def test_nothing_known_is_reported_as_nothing_known(side: Any, service: Any) -> None:
    service.first("GET /state", None, *[httpx.ConnectError("down")] * 99)
    service.events = [CUT]
    result = side.chat()
    assert (result.after, result.ok, result.changes) == (None, False, ())


def test_text_that_arrived_whole_counts_though_the_connection_broke(
    side: Any, service: Any, kit: Any
) -> None:
    service.events = [kit.sse(TEXT), CUT]
    result = side.chat()
    assert (result.ending, result.text, result.ok) == (StreamEnd.DROPPED, TEXT["content"], True)
    assert side.texts()[-1] == "The connection was lost after this reply; nothing in the project has changed."


def test_an_event_that_lacks_only_its_blank_line_is_heard(side: Any, service: Any, kit: Any) -> None:
    service.events = [kit.sse(TEXT)[:-2]]
    assert side.chat().text == TEXT["content"]


UNBELIEVABLE = {
    "nothing at all": [],
    "only heartbeats": [BEAT, BEAT],
    "a call without its result": [CALL],
    "words, then a call without its result": [TEXT, CALL],
    "half an event": [TEXT, b'data: {"type":"text","content":"and'],
    "a cut line": [TEXT, b"dat"],
    "half a text": [{"content": {"parts": [{"text": "Hal"}]}, "partial": True}],
    "plain text": [b"Internal Server Error"],
}


@pytest.mark.clause("C-SSE-4", "SSE-4")
@pytest.mark.parametrize("events", UNBELIEVABLE.values(), ids=UNBELIEVABLE.keys())
def test_a_clean_close_is_not_believed_without_a_conclusion(
    side: Any, service: Any, kit: Any, events: Any
) -> None:
    service.events = [kit.sse(*events)]
    result = side.chat()
    assert result.ending is StreamEnd.DROPPED
    assert len(service.messages) == 1
    assert len(service.sent("/state")) == 6


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.WriteError("gone"),
        httpx.RemoteProtocolError("disconnected"),
        lambda _: httpx.Response(502, html="<h1>Bad gateway</h1>"),
        lambda _: httpx.Response(503, json={"code": 503, "message": "", "data": None}),
        lambda _: httpx.Response(200, html="<h1>Hello</h1>"),
        lambda _: httpx.Response(200, json={"code": 0, "message": "success", "data": {}}),
    ],
    ids=["reset", "slow", "gone", "disconnected", "502", "503", "html", "json"],
)
def test_a_message_that_may_have_arrived_is_not_sent_again(side: Any, service: Any, failure: Any) -> None:
    service.first("POST /run_sse", failure)
    result = side.chat()
    assert (result.ending, result.ok) == (StreamEnd.DROPPED, False)
    assert len(service.messages) == 1


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow")])
def test_a_message_that_never_left_is_an_error(side: Any, service: Any, failure: Exception) -> None:
    service.first("POST /run_sse", failure)
    with pytest.raises(errors.ServiceUnavailable):
        side.chat()
    assert len(service.messages) == 1


@pytest.mark.clause("C-AUTH-2", "C-SSE-4", "SSE-2")
def test_a_refusal_before_the_stream_is_no_send(side: Any, service: Any, kit: Any) -> None:
    service.first("POST /run_sse", kit.refusal(1001), kit.refusal(1002), kit.refusal(429, 429))
    assert side.chat().ending is StreamEnd.COMPLETE
    assert len(service.messages) == 4
    assert len({message.headers["authorization"] for message in service.messages}) == 2
    assert len({json.loads(message.content)["session_id"] for message in service.messages}) == 2


@pytest.mark.clause("C-AUTH-2")
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (1001, 200, errors.AuthenticationFailed),
        (1002, 404, errors.SessionNotFound),
        (429, 429, errors.RateLimited),
    ],
)
def test_a_refusal_twice_is_raised(
    side: Any, service: Any, kit: Any, code: int, status: int, error: Any
) -> None:
    service.first("POST /run_sse", *[kit.refusal(code, status)] * 9)
    with pytest.raises(error):
        side.chat()
    assert len(service.messages) == 2


def test_a_new_session_has_nothing_in_it_to_compare_with(side: Any, service: Any, kit: Any) -> None:
    service.draft = kit.CANONICAL
    service.first("POST /run_sse", kit.refusal(1002))
    result = side.chat()
    assert result.before.draft.raw == {}


@pytest.mark.clause("C-SSE-2")
def test_it_says_that_it_still_works_every_two_minutes(side: Any, service: Any, clock: Any, kit: Any) -> None:
    def ten_seconds() -> None:
        clock.time += 10

    service.events = [kit.sse(CALL), *[ten_seconds, kit.sse(BEAT)] * 29, kit.sse(RESULT, TEXT)]
    result = side.chat()
    assert result.ending is StreamEnd.COMPLETE
    assert side.texts("waiting") == [STILL_WORKING] * 2


@pytest.mark.clause("C-SSE-2")
def test_ten_minutes_of_heartbeats_alone_are_enough(side: Any, service: Any, clock: Any, kit: Any) -> None:
    def ten_seconds() -> None:
        clock.time += 10

    started = clock.time
    service.events = [kit.sse(TEXT, CALL), *[ten_seconds, kit.sse(BEAT)] * 200]
    result = side.chat()
    assert (result.ending, result.ok) == (StreamEnd.TIMED_OUT, False)
    assert clock.time - started == pytest.approx(600, abs=100)
    assert len(side.texts("waiting")) == 4


@pytest.mark.clause("C-SSE-2")
def test_fifteen_minutes_are_enough_whatever_comes(side: Any, service: Any, clock: Any, kit: Any) -> None:
    def ten_seconds() -> None:
        clock.time += 10

    def land() -> None:
        service.draft = kit.CANONICAL

    service.events = [land, *[ten_seconds, kit.sse(TEXT)] * 200]
    result = side.chat()
    assert result.ending is StreamEnd.TIMED_OUT
    assert len(result.changes) == 3
    assert len(result.text) // len(TEXT["content"]) == pytest.approx(90, abs=12)


def test_bytes_that_wait_are_read_however_late(side: Any, service: Any, clock: Any, kit: Any) -> None:
    def six_minutes() -> None:
        clock.time += 360

    service.events = [kit.sse(CALL), six_minutes, kit.sse(RESULT, TEXT)]
    assert side.chat().ending is StreamEnd.COMPLETE


def test_an_agent_that_breaks_is_reported_in_plain_words(side: Any, service: Any, kit: Any) -> None:
    frames: list[Any] = [
        {"error": "RuntimeError: kaboom", "error_details": {}},
        b'data: {"error": "kaboom "quoted"\nnewline"}\n\n',
        {"errorCode": "RESOURCE_EXHAUSTED", "errorMessage": "429 quota", "author": "nemo_agent"},
        {"type": "error", "message": "kaboom"},
    ]
    for frame in frames:
        service.events = [kit.sse(CALL, frame)]
        result = side.chat()
        assert (result.ending, result.ok) == (StreamEnd.FAILED, False)
        assert side.texts()[-1].startswith("Something went wrong")
        assert "kaboom" not in " ".join(side.texts())


def test_what_was_done_before_it_broke_is_reported_too(side: Any, service: Any, kit: Any) -> None:
    service.events = [
        kit.sse(CALL),
        lands(service, kit.CANONICAL),
        kit.sse({"error": "RuntimeError: kaboom"}),
    ]
    result = side.chat()
    assert (result.ending, result.ok, len(result.changes)) == (StreamEnd.FAILED, False, 3)
    assert side.texts()[-4:] == ["Something went wrong on the way; this much was done:", *result.changes]


def test_invalid_json_in_one_event_is_skipped_and_counted(side: Any, service: Any, kit: Any) -> None:
    service.events = [kit.sse(CALL, "{broken", "[1]", "nul", RESULT, TEXT)]
    result = side.chat()
    assert (result.ending, result.text, result.skipped) == (StreamEnd.COMPLETE, TEXT["content"], 3)


@pytest.mark.clause("C-GUI-1")
def test_a_preview_in_the_timeline_is_the_track_summary(side: Any, service: Any, kit: Any) -> None:
    service.draft = kit.CANONICAL
    service.events = [kit.sse({"type": "text", "content": "Done. Preview it in the timeline."})]
    side.chat()
    assert side.texts()[-1].startswith("Timeline (3 tracks): 1. Video: city timelapse (0-10s)")


def test_a_chinese_session_is_spoken_to_in_chinese(make_side: Any, service: Any, kit: Any) -> None:
    side = make_side("sync", service.handle, language="zh")
    service.events = [kit.sse(CALL), lands(service, kit.CANONICAL), kit.sse(RESULT)]
    assert side.chat("加标题").changes[2] == '已添加标题："Urban Dreams"'
    assert side.texts()[:2] == ["正在连接...", "已就绪。"]


def test_leaving_early_closes_the_stream_and_the_client_goes_on(service: Any, kit: Any, clock: Any) -> None:
    closed = []

    def endless() -> Any:
        try:
            while True:
                yield kit.sse(TEXT)
        finally:
            closed.append(True)

    headers = {"content-type": "text/event-stream"}
    service.first("POST /run_sse", httpx.Response(200, headers=headers, stream=kit.Body(endless)))
    transport = httpx.MockTransport(service.handle)
    with NemoClient(kit.BASE, transport=transport, clock=clock, timeouts=Timeouts(tick_s=0.2)) as client:
        notices = client.chat("hello")
        assert next(notice for notice in notices if notice.kind == "text").text == TEXT["content"]
        with pytest.raises(RuntimeError, match="not finished"):
            _ = notices.result
        notices.close()
        assert closed == [True]
        with pytest.raises(RuntimeError, match="not finished"):
            notices.finish()
        assert client.chat("again").finish().ending is StreamEnd.COMPLETE


def test_an_async_clock_is_awaited(make_side: Any, service: Any, clock: Any, kit: Any) -> None:
    class AsyncClock:
        def now(self) -> float:
            return float(clock.now())

        async def sleep(self, seconds: float) -> None:
            clock.sleep(seconds)

    side = make_side("async", service.handle, clock=AsyncClock())
    service.events = [kit.sse(CALL), CUT]
    assert side.chat().ending is StreamEnd.DROPPED
    assert clock.sleeps == [30.0, 60.0, 60.0, 60.0, 60.0]


def test_the_async_client_is_used_the_same_way(service: Any, kit: Any) -> None:
    async def use() -> None:
        transport = httpx.MockTransport(service.handle)
        async with AsyncNemoClient(kit.BASE, transport=transport) as client:
            assert await client._clock.sleep(0) is None  # type: ignore[misc]
            left = client.chat("hello")
            with pytest.raises(RuntimeError, match="not finished"):
                _ = left.result
            async for _notice in left:
                break
            await left.aclose()
            with pytest.raises(RuntimeError, match="not finished"):
                await left.finish()
            assert (await client.chat("again").finish()).ending is StreamEnd.COMPLETE
            assert isinstance(await client.ask("status").finish(), State)

    asyncio.run(use())


@pytest.mark.clause("C-SSE-3")
def test_a_state_that_cannot_be_read_after_a_reply_spoils_nothing(side: Any, service: Any, kit: Any) -> None:
    service.first("GET /state", None, kit.refusal(1002))
    result = side.chat()
    assert (result.ending, result.after, result.ok) == (StreamEnd.COMPLETE, None, True)
    assert (
        side.texts()[-1] == "The editing session is gone. Please connect again."
    )  # the reply is not the last word


def test_a_session_lost_on_the_way_is_no_change_but_an_error(side: Any, service: Any, kit: Any) -> None:
    service.first("GET /state", None, *[kit.refusal(1002)] * 9)
    service.events = [kit.sse(CALL, RESULT)]
    with pytest.raises(errors.SessionNotFound):
        side.chat()
    assert service.sessions == 1
    service.script.clear()
    assert side.call("state").session_id
    assert service.sessions == 2


@pytest.mark.clause("C-SSE-4", "ENV-2")
@pytest.mark.parametrize(
    "body",
    [
        b"event: error\ndata: oops\n\n",
        b"event: error\ndata: {}\n\n",
        b'data: {"code": 1001, "message": "bad token", "data": null}\n\n',
        b'{"code": 500, "message": "broken", "data": null}',
        b"data: {}\n\n",
    ],
)
def test_chat_with_a_failure_in_the_stream_reports_a_failure_and_no_lost_connection(
    side: Any, service: Any, body: bytes
) -> None:
    service.events = [body]
    result = side.chat()
    assert (result.ending, result.ok) == (StreamEnd.FAILED, False)
    assert side.texts("info")[-1].startswith("Something went wrong while working on this")
    assert not any("connection" in text for text in side.texts())
    assert len(service.messages) == 1
