"""A correct server's answers, written by hand one after the other, for an reference model to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nemocontract.recording import Ending, Event, Exchange, code_of, operation_of
from nemocontract.results import RunResult, Violation
from nemocontract.server_model.oracle import ServerModel
from nemocontract.server_model.turns import Span

DAY_MS = 86_400_000
T0 = 1_767_225_600_000
TOKEN = "nmv_usr_" + "a" * 32
SID, TASK = "1" * 19, "2" * 19
CALL = {"type": "tool_call", "name": "edit_multitrack", "args": {}}
DONE = {"type": "tool_result", "name": "edit_multitrack", "result": {"status": "success"}}
FAILED = {"type": "tool_result", "name": "edit_multitrack", "result": {"status": "error"}}
WORDS = {"type": "text", "content": "Your title is there."}
BEAT = {"type": "heartbeat"}
ATTRIBUTED = {"x-skill-source": "a", "x-skill-version": "1", "x-skill-platform": "b"}
FILM = {
    "filename": "walk_12s.mp4",
    "file_type": "video",
    "cdn_url": "https://cdn.test/1",
    "duration": 12.0,
    "width": 1920,
    "height": 1080,
    "fps": 30,
    "hash": "00",
}


def utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def draft(*titles: str, ms: int = 12_000) -> dict[str, Any]:
    """Return a draft of one clip and some titles."""
    texts = [{"s": 0, "d": 3000, "m": {"text": title}} for title in titles]
    tracks = [{"tt": 0, "sg": [{"s": 0, "d": ms, "m": {"name": "walk"}}], "m": {}}]
    return {"d": ms, "t": [*tracks, *([{"tt": 7, "sg": texts, "m": {}}] if texts else [])]}


class TrafficBuilder:
    """Builds exchanges at ``now_ms`` and shows each to a reference model; one that takes time moves it."""

    def __init__(self, **options: Any) -> None:
        self.run_result = RunResult("by hand")
        self.model = ServerModel(
            self.run_result, **{"alone": True, "profile": "typed,envelope,render-flat", **options}
        )
        self.now_ms, self.seq, self.token, self.user_id = T0, 0, TOKEN, "anon_1"

    # -- what was found ------------------------------------------------------------------------

    @property
    def violations(self) -> list[Violation]:
        return self.run_result.violations

    @property
    def clauses(self) -> list[str]:
        """The clauses of all findings, in order."""
        return [violation.clause for violation in self.run_result.violations]

    def moment(self) -> Span:
        """Return this moment."""
        return Span(self.now_ms, self.now_ms)

    # -- exchanges -----------------------------------------------------------------------------

    def observe(
        self,
        method: str,
        path: str,
        answer: Any = None,
        *,
        status: int = 200,
        body: Any = None,
        events: Sequence[Any] | None = None,
        takes_ms: int = 0,
        headers: Mapping[str, str | None] | None = None,
        ending: Ending = "complete",
        answer_headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Write one down, show it, and return it."""
        began_ms, self.seq = self.now_ms, self.seq + 1
        self.now_ms += takes_ms
        payload = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            **(headers or {}),
        }
        exchange = Exchange(
            seq=self.seq,
            operation=operation_of(method, path),
            method=method,
            path=path,
            at_ms=began_ms,
            ended_at_ms=self.now_ms,
            headers={name: value for name, value in payload.items() if value is not None},
            body=body,
            status=status,
            code=code_of(status, answer),
            answer_headers={"content-type": "text/event-stream", **(answer_headers or {})},
            answer=answer,
            events=None if events is None else tuple(Event(self.now_ms, data) for data in events),
            ending=ending,
        )
        self.model.observe(exchange)
        return exchange

    def ok(self, method: str, path: str, data: Any, **options: Any) -> Exchange:
        return self.observe(method, path, {"code": 0, "message": "success", "data": data}, **options)

    def no(self, method: str, path: str, code: int, *, words: str = "No", **options: Any) -> Exchange:
        status = {"status": 200 if code > 999 else code, **options}
        return self.observe(method, path, {"code": code, "message": words, "data": None}, **status)

    # -- one a call ----------------------------------------------------------------------------

    def issue(self, **options: Any) -> Exchange:
        data = {"token": self.token, "user_id": self.user_id, "credits": 100}
        data |= {"expires_at": utc(self.now_ms + 7 * DAY_MS), **options}
        return self.ok("POST", "/api/auth/anonymous-token", data, headers={"x-client-id": "c1"})

    def session(self, **options: Any) -> Exchange:
        data = {"task_id": TASK, "session_id": SID, "user_id": self.user_id, **options}
        body = {"task_name": "project", "language": "en"}
        return self.ok("POST", "/api/tasks/me/with-session/nemo_agent", data, body=body)

    def upload(self, *files: Mapping[str, Any]) -> Exchange:
        files = files or (FILM,)
        data = {"files": [*files], "session_state_applied": True}
        body = {"urls": [f"https://a.test/{file['filename']}" for file in files], "source_type": "url"}
        return self.ok("POST", f"/api/upload-video/nemo_agent/me/{SID}", data, body=body)

    def state(
        self, found: Any = None, *, infos: Sequence[Any] = (FILM,), takes_ms: int = 0, **options: Any
    ) -> Exchange:
        state = {
            "draft": found or {},
            "video_infos": [*infos],
            "canvas_config": {"width": 1080, "height": 1920},
            "video_analyses": [],
            "generated_media": [],
            **options,
        }
        data = {"session_id": SID, "task_id": TASK, "task_name": "p", "user_id": self.user_id, "state": state}
        return self.ok("GET", f"/api/state/nemo_agent/me/{SID}/latest", data, takes_ms=takes_ms)

    def chat(self, text: str, *events: Any, takes_ms: int = 20_000, **options: Any) -> Exchange:
        return self.observe(
            "POST", "/run_sse", body=message(text), events=events, takes_ms=takes_ms, **options
        )

    def rejected(self, text: str, **options: Any) -> Exchange:
        return self.no("POST", "/run_sse", 2001, body=message(text), **options)

    def credits(self, available: int, frozen: int = 0, total: int | None = None) -> Exchange:
        data = {
            "available": available,
            "frozen": frozen,
            "total": available + frozen if total is None else total,
        }
        return self.ok("GET", "/api/credits/balance/simple", data)

    def submit(self, render_id: str = "r1", found: Any = None, **options: Any) -> Exchange:
        body = {"id": render_id, "sessionId": SID, "draft": draft() if found is None else found}
        answer = {"id": render_id, "status": "pending", "progress": 0, "createdAt": utc(self.now_ms)}
        given = {"body": body, "headers": ATTRIBUTED, **options}
        return self.observe("POST", "/api/render/proxy/lambda", **{"answer": answer, **given})

    def poll(self, status: str, progress: Any, *, created_ms: int = T0, **options: Any) -> Exchange:
        answer = {"id": "r1", "status": status, "progress": progress, "createdAt": utc(created_ms), **options}
        return self.observe("GET", "/api/render/proxy/lambda/r1", answer)

    def begun(self) -> TrafficBuilder:
        """Return itself with a guest, a session and a clip of 12 s in it, looked at once."""
        self.issue()
        self.session()
        self.upload()
        self.state()
        return self


def message(text: str) -> dict[str, Any]:
    return {"session_id": SID, "new_message": {"parts": [{"text": text}]}}
