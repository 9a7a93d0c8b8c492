"""Films, broken (REN-8, REN-9)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from nemofake.engine.errors import BackendError
from nemofake.http import context

from ..patching import Mutant, around, instead

_FILM = "nemofake.http.media_service:job_video"
_RANGE = "nemofake.http.responses:_RangeResponse._parse_range_header"


def _beyond_the_box(real: Any, *args: Any) -> tuple[int, int]:
    width, height = real(*args)
    return width + 16, height + 16


def _mpeg4(real: Any, container: Any, width: int, height: int, *args: Any) -> Any:
    stream = container.add_stream("mpeg4", rate=30)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    return stream


def _of_token(request: Any) -> Any:
    here = context.context_of(request)
    here.token(request, "read")
    return here


def _free_download(real: Any, self: Any, request: Any, scope: str) -> Any:
    try:
        return real(self, request, scope)
    except BackendError:
        world, wanted = self.backend.data, request.path_params.get("render_id")
        owner = next((value for value, known in world.renders if known == wanted), None)
        if owner is None or not request.url.path.endswith("/download"):
            raise
        return world.tokens[owner]


MUTANTS = (
    Mutant("video-beyond-the-box", "REN-8", "A video is 16 pixels larger than its box.",
           around("nemofake.media.video.model:fit_box", _beyond_the_box)),
    Mutant("half-a-video", "REN-8", "A video is half as long as the draft.",
           around(_FILM, lambda real, job: replace(f := real(job), duration_ms=max(40, f.duration_ms // 2)))),
    Mutant("video-a-second-long", "REN-8", "A video is a second longer than the draft.",
           around(_FILM, lambda real, job: replace(f := real(job), duration_ms=f.duration_ms + 1000))),
    Mutant("video-in-mpeg-4", "REN-8", "A video is MPEG-4 Visual, not H.264.",
           around("nemofake.media.video.mp4:add_h264", _mpeg4)),
    Mutant("output-url-with-token", "REN-9", "The output address needs the token.",
           instead("nemofake.http.routes.media:context", SimpleNamespace(context_of=_of_token))),
    Mutant("download-without-token", "REN-9", "The download needs no token.",
           around("nemofake.http.context:RequestContext.token", _free_download)),
    Mutant("ranges-a-byte-short", "REN-9", "A range lacks its last byte.",
           around(_RANGE, lambda real, *args: [(a, max(a + 1, b - 1)) for a, b in real(*args)])),
    Mutant("ranges-ignored", "REN-9", "A range is answered with the whole file.",
           around(_RANGE, lambda real, *args: [])),
)  # fmt: skip
