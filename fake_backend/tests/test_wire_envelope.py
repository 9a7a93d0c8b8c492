"""Envelopes, dates and render shapes to the byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.errors import CATALOGUE, BackendError
from nemofake.wire import DEFAULT, Profile, RenderView, failure, http_date, iso_utc, render_view, success

STRICT = Profile(errors="http-status")
NESTED = Profile(render="render-nested")
T = 1_795_328_540_274

whole_text = st.text(max_size=8)  # by default without surrogates
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | whole_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(whole_text, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.clause("ENV-1")
@given(json_values)
def test_success_has_code_0_and_data(data: Any) -> None:
    assert json.loads(success(data)) == {"code": 0, "message": "success", "data": data}


@pytest.mark.clause("ENV-1", "CRE-1")
def test_success_is_compact_utf8() -> None:
    assert success({"available": 100, "n": "电影"}) == (
        '{"code":0,"message":"success","data":{"available":100,"n":"电影"}}'.encode()
    )


@pytest.mark.clause("ENV-1")
@given(st.text(st.characters(categories=("Cs", "Lo", "Po"))))
def test_lone_surrogate_is_encoded(text: str) -> None:
    body = success({"text": text, "k": "\\" + text})
    read = json.loads(body.decode("utf-8"))["data"]["text"]
    assert read.encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")


@pytest.mark.clause("ENV-1")
def test_read_only_mappings_are_json_objects() -> None:
    data = MappingProxyType({"a": (MappingProxyType({"b": 1}),)})
    assert json.loads(success(data))["data"] == {"a": [{"b": 1}]}


@pytest.mark.clause("ENV-2")
@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("profile", [DEFAULT, STRICT])
def test_failure_has_code_and_null_data(code: int, profile: Profile) -> None:
    answer = failure(BackendError(code, 'quote " and 中'), profile)
    assert json.loads(answer.body) == {
        "code": code,
        "message": f'{CATALOGUE[code].message}: quote " and 中',
        "data": None,
    }
    assert (b"content-type", b"application/json") in answer.headers


@pytest.mark.clause("ENV-3")
@pytest.mark.parametrize(
    ("code", "usual", "strict"),
    [
        (1001, 200, 401),
        (1002, 200, 404),
        (2001, 200, 403),
        (4001, 200, 415),
        (4002, 200, 413),
        (400, 400, 400),
        (402, 402, 402),
        (403, 403, 403),
        (404, 404, 404),
        (409, 409, 409),
        (429, 429, 429),
    ],
)
def test_profile_decides_the_http_status(code: int, usual: int, strict: int) -> None:
    error = BackendError(code)
    assert (failure(error).status, failure(error, STRICT).status) == (usual, strict)
    challenged = (b"www-authenticate", b"Bearer") in failure(error, STRICT).headers
    assert challenged is (strict == 401)


@pytest.mark.clause("AUTH-3")
def test_retry_after_is_sent_only_if_known() -> None:
    known = failure(BackendError(429, retry_after_s=604_800)).headers
    assert (b"retry-after", b"604800") in known
    assert b"retry-after" not in dict(failure(BackendError(429)).headers)


@given(st.integers(0, 253_402_300_799_999))
@pytest.mark.clause("AUTH-1")
def test_iso_date_has_milliseconds(ms: int) -> None:
    text = iso_utc(ms)
    assert len(text) == 24
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo == UTC
    assert round(moment.timestamp() * 1000) == ms
    assert int(parsedate_to_datetime(http_date(ms).decode()).timestamp()) == ms // 1000


@pytest.mark.clause("AUTH-1")
def test_dates_never_fail() -> None:
    assert iso_utc(T) == "2026-11-22T06:22:20.274Z"
    assert http_date(T) == b"Sun, 22 Nov 2026 06:22:20 GMT"
    assert iso_utc(10**30).startswith("9999-12-31T23:59:59.")
    assert http_date(-(10**30)) == b"Thu, 01 Jan 1970 00:00:00 GMT"


DONE = RenderView("render_1", "completed", 100, T, T + 45_000, "http://h/o.mp4", 12_500, 4_096)


@pytest.mark.clause("REN-7")
def test_flat_job_has_fields_at_top_level() -> None:
    assert render_view(RenderView("render_1", "pending", 0, T)) == (
        b'{"id":"render_1","status":"pending","progress":0,"createdAt":"2026-11-22T06:22:20.274Z"}'
    )
    assert render_view(DONE) == (
        b'{"id":"render_1","status":"completed","progress":100,"createdAt":"2026-11-22T06:22:20.274Z",'
        b'"completedAt":"2026-11-22T06:23:05.274Z",'
        b'"output":{"url":"http://h/o.mp4","duration":12.5,"size":4096}}'
    )


@pytest.mark.clause("REN-7")
def test_nested_job_is_inside_data() -> None:
    assert json.loads(render_view(DONE, NESTED)) == {
        "success": True,
        "data": {
            "id": "render_1",
            "status": "completed",
            "progress": 100,
            "createdAt": "2026-11-22T06:22:20.274Z",
            "completedAt": "2026-11-22T06:23:05.274Z",
            "outputUrl": "http://h/o.mp4",
        },
    }


@pytest.mark.clause("REN-6", "REN-7")
@pytest.mark.parametrize("status", ["pending", "processing", "failed", "cancelled"])
@pytest.mark.parametrize("profile", [DEFAULT, NESTED])
def test_job_has_output_only_if_completed(status: Any, profile: Profile) -> None:
    view = RenderView("r", status, 40, T, T + 1, "http://h/secret.mp4", 1, 1, "the encoder stopped")
    body = json.loads(render_view(view, profile))
    fields = body["data"] if profile is NESTED else body
    assert not {"output", "outputUrl"} & set(fields)
    assert fields["error"] == "the encoder stopped"
    assert fields["status"] == status
