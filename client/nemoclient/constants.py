"""Every fact of the protocol that more than one module needs, once; durations are seconds."""

from __future__ import annotations

from typing import Final

API_URL: Final = "https://mega-api-prod.nemovideo.ai"
WEB_URL: Final = "https://nemovideo.com"

# Paths, relative to the base URL. AGENT is the app name of the only agent there is (SSE-1).
AGENT: Final = "nemo_agent"
TOKEN_PATH: Final = "/api/auth/anonymous-token"  # noqa: S105  AUTH-1
CLAIM_PATH: Final = "/api/auth/claim-token"  # AUTH-8
SESSION_PATH: Final = f"/api/tasks/me/with-session/{AGENT}"  # SES-1
CHAT_PATH: Final = "/run_sse"  # SSE-1
CREDITS_PATH: Final = "/api/credits/balance/simple"  # CRE-1
STATE_PATH: Final = f"/api/state/{AGENT}/me/{{session}}/latest"  # STA-1
UPLOAD_PATH: Final = f"/api/upload-video/{AGENT}/me/{{session}}"  # UPL-1
RENDER_PATH: Final = "/api/render/proxy/lambda"  # REN-1
DOWNLOAD_PATH: Final = "/api/render/proxy/{render}/download"  # REN-9

# Paths of the web site. REGISTER_PATH is a choice: the documents give only the query, `?bind=<id>`.
REGISTER_PATH: Final = "/register?bind={user}"
CLAIM_PAGE: Final = "/workspace/claim?ct={claim}"  # AUTH-8

# Codes that an envelope carries (section 1), by the name a client thinks of them.
SUCCESS: Final = 0
BAD_TOKEN: Final = 1001
NO_SESSION: Final = 1002
NO_CREDITS: Final = 2001
UNSUPPORTED_FILE: Final = 4001
FILE_TOO_LARGE: Final = 4002
BAD_REQUEST: Final = 400
EXPORT_BLOCKED: Final = 402
FORBIDDEN: Final = 403
UNKNOWN: Final = 404
CONFLICT: Final = 409
RATE_LIMITED: Final = 429

# ENV-3: what a bare HTTP status means where the body has no code of its own.
STATUS_CODES: Final = {401: BAD_TOKEN, 413: FILE_TOO_LARGE, 415: UNSUPPORTED_FILE}

TOKEN_PREFIX: Final = "nmv_usr_"  # noqa: S105  AUTH-1
ANONYMOUS_PREFIX: Final = "anon_"  # AUTH-1

MEDIA_TYPES: Final = {  # UPL-3: the formats, each with the content type a multipart part declares
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
}
MAX_UPLOAD_BYTES: Final = 500 * 1024 * 1024  # UPL-4

RATE_LIMIT_PAUSE_S: Final = 30.0  # C-AUTH-3
STILL_WORKING_S: Final = 2 * 60.0  # C-SSE-2: words at this rhythm when no text comes
GIVE_UP_S: Final = 15 * 60.0  # C-SSE-2: for the whole stream
HEARTBEATS_ONLY_S: Final = 10 * 60.0  # C-SSE-2: for heartbeats and nothing else
STALL_S: Final = 5 * 60.0  # SSE-7: the longest generation; no byte for so long means nobody is there
RECOVERY_FIRST_S: Final = 30.0  # C-SSE-4
RECOVERY_NEXT_S: Final = 60.0  # C-SSE-4
RECOVERY_READS: Final = 5  # C-SSE-4
RENDER_POLL_S: Final = 30.0  # C-REN-1
RENDER_POLLS: Final = 10  # C-REN-1

STILL_WORKING: Final = "⏳ Still working..."  # C-SSE-2
