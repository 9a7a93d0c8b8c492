"""Every request and response of a world with engine time, readable as JSON lines and as HAR, secrets masked.

Entries store raw bytes while traffic flows; they are decoded when they are read. A reader gets one
JSON object per exchange (``to_records``, ``to_json``, ``to_ndjson``), times in engine milliseconds:

    {"seq": 1, "operation": "chat", "at_ms": …, "ended_at_ms": … | null, "client": "127.0.0.1",
     "request": {"method", "path", "http_version", "headers": {…}, "size", "body"},
     "response": null | {"at_ms", "status", "headers": {…}, "size", "body" | "events": [{"at_ms", "data"}]},
     "ending": "complete" | "client-gone" | "cut" | null, "notes": []}

- ``path`` holds the query. Header names are lower-case; a header sent twice is joined by ``", "``.
- ``body`` is the parsed value if an object or array was sent, else the text; null if there was none.
  What is not UTF-8 text has ``body`` null and ``body_base64``; what could not be unpacked,
  ``body`` null and ``body_omitted`` with the reason. Compressed bodies are shown unpacked.
- ``size`` counts all bytes of the body; ``"truncated": true`` is set if fewer were stored, and with it
  ``sha256`` of a whole request body.
- An upload has ``"uploads": [{"filename", "size", "hash"}]`` in place of a body's text.
- An event's ``data`` is the parsed value, or the text, after ``data:``; a frame that is not one or more
  plain ``data:`` lines, as faults make them, has ``raw`` instead.
- ``ending`` null: the exchange is still open.
- A journal is bounded in entries and bytes. If older exchanges were dropped, the first element, or line, is
  ``{"dropped": N}``; HAR has ``log._dropped`` and a comment.

Secrets (C-SEC-1) read as ``nmv_usr_***3f9c``: the four digits tell different ones apart and are the same
on every run. The server's own address reads ``nemofake``, and sizes that depend on it are corrected, so
that the same seed gives the same journal on any port.
"""

from __future__ import annotations

from .har import har_pieces, to_har
from .journal import BODY_CAP, Ending, Entry, Journal, Upload
from .masking import Mask, mask_for
from .render import json_pieces, ndjson_pieces, to_json, to_ndjson, to_records

__all__ = [
    "BODY_CAP",
    "Ending",
    "Entry",
    "Journal",
    "Mask",
    "Upload",
    "har_pieces",
    "json_pieces",
    "mask_for",
    "ndjson_pieces",
    "to_har",
    "to_json",
    "to_ndjson",
    "to_records",
]
