"""Read-only views of a world for a page or a tool: now, or as it was at an earlier moment."""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, BinaryIO

from ..engine.backend import MAGIC_PREFIX
from ..engine.errors import BackendError
from ..engine.renders import RenderJob
from ..engine.sessions import Session
from ..engine.timeline import to_draft
from ..faults import FAULTS, Fault
from ..journal import Entry, mask_for
from ..journal.masking import Mask
from .changes import wait_for_change
from .control import Control, newest_records, secrets_of
from .openapi.control_models import Clock
from .openapi.inspection_models import (
    CreditStep,
    FaultField,
    FaultType,
    Finding,
    Findings,
    LiveState,
    RenderInfo,
    RequestPage,
    RequestSummary,
    SessionDetail,
    SessionFile,
    SessionRevision,
    SessionSummary,
)
from .request_models import AsOf, RequestQuery

_SCENARIO = re.compile(rf"Bearer\s+{MAGIC_PREFIX}([^.\s]+)".encode(), re.IGNORECASE)
_MAX_SESSIONS, _MAX_RENDERS, _MAX_JUDGED = 500, 500, 1_000
_PAUSE_S, _TICK_S = 0.1, 1.0
# By name, since the fake does not depend on the contract suite: the same distribution has it, if installed.
_JUDGE = "nemocontract.commands.findings"
_END_OF_TIME = 1 << 62


@dataclass(frozen=True, slots=True)
class Inspection(Control):
    """The views of one world. They change nothing, and are in no journal."""

    # -- requests ------------------------------------------------------------------------------

    def list_requests(self, query: RequestQuery) -> RequestPage:
        """List requests that match, oldest first, `limit` of them from position `offset` on."""
        journal = self.world.journal
        entries: Sequence[Entry] = journal.entries
        if query.text or query.at_ms is not None:
            entries = [entry for entry in entries if _matches(entry, query)]
        shown = entries[query.offset : query.offset + query.limit]
        mask = mask_for("", secrets_of(self.world))
        return RequestPage(
            total=len(entries),
            offset=query.offset,
            dropped=journal.dropped,
            items=[_summary(entry, mask) for entry in shown],
        )

    # -- sessions, credits, render jobs --------------------------------------------------------

    def list_sessions(self, query: AsOf) -> list[SessionSummary]:
        """List the newest 500 sessions; edits after `at_ms` are not counted."""
        self.world.run_due()
        sessions = [*self.world.backend.data.sessions.values()][-_MAX_SESSIONS:]
        return [_session(session, query) for session in sessions]

    def read_session(self, query: AsOf, session_id: str) -> SessionDetail:
        """Read a session with its draft after each edit up to `at_ms`."""
        self.world.run_due()
        session = self.world.backend.data.sessions.get(session_id)
        if session is None:
            raise BackendError(404, f"no session {session_id[:80]!r}")
        revisions = [
            SessionRevision(at_ms=r.at_ms, edit=r.edit, draft=to_draft(r.timeline))
            for r in session.revisions
            if r.at_ms <= _moment(query)
        ]
        return SessionDetail(session=_session(session, query), files=_files(session), revisions=revisions)

    def list_credits(self, query: AsOf, user_id: str) -> list[CreditStep]:
        """List the newest 1,000 changes of an account's credits up to `at_ms`, oldest first."""
        self.world.run_due()
        account = self.world.backend.data.accounts.get(user_id)
        if account is None:
            raise BackendError(404, f"no account {user_id[:80]!r}")
        steps = [change for change in account.ledger.changes if change.at_ms <= _moment(query)]
        return [CreditStep(**step._asdict()) for step in steps]

    def list_renders(self, query: AsOf) -> list[RenderInfo]:
        """List the newest 500 render jobs as they were at `at_ms`."""
        self.world.run_due()
        now_ms = self.world.backend.now_ms
        moment_ms = min(_moment(query), now_ms)
        jobs = [job for job in self.world.backend.data.renders.values() if job.created_at_ms <= moment_ms]
        return [_render(job, now_ms, moment_ms) for job in jobs[-_MAX_RENDERS:]]

    async def open_video(self, name: str) -> tuple[BinaryIO, RenderJob]:
        """Open the video of a completed render job; raise 404."""
        job = self.world.backend.render_at(self.world.now_ms, f"/cdn/renders/{name}")
        return await self.world.media.open_render(job), job

    # -- faults, findings ----------------------------------------------------------------------

    def list_fault_types(self) -> list[FaultType]:
        """List the faults that can be added, with their fields."""
        return [_fault_type(kind) for _, kind in sorted(FAULTS.items())]

    async def list_findings(self) -> Findings:
        """Judge the newest 1,000 requests by the client rules of the contract suite, if it is installed."""
        judge = _judge()
        if judge is None:
            return Findings(available=False, judged=0, items=[])
        records = newest_records(self.world, _MAX_JUDGED)
        found = await asyncio.to_thread(judge, records)
        return Findings(available=True, judged=len(records), items=[Finding(**item) for item in found])

    # -- live ----------------------------------------------------------------------------------

    def live_state(self) -> LiveState:
        """Return what an event of the live stream says now."""
        world, data = self.world, self.world.backend.data
        return LiveState(
            world=world.name,
            clock=Clock(mode=world.clock.mode, now_ms=world.now_ms),
            resets=world.resets,
            requests=len(world.journal) + world.journal.dropped,
            dropped=world.journal.dropped,
            open_requests=len(world.journal.open_entries),
            accounts=len(data.accounts),
            sessions=len(data.sessions),
            renders=len(data.renders),
            scenario=world.scenario,
            faults=len(world.fault_rules.active),
        )

    async def live(self) -> AsyncIterator[bytes]:
        """Yield an event whenever the state differs, at most ten a second; it ends with the world."""
        shown = None
        with self.world.changes.watcher() as watcher:
            while not self.world.clock.streams_closed:
                state = self.live_state()
                # A comment when nothing has changed: writing is how a server learns that a client is gone.
                yield f"data: {state.model_dump_json()}\n\n".encode() if state != shown else b":\n\n"
                shown = state
                await wait_for_change(watcher, pause_s=_PAUSE_S, timeout_s=_TICK_S)


