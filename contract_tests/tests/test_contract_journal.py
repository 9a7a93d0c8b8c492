"""Files of recorded traffic: which form one has, and what is said of those that have none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nemocontract.recording.files import read_recording, read_traffic
from nemocontract.recording.journal import read_records

from .traffic_helpers import SESSION, TOKEN


def record(seq: int = 1, **kwargs: Any) -> dict[str, Any]:
    """Return a record as the fake writes it."""
    return {
        "seq": seq,
        "operation": "credits",
        "at_ms": 1000 * seq,
        "ended_at_ms": 1000 * seq + 5,
        "client": "127.0.0.1",
        "request": {
            "method": "GET",
            "path": "/w/one/api/credits/balance/simple",
            "http_version": "1.1",
            "headers": {"authorization": f"Bearer {TOKEN}"},
            "size": 0,
            "body": None,
        },
        "response": {
            "at_ms": 1000 * seq,
            "status": 200,
            "headers": {"content-type": "application/json"},
            "size": 2,
            "body": {"code": 0, "message": "success", "data": {"available": 5}},
        },
        "ending": "complete",
        "notes": [],
        **kwargs,
    }


HAR = {
    "log": {
        "version": "1.2",
        "creator": {"name": "a proxy", "version": "1"},
        "entries": [
            {
                "startedDateTime": "2026-01-01T00:00:00Z",
                "time": 5,
                "request": {"method": "GET", "url": "http://h/api/credits/balance/simple"},
                "response": {"status": 200, "content": {"text": '{"code":0}'}},
            }
        ],
    }
}


class TestRecords:
    def test_an_exchange(self) -> None:
        (read,) = read_records([record()])
        assert (read.operation, read.path) == ("credits", "/api/credits/balance/simple")
        assert (read.at_ms, read.ended_at_ms, read.code, read.ending) == (1000, 1005, 0, "complete")
        assert read.data == {"available": 5}

    def test_one_without_an_answer(self) -> None:
        (read,) = read_records([record(response=None, ended_at_ms=None, ending=None)])
        assert (read.status, read.code, read.ended_at_ms, read.ending) == (None, None, 1000, "open")

    def test_frames_that_a_fault_broke_up_are_put_together_again(self) -> None:
        frames = [
            {"at_ms": 1, "data": {"type": "heartbeat"}},
            {"at_ms": 2, "raw": 'data: {"type":"te'},
            {"at_ms": 3, "raw": 'xt","content":"Hi"}\n\n'},
            {"at_ms": 4, "data": ""},
            {"at_ms": 5, "raw": "data: half an ev"},
        ]
        answer = {"status": 200, "headers": {"content-type": "text/event-stream"}, "events": frames}
        (read,) = read_records([record(response=answer)])
        assert read.events is not None
        assert [(one.at_ms, one.data) for one in read.events] == [
            (1, {"type": "heartbeat"}),
            (3, {"type": "text", "content": "Hi"}),
            (4, ""),
        ]

    @pytest.mark.parametrize("bad", ["text", None, {}, {"seq": 1}, {**record(), "request": None}])
    def test_what_is_none_is_named_by_its_number(self, bad: Any) -> None:
        with pytest.raises(ValueError, match="record 2 is none of a journal"):
            read_records([record(), bad])


class TestFiles:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "recorded"

    def test_a_journal(self, file: Path) -> None:
        file.write_text(json.dumps([record(1), record(2)], indent=1), encoding="utf-8")
        read = read_recording(file)
        assert (read.form, read.real, len(read.traffic)) == ("journal", False, 2)

    def test_an_empty_journal(self, file: Path) -> None:
        file.write_text("[]", encoding="utf-8")
        assert read_traffic(file) == ()

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_lines(self, file: Path, end: str) -> None:
        lines = [json.dumps(record(1)), "", json.dumps(record(2)), ""]
        file.write_bytes(end.join(lines).encode())
        assert read_recording(file).form == "lines"
        assert [one.seq for one in read_traffic(file)] == [1, 2]

    def test_a_single_line(self, file: Path) -> None:
        file.write_text(json.dumps(record(4)), encoding="utf-8")
        assert [one.seq for one in read_traffic(file)] == [4]

    def test_a_line_with_every_kind_of_line_end_in_its_text(self, file: Path) -> None:
        odd = record(1)
        odd["request"]["body"] = "one\u2028two\x85three\x0bfour"
        lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in (odd, record(2)))
        file.write_text(lines, encoding="utf-8")
        assert [one.seq for one in read_traffic(file)] == [1, 2]

    def test_a_har_whose_times_are_real(self, file: Path) -> None:
        file.write_text(json.dumps(HAR), encoding="utf-8-sig")
        read = read_recording(file)
        assert (read.form, read.real, len(read.traffic)) == ("har", True, 1)

    def test_a_har_of_the_fake_whose_times_are_the_engines(self, file: Path) -> None:
        log = {**HAR["log"], "creator": {"name": "nemofake", "version": "1"}}
        file.write_text(json.dumps({"log": log}), encoding="utf-8")
        assert not read_recording(file).real

    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"", "it is empty"),
            (b" \n", "it is empty"),
            (b"\xff\xfe\x00", "no text in UTF-8"),
            (b"GET / HTTP/1.1", "no JSON"),
            (b"{}", "JSON, but no recorded traffic"),
            (b'"text"', "JSON, but no recorded traffic"),
            (b'{"code":0,"data":[]}', "JSON, but no recorded traffic"),
            (b"[1]", "record 1 is none of a journal"),
            (b'{"log":{}}', "no HAR"),
            (b'{"log":{"entries":[{}]}}', "entry 1 of the HAR cannot be read"),
            (json.dumps(record()).encode() + b"\n{oops\n", "line 2 is no JSON"),
            (json.dumps(record()).encode() + b"\n7\n", "record 2 is none of a journal"),
            (b"[" * 100_000, "nested too deeply"),
        ],
    )
    def test_anything_else_is_one_clear_line(self, file: Path, data: bytes, text: str) -> None:
        file.write_bytes(data)
        with pytest.raises(ValueError, match=text) as raised:
            read_traffic(file)
        assert str(raised.value).startswith(f"{file}: ")
        assert "\n" not in str(raised.value)

    def test_a_file_that_is_not_there(self, file: Path) -> None:
        with pytest.raises(ValueError, match="No such file"):
            read_traffic(file)

    def test_no_file_is_reported_with_what_it_holds(self, file: Path) -> None:
        file.write_text(json.dumps([{"request": {"path": f"/{SESSION}?{TOKEN}"}}]), encoding="utf-8")
        with pytest.raises(ValueError, match="record 1") as raised:
            read_traffic(file)
        assert TOKEN not in str(raised.value)
