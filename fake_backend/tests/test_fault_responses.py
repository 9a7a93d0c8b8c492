"""What faults do to answers that are no streams, which calls they strike, and several of them at once."""

from __future__ import annotations

import gzip
import io
import json
import wave
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake.engine.errors import CATALOGUE
from nemofake.faults.body import OPTIONAL

from .fault_helpers import (
    QUIET_S,
    Heard,
    Wire,
    ask,
    chat,
    chat_with_faults,
    last_entry,
    read_events,
    world_of,
)
from .http_helpers import DRAFT, Api, wire
from .stream_helpers import EDIT, TALK, photo, prepared, until

if TYPE_CHECKING:
    from nemofake.testing import FakeServer

STATE = "/api/state/nemo_agent/me/{}/latest"
BALANCE = "/api/credits/balance/simple"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake_server: FakeServer, client: httpx.Client) -> Api:
    return world_of(nemofake_server, client)


def state(api: Api, *faults: dict[str, Any], **more: str) -> Heard:
    """Read the session's state under these faults."""
    for fault in faults:
        api.world.add_fault(**{"on": "state", **fault})
    return ask(api, "GET", STATE.format(api.session_id), **more)


# -- JSON ---------------------------------------------------------------------------------------------------


def added(value: Any) -> Any:
    if isinstance(value, dict):
        assert value["x_unknown"] == {"nested": [1, None, "x"]}
        return {key: added(item) for key, item in value.items() if key != "x_unknown"}
    return [added(item) for item in value] if isinstance(value, list) else value


def test_extra_fields_adds_fields_to_every_object(api: Api) -> None:
    plain = state(api)
    heard = state(api, {"fault": "extra_fields"})
    assert added(heard.json) == plain.json
    assert (heard.ending, heard.headers["content-length"]) == ("complete", str(len(heard.body)))


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_missing_fields_removes_named_or_optional_fields(api: Api) -> None:
    assert keys(state(api).json) & OPTIONAL
    left = keys(state(api, {"fault": "missing_fields"}).json)
    assert not left & OPTIONAL
    assert {"code", "data", "state", "draft", "session_id", "video_infos", "filename", "cdn_url"} <= left
    api.world.clear_faults()
    heard = state(api, {"fault": "missing_fields", "fields": ["state", "code"]})
    assert not {"state", "code", "draft"} & keys(heard.json)
    assert "task_name" in keys(heard.json)


@pytest.mark.parametrize(("kept_share", "kept"), [(0.5, 0.5), (0.0, 0.0), (0.99, 0.99)])
def test_truncated_json_has_a_matching_length(api: Api, kept_share: float, kept: float) -> None:
    plain = state(api)
    heard = state(api, {"fault": "truncated_json", "kept_share": kept_share})
    assert heard.body == plain.body[: int(len(plain.body) * kept)]
    assert (heard.ending, heard.headers["content-length"]) == ("complete", str(len(heard.body)))
    with pytest.raises(ValueError, match=r".+"):
        json.loads(heard.body)


