"""The bytes of the backend's responses, one switch per wire profile (PROTOCOL section 9)."""

from __future__ import annotations

from .encoding import http_date, iso_utc
from .envelope import Failure, Headers, failure, success
from .profile import DEFAULT, Profile, RenderView, render_view
from .sse import EMPTY_FRAME, HEARTBEAT_FRAME, AdkVersion, Encoder, encoder, error_frame

__all__ = [
    "DEFAULT",
    "EMPTY_FRAME",
    "HEARTBEAT_FRAME",
    "AdkVersion",
    "Encoder",
    "Failure",
    "Headers",
    "Profile",
    "RenderView",
    "encoder",
    "error_frame",
    "failure",
    "http_date",
    "iso_utc",
    "render_view",
    "success",
]
