"""Every number of the protocol, as one value with defaults.

Nothing else in the engine holds a number of the protocol. A scenario, an option or a test replaces
fields with ``dataclasses.replace``; durations are milliseconds of engine time.
"""

from __future__ import annotations

from dataclasses import dataclass

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_DAY = 24 * 60 * _MINUTE


@dataclass(frozen=True, slots=True)
class Parameters:
    """The numbers that one world uses; defaults are today's protocol, clause ids beside each."""

    # Tokens
    token_lifetime_ms: int = 7 * _DAY  # AUTH-5
    token_window_ms: int = 7 * _DAY  # AUTH-3, AUTH-4
    tokens_per_client: int = 1  # AUTH-3
    tokens_per_ip: int = 10  # AUTH-4
    client_id_must_be_uuid: bool = False  # AUTH-1 shows a UUID, AUTH-2 refuses blank ids only
    anonymous_credits: int = 100  # AUTH-1
    claim_lifetime_ms: int = 7 * _DAY  # AUTH-8
    refusal_retry_after_s: int = 30  # the wait that the error table names for a transient 429

    # Sessions
    default_language: str = "en"  # SES-1

    # Chat
    silent_share: float = 0.30  # SSE-5
    heartbeat_interval_ms: int = 10 * _SECOND  # SSE-6
    text_ms: tuple[int, int] = (5 * _SECOND, 15 * _SECOND)  # SSE-7
    edit_ms: tuple[int, int] = (10 * _SECOND, 30 * _SECOND)  # SSE-7
    generation_ms: tuple[int, int] = (100 * _SECOND, 300 * _SECOND)  # SSE-7
    stream_limit_ms: int = 15 * _MINUTE  # SSE-7
    temporary_issue_share: float = 0.0  # SSE-10 says "may"; no share is documented
    temporary_issue_text: str = "I encountered a temporary issue. Please try again later."  # SSE-10

    # Credits
    generation_price: int = 100  # CRE-2
    editing_price: int = 50  # CRE-2

    # Uploads
    max_upload_bytes: int = 500 * 1024 * 1024  # UPL-4
    max_files_per_upload: int = 20  # silent in the protocol; a bound against floods
    silence_depth_db: float = 45.0  # STA-1: sound this far below full scale is silence
    silence_min_ms: int = 300  # STA-1: shorter pauses do not count

    # Export
    render_ms: tuple[int, int] = (30 * _SECOND, 90 * _SECOND)  # REN-6
    render_pending_share: float = 0.1  # REN-6: how much of a job's time it waits as `pending`
    render_stuck_ms: int = 60 * _MINUTE  # REN-6: how much longer a job that hangs is `processing`
    render_kept_ms: int = 0  # REN-9: how long a finished video can be fetched; 0: for ever
    render_max_width: int = 1080  # REN-8
    render_max_height: int = 1920  # REN-8
    render_box_turns: bool = True  # REN-8, assumed: a landscape canvas gets a box of 1920x1080
    attribution_required: bool = True  # REN-3
    max_draft_ms: int = 4 * 60 * _MINUTE  # silent in the protocol; a bound against absurd exports
    max_draft_tracks: int = 100  # silent in the protocol, as is the next
    max_draft_segments: int = 5_000  # of all tracks together

    # What the documents are silent about, bounded so that no request can exhaust the server
    max_message_chars: int = 20_000
    max_name_chars: int = 256