def test_malformed_json_is_not_json(api: Api) -> None:
    plain = state(api)
    heard = state(api, {"fault": "malformed_json"})
    assert heard.body != plain.body
    assert (heard.status, heard.headers["content-type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r".+"):
        json.loads(heard.body)


@pytest.mark.clause("UPL-5")
def test_partial_upload_lists_fewer_files(api: Api) -> None:
    api.world.add_fault("partial_upload", keep=1, on="upload")
    urls = ["https://example.test/a_5s.mp4", "https://example.test/b_5s.mp4"]
    heard = ask(api, "POST", api.upload_path(), {"urls": urls, "source_type": "url"})
    assert [file["filename"] for file in heard.json["data"]["files"]] == ["a_5s.mp4"]
    names = [info["filename"] for info in api.state()["video_infos"]]
    assert names[-2:] == ["a_5s.mp4", "b_5s.mp4"], "the backend has both"


def test_json_faults_leave_streams_and_videos_unchanged(api: Api) -> None:
    heard = chat_with_faults(
        api, TALK, *({"fault": n} for n in ("extra_fields", "malformed_json", "truncated_json"))
    )
    assert read_events(heard.body)
    assert last_entry(api.world)["notes"] == []


# -- heads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "title"), [(502, "Bad Gateway"), (503, "Service Unavailable"), (504, "Gateway Timeout")]
)
def test_proxy_error_is_html(api: Api, status: int, title: str) -> None:
    heard = state(api, {"fault": "proxy_error", "status": status})
    assert (heard.status, heard.headers["content-type"], heard.ending) == (status, "text/html", "complete")
    assert f"<h1>{status} {title}</h1>".encode() in heard.body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_has_location_and_no_body(api: Api, status: int) -> None:
    heard = state(api, {"fault": "redirect", "status": status, "location": "https://elsewhere.test/x"})
    assert (heard.status, heard.headers["location"], heard.body) == (status, "https://elsewhere.test/x", b"")
    assert heard.ending == "complete"


@pytest.mark.clause("ENV-2", "ENV-3")
@pytest.mark.parametrize("errors", ["envelope", "http-status"])
@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_error_code_uses_the_profiles_envelope_and_status(
    nemofake_server: FakeServer, client: httpx.Client, code: int, errors: str
) -> None:
    api = world_of(nemofake_server, client, profile=errors)
    heard = state(api, {"fault": "error_code", "code": code})
    row = CATALOGUE[code]
    assert heard.status == (row.http_status if errors == "envelope" else row.strict_status)
    assert heard.json == {"code": code, "message": row.message, "data": None}
    assert heard.headers["content-type"] == "application/json"
    assert "retry-after" not in heard.headers


@pytest.mark.clause("AUTH-3")
@pytest.mark.parametrize("retry_after_s", [None, 0, 30])
def test_error_code_429_may_have_retry_after(api: Api, retry_after_s: int | None) -> None:
    api.world.add_fault("error_code", code=429, retry_after_s=retry_after_s, on="token.issue")
    heard = ask(api, "POST", "/api/auth/anonymous-token", **{"X-Client-Id": "another"})
    assert heard.status == 429
    assert heard.headers.get("retry-after") == (None if retry_after_s is None else str(retry_after_s))


def test_content_type_fault_leaves_the_json_unchanged(api: Api) -> None:
    plain = state(api)
    heard = state(api, {"fault": "content_type", "value": "text/plain"})
    assert (heard.headers["content-type"], heard.body) == ("text/plain", plain.body)


def test_gzip_fault_compresses_unasked(api: Api) -> None:
    plain = state(api)
    heard = state(api, {"fault": "gzip"})
    assert (heard.headers["content-encoding"], gzip.decompress(heard.body)) == ("gzip", plain.body)
    assert "content-length" not in heard.headers
    assert keys(last_entry(api.world, "state")["response"]["body"]) == keys(plain.json), (
        "the journal reads it"
    )


@pytest.mark.parametrize("after_backend", [True, False])
@pytest.mark.parametrize(
    "fault", [{"fault": "proxy_error"}, {"fault": "error_code", "code": 409}, {"fault": "redirect"}], ids=str
)
def test_only_faults_that_skip_the_backend_prevent_effects(
    api: Api, fault: dict[str, Any], after_backend: bool
) -> None:
    api.world.add_fault(**fault, after_backend=after_backend, on="render.submit")
    body = {"id": "r1", "sessionId": api.session_id, "draft": DRAFT}
    assert ask(api, "POST", "/api/render/proxy/lambda", body).status in (307, 409, 502)
    api.world.clear_faults()
    assert (api.job("r1").status_code == 200) == after_backend
    entry = last_entry(api.world, "render.submit")
    assert entry["request"]["body"] == body
    assert ("after_backend" in entry["notes"][0]) == after_backend


# -- endings of answers with a length -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ending"), [("cut", "fin"), ("reset", "rst"), ("stall", "open"), ("close", "complete")]
)
def test_cut_response_is_shorter_than_its_length(api: Api, name: str, ending: str) -> None:
    plain = state(api)
    api.world.add_fault(name, after_bytes=20, on="state")
    with Wire(api, "GET", STATE.format(api.session_id)) as line:
        heard = line.hear(QUIET_S if name == "stall" else 10)
    assert (heard.body, heard.ending) == (plain.body[:20], ending)
    # What ends properly announces nothing that it does not send: no client can tell.
    assert heard.headers.get("content-length") == (None if name == "close" else str(len(plain.body)))


