"""How a client exports, broken: checks, polls, retries, and the file (C-REN-1, C-REN-2)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from nemoclient import errors, export

from ..patching import Mutant, around, instead, together

_RENDER = "nemoclient.export:_render"
_DOWNLOAD = "nemoclient.export:download"
_ATTEMPT = "nemoclient.export:_attempt"
_LANDING = "nemoclient.files:PartialFile"


def _third_time(real: Any, *args: Any) -> Any:
    try:
        return (yield from real(*args))
    except errors.RenderTimeout:
        raise
    except errors.RenderFailed:
        return (yield from real(*args))


def _only_once(real: Any, context: Any, draft: Any, quality: str) -> Any:
    render_id = yield from export._submit(context, draft, quality)
    job = yield from export._follow(context, render_id)
    if job is None:
        raise errors.RenderFailed(detail=render_id)
    return render_id, job


def _same_id(real: Any, context: Any) -> Any:
    if context.last_render_ms:
        return f"render_{context.last_render_ms}"
    return (yield from real(context))


def _again_when_unfinished(real: Any, *args: Any) -> Any:
    try:
        return (yield from real(*args))
    except errors.RenderTimeout:
        return (yield from real(*args))


def _whole_whatever_comes(real: Any, transfer: Any) -> Any:
    with suppress(errors.TransportError):
        yield from real(transfer)
    return transfer.landing.size > 0


def _any_size(real: Any, context: Any, url: str, landing: Any, size: Any) -> Any:
    yield from real(context, url, landing, None)


def _straight(real: Any, self: Any, path: Path) -> None:
    real(self, path)
    self._temporary.rename(self.path)
    self._temporary = self.path


def _left(real: Any, self: Any, *args: Any) -> None:
    self._file.close()


MUTANTS = (
    Mutant("polls-every-5-s", "C-REN-1", "An export is polled every five seconds.",
           instead("nemoclient.constants:RENDER_POLL_S", 5.0)),
    Mutant("polls-every-60-s", "C-REN-1", "An export is polled every minute.",
           instead("nemoclient.constants:RENDER_POLL_S", 60.0)),
    Mutant("polls-11-times", "C-REN-1", "An export is polled eleven times.",
           instead("nemoclient.constants:RENDER_POLLS", 11)),
    Mutant("polls-2-times", "C-REN-1", "An export is given up after two polls.",
           instead("nemoclient.constants:RENDER_POLLS", 2)),
    Mutant("exports-unready", "C-REN-1", "A draft with nothing on it is sent to be exported.",
           around("nemoclient.draft:Draft.ready", lambda real, self: True)),
    Mutant("no-second-try", "C-REN-1", "An export that fails is not tried again.",
           around(_RENDER, _only_once)),
    Mutant("a-third-and-fourth-try", "C-REN-1", "An export that fails is tried four times.",
           around(_RENDER, _third_time)),
    Mutant("same-id-again", "C-REN-1", "An export that failed is tried again under its old id.",
           around("nemoclient.export:_new_id", _same_id)),
    Mutant("again-when-unfinished", "C-REN-1", "After ten polls it submits the export once more.",
           around(_RENDER, _again_when_unfinished)),
    Mutant("half-video-kept", "C-REN-2", "A download that broke off is taken for the whole video.",
           together(around(_ATTEMPT, _whole_whatever_comes), around(_DOWNLOAD, _any_size))),
    Mutant("final-name-at-once", "C-REN-2", "A download is written under its final name.",
           together(around(f"{_LANDING}.__init__", _straight), around(f"{_LANDING}.__exit__", _left))),
    Mutant("temporary-file-left", "C-REN-2", "A download that failed leaves its temporary file.",
           around(f"{_LANDING}.__exit__", _left)),
)  # fmt: skip