def _moment(query: AsOf) -> int:
    return _END_OF_TIME if query.at_ms is None else query.at_ms


def _matches(entry: Entry, query: RequestQuery) -> bool:
    """Whether every word of the filter is in what a row of the list shows."""
    if query.at_ms is not None and entry.started_at_ms > query.at_ms:
        return False
    text = f"{entry.method} {entry.path} {entry.operation} {entry.status} {entry.ending} {entry.code}"
    shown = " ".join((text, *entry.notes, _scenario(entry) or "")).lower()
    return all(word in shown for word in query.text.lower().split())


def _scenario(entry: Entry) -> str | None:
    """Return the scenario of a magic token."""
    for name, value in entry.request_headers:
        if name == b"authorization" and (match := _SCENARIO.match(value)):
            return match[1].decode("latin-1")
    return None


def _summary(entry: Entry, mask: Mask) -> RequestSummary:
    return RequestSummary(
        seq=entry.seq,
        operation=entry.operation,
        method=entry.method,
        path=mask.text(entry.path),
        at_ms=entry.started_at_ms,
        duration_ms=None if entry.ended_at_ms is None else entry.ended_at_ms - entry.started_at_ms,
        status=entry.status,
        code=entry.code,
        ending=entry.ending,
        faults=list(entry.notes),
        scenario=_scenario(entry),
    )


def _session(session: Session, query: AsOf) -> SessionSummary:
    return SessionSummary(
        session_id=session.session_id,
        task_name=session.task_name,
        user_id=session.account.user_id,
        language=session.language,
        revisions=sum(revision.at_ms <= _moment(query) for revision in session.revisions),
        running_turns=len(session.running),
    )


def _files(session: Session) -> list[SessionFile]:
    uploaded = [(item.filename, item.file_type, item.duration_ms) for item in session.footage]
    generated = [(clip.name, "generated", clip.duration_ms) for clip in session.generated]
    return [SessionFile(name=n, kind=kind, duration_ms=ms or 0) for n, kind, ms in (*uploaded, *generated)]


def _render(job: RenderJob, now_ms: int, moment_ms: int) -> RenderInfo:
    job.advance(now_ms)
    state, progress = job.seen_at(moment_ms)
    is_playable = state == "completed" and not job.is_gone(now_ms)
    return RenderInfo(
        render_id=job.render_id,
        session_id=job.session_id,
        created_at_ms=job.created_at_ms,
        ended_at_ms=job.ended_at_ms if state in ("completed", "failed", "cancelled") else None,
        state=state,  # type: ignore[arg-type]  # the engine's states
        progress=progress,
        duration_ms=job.length_ms,
        video=job.path.rpartition("/")[2] if is_playable else None,
    )


def _fault_type(kind: type[Fault]) -> FaultType:
    described: Iterable[Any] = fields(kind)  # type: ignore[arg-type]  # each is a dataclass
    return FaultType(
        name=kind.name,
        description=(kind.__doc__ or "").partition("\n")[0],
        operations=sorted(kind.applies_to),
        fields=[
            FaultField(name=f.name, type=_field_type(str(f.type)), default=_default(f)) for f in described
        ],
    )


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default if not isinstance(field.default, tuple) else list(field.default)
    return None


def _field_type(annotation: str) -> str:
    """Return which kind of input takes a field, by its annotation."""
    plain = annotation.replace(" | None", "")
    if plain == "bool":
        return "boolean"
    if plain in ("Count", "Ordinal", "Milliseconds", "Share", "int", "float"):
        return "number"
    return "text" if plain in ("Text", "Line", "HeaderText", "str") else "json"


def _judge() -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None:
    try:
        found: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = importlib.import_module(
            _JUDGE
        ).findings
    except ModuleNotFoundError:
        return None
    return found