@pytest.mark.parametrize(("clean", "ending"), [(False, "fin"), (True, "complete")])
def test_cut_inside_ends_within_a_json_value(api: Api, clean: bool, ending: str) -> None:
    plain = state(api)
    heard = state(api, {"fault": "cut_inside", "clean": clean})
    assert (heard.body, heard.ending) == (plain.body[: len(plain.body) // 2], ending)


@pytest.fixture
def long_file(api: Api) -> tuple[str, bytes]:
    """Return the path of an uploaded file that does not fit into a narrow buffer, and its bytes."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((2, 2, 44_100, 0, "NONE", ""))
        sound.writeframes(bytes(range(256)) * 1_000)
    received = api.upload(("long.wav", out.getvalue())).json()["data"]["files"][0]
    return received["cdn_url"].removeprefix(api.world.url), out.getvalue()


@pytest.mark.parametrize(("name", "ending"), [("cut", "fin"), ("reset", "rst")])
def test_reset_comes_after_everything_sent_has_arrived(
    api: Api, long_file: tuple[str, bytes], name: str, ending: str
) -> None:
    """An RST would throw away all that the client has not taken yet."""
    path, whole = long_file
    api.world.add_fault(name, after_bytes=100_000, on="cdn.media")
    with Wire(api, "GET", path, narrow=True) as line:
        until(lambda: api.world.journal()[-1]["notes"])
        heard = line.hear()
    assert (heard.ending, heard.body) == (ending, whole[:100_000])


def test_head_response_has_no_body_with_any_fault(api: Api) -> None:
    api.submit("r1")
    api.finished("r1")
    path = "/api/render/proxy/r1/download"
    for fault in ("proxy_error", "gzip", "drip", "chunking", "error_code", "close"):
        api.world.add_fault(fault, on="render.download")
        heard = ask(api, "HEAD", path)
        assert (heard.body, heard.ending) == (b"", "complete"), fault
        assert last_entry(api.world, "render.download")["response"]["size"] == 0
        api.world.clear_faults()


# -- output URLs (REN-9) ------------------------------------------------------------------------------------


@pytest.fixture
def film(api: Api) -> tuple[str, bytes]:
    """Return the path of a finished film's URL, and the film."""
    api.submit("r1")
    url = api.finished("r1")["output"]["url"]
    path = url.removeprefix(api.world.url)
    heard = ask(api, "GET", path)
    assert len(heard.body) > 1000
    return path, heard.body


@pytest.mark.clause("REN-9")
def test_fault_on_cdn_render_makes_output_url_404(api: Api, film: tuple[str, bytes]) -> None:
    api.world.add_fault("error_code", code=404, on="cdn.render")
    heard = ask(api, "GET", film[0])
    assert (heard.status, heard.json["code"]) == (404, 404)


@pytest.mark.clause("REN-9", "C-REN-2")
@pytest.mark.parametrize("operation", ["cdn.render", "render.download"])
@pytest.mark.parametrize(("name", "ending"), [("cut", "fin"), ("reset", "rst"), ("close", "complete")])
def test_fault_on_download_makes_it_short(
    api: Api, film: tuple[str, bytes], operation: str, name: str, ending: str
) -> None:
    api.world.add_fault(name, after_bytes=1000, on=operation)
    path = film[0] if operation == "cdn.render" else "/api/render/proxy/r1/download"
    heard = ask(api, "GET", path)
    assert (heard.status, heard.body, heard.ending) == (200, film[1][:1000], ending)
    assert last_entry(api.world, operation)["response"]["size"] == 1000


# -- which calls --------------------------------------------------------------------------------------------


def codes(api: Api, count: int) -> list[int]:
    return [ask(api, "GET", BALANCE).json["code"] for _ in range(count)]


def test_rule_with_nth_applies_to_that_call_only(api: Api) -> None:
    codes(api, 2)
    api.world.add_fault("error_code", code=2001, on="credits", nth=3)
    state(api)
    assert codes(api, 4) == [0, 0, 2001, 0], "counted from when it was set, and other operations do not count"


def test_rule_on_any_counts_every_operation(api: Api) -> None:
    api.world.add_fault("error_code", code=2001, nth=2)
    assert state(api).json["code"] == 0
    assert codes(api, 2) == [2001, 0]


def test_rules_count_calls_separately(api: Api) -> None:
    api.world.add_fault("error_code", code=2001, on="credits", nth=2)
    assert codes(api, 1) == [0]
    api.world.add_fault("error_code", code=1001, on="credits", nth=2)
    assert codes(api, 3) == [2001, 1001, 0]


def test_rule_with_share_is_drawn_from_the_seed(nemofake_server: FakeServer, client: httpx.Client) -> None:
    def drawn(seed: int) -> list[int]:
        api = world_of(nemofake_server, client, seed=seed)
        api.world.add_fault("error_code", code=2001, on="credits", share=0.5)
        return codes(api, 40)

    first = drawn(1)
    assert drawn(1) == first
    assert drawn(2) != first
    assert 8 < first.count(2001) < 32


@pytest.mark.parametrize(("share", "code"), [(0.0, 0), (1.0, 2001)])
def test_rule_with_share_0_or_1_applies_never_or_always(api: Api, share: float, code: int) -> None:
    api.world.add_fault("error_code", code=2001, on="credits", share=share)
    assert codes(api, 10) == [code] * 10


def test_rule_applies_only_within_its_time(nemofake_server: FakeServer, client: httpx.Client) -> None:
    api = world_of(nemofake_server, client, clock="manual")
    api.world.add_fault("error_code", code=2001, on="credits", from_ms=60_000, until_ms=120_000)
    seen = []
    for seconds in (0, 59.999, 0.001, 59.999, 0.001):
        api.world.clock.advance(seconds)
        seen += codes(api, 1)
    assert seen == [0, 0, 2001, 2001, 0]


def test_rule_with_time_and_nth_counts_calls_within_its_time(
    nemofake_server: FakeServer, client: httpx.Client
) -> None:
    api = world_of(nemofake_server, client, clock="manual")
    api.world.add_fault("error_code", code=2001, on="credits", from_ms=60_000, nth=2)
    assert codes(api, 3) == [0, 0, 0]
    api.world.clock.advance(60)
    assert codes(api, 3) == [0, 2001, 0]


def test_control_and_unknown_paths_have_no_faults(api: Api) -> None:
    api.world.add_fault("proxy_error", nth=1)
    assert ask(api, "GET", "/__fake__/faults").status == 200
    assert ask(api, "GET", "/nowhere").status == 404
    assert ask(api, "GET", "/openapi.json").status == 200
    assert ask(api, "GET", BALANCE).status == 502


# -- several at once ----------------------------------------------------------------------------------------


def test_faults_transform_in_the_order_they_were_added(
    nemofake_server: FakeServer, client: httpx.Client
) -> None:
    api = world_of(nemofake_server, client, clock="manual")
    plain = chat_with_faults(world_of(nemofake_server, client), EDIT).body
    before_ms = api.world.clock.now_ms
    heard = chat_with_faults(
        api,
        EDIT,
        {"fault": "delay", "ms": 7_000},
        {"fault": "line_ends", "style": "crlf"},
        {"fault": "bom"},
        {"fault": "cut", "after_bytes": 50},
        {"fault": "chunking", "size": 1},
    )
    assert heard.chunks == [bytes([byte]) for byte in (b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))[:50]]
    assert heard.ending == "fin"
    entry = last_entry(api.world)
    assert entry["notes"] == [
        "delay (ms 7000)", "line_ends (style crlf)", "bom", "cut after 50 bytes", "chunking (size 1)"
    ]  # fmt: skip
    assert entry["response"]["at_ms"] - before_ms >= 7_000


def test_delay_and_error_code_combine(nemofake_server: FakeServer, client: httpx.Client) -> None:
    api = world_of(nemofake_server, client)
    before_ms = api.world.clock.now_ms
    assert (
        state(api, {"fault": "delay", "ms": 9_000}, {"fault": "error_code", "code": 1002}).json["code"]
        == 1002
    )
    assert api.world.clock.now_ms - before_ms == 9_000


def test_fault_at_ms_applies_within_another_faults_wait(
    nemofake_server: FakeServer, client: httpx.Client
) -> None:
    api = world_of(nemofake_server, client)
    before_ms = api.world.clock.now_ms
    heard = chat_with_faults(api, TALK, {"fault": "heartbeats_only"}, {"fault": "close", "at_ms": 25_000})
    assert (len(heard.chunks), heard.ending) == (2, "complete")
    assert api.world.clock.now_ms - before_ms == 25_000


def test_gzip_twice_names_both_encodings(api: Api) -> None:
    plain = state(api)
    heard = state(api, {"fault": "gzip"}, {"fault": "gzip"})
    assert heard.headers["content-encoding"] == "gzip, gzip"
    assert gzip.decompress(gzip.decompress(heard.body)) == plain.body


# -- the journal --------------------------------------------------------------------------------------------


@pytest.mark.clause("C-SEC-1")
def test_journal_of_faulty_response_shows_no_secret(
    nemofake_server: FakeServer, client: httpx.Client
) -> None:
    for fault in (
        {"fault": "gzip"},
        {"fault": "chunking"},
        {"fault": "malformed_json"},
        {"fault": "drip", "size": 5},
    ):
        api = world_of(nemofake_server, client)
        api.world.add_fault(**fault, on="token.issue")
        answer = ask(api, "POST", "/api/auth/anonymous-token", **{"X-Client-Id": "another"})
        assert answer.ending == "complete"
        token = json.loads(json.dumps(api.world.accounts()[-1]["tokens"][0]["token"]))
        assert token not in json.dumps(api.world.journal())


@pytest.mark.parametrize(
    "fault", [{"fault": "drip"}, {"fault": "reset", "after_bytes": 99}, {"fault": "temporary_issue"}], ids=str
)
def test_same_seed_gives_the_same_journal_with_faults(
    nemofake_server: FakeServer, client: httpx.Client, fault: dict[str, Any]
) -> None:
    journals = []
    for _ in range(2):
        api = prepared(nemofake_server.world("fault-twin", seed=7), client)
        chat_with_faults(api, EDIT, {**fault, "share": 0.9})
        state(api, {"fault": "truncated_json", "share": 0.5})
        journals.append(json.dumps(api.world.journal()))
    assert journals[0] == journals[1]
    assert fault["fault"] in journals[0]


def test_world_without_rules_matches_nothing(api: Api) -> None:
    assert api.world.call(lambda world: world.fault_rules.any_active(b"Bearer nmv_usr_0123")) is False
    with chat(api) as line:
        assert line.hear().ending == "complete"
    assert photo(api)
