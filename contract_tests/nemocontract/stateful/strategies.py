"""What sequences are drawn from: worlds, people, messages, files, and everything that can be wrong."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

from hypothesis import strategies as st

from nemocontract.server_model.messages import MESSAGES
from nemocontract.stateful import actions
from nemocontract.stateful.actions import ENDPOINTS, LACKING, READY, UNREADY
from nemocontract.stateful.trace import WorldSettings

# PROTOCOL section 9: every combination of the wire's switches, today's first.
PROFILES: Final = tuple(
    ",".join(names)
    for names in product(("typed", "adk"), ("envelope", "http-status"), ("render-flat", "render-nested"))
)
_MOST: Final = 7  # people and things are numbers below this, modulo how many there are
_SCOPES: Final = (None, None, ("*",), ("read", "write"), ("read", "write", "upload", "render"), ("read",))
_CLIPS: Final = (
    ("https://example.com/walk_12s.mp4",),
    ("https://example.com/a_7s.mov", "https://example.com/b_9s.webm"),
    ("https://example.com/song_20s.mp3",),
    ("https://example.com/photo.JPG",),
    ("https://example.com/ok_8s.mp4", "https://example.com/no.exe"),
)
# UPL-3, and what looks like it.
_ENDINGS: Final = (
    *("mp4", "mov", "avi", "webm", "mkv", "jpg", "png", "gif", "webp", "mp3", "wav", "m4a", "aac"),
    *("MP4", "flac", "jpeg", "txt"),
)
_WAITS_MS: Final = (1, 999, 5_000, 10_000, 30_000, 89_999, 100_000, 300_000)
_DAYS_MS: Final = (86_400_000, 7 * 86_400_000 - 1, 7 * 86_400_000, 8 * 86_400_000)
_TOKENS: Final = ("no", "a wrong", "the bare", "the basic", "a former", "a claim")
_IDS: Final = ("render_1", "render_2", "render_3")


def worlds(clocks: tuple[str, ...]) -> st.SearchStrategy[WorldSettings]:
    """Draw a world: one of the eight profiles, a seed, a share of silent edits, a clock."""
    shares = st.sampled_from([0.3, 0.0, 1.0])
    return st.builds(
        WorldSettings, st.sampled_from(PROFILES), st.integers(0, 999), shares, st.sampled_from(clocks)
    )


def numbers() -> st.SearchStrategy[int]:
    """Draw one of the people or things there are."""
    return st.integers(0, _MOST)


def maybe_other_user() -> st.SearchStrategy[int | None]:
    """Draw who does something: mostly None (the owner), sometimes the account of this number."""
    return st.sampled_from([None, None, None, None, 0, 1, 2])


def texts() -> st.SearchStrategy[str]:
    """Draw a message whose meaning is known, of each kind as often."""
    return talk() | edits() | generations()


def talk() -> st.SearchStrategy[str]:
    """Draw a message that changes nothing."""
    return st.sampled_from([message.text for message in MESSAGES if message.kind == "talk"])


def edits() -> st.SearchStrategy[str]:
    """Draw an edit."""
    return st.sampled_from([message.text for message in MESSAGES if message.kind == "edit"])


def openings() -> st.SearchStrategy[str | None]:
    """Draw what is said first, if anything."""
    return st.none() | edits() | generations()


def rarely() -> st.SearchStrategy[bool]:
    """Draw what is mostly not so."""
    return st.sampled_from([False, False, False, False, True])


def generations() -> st.SearchStrategy[str]:
    """Draw a message that has clips generated."""
    return st.sampled_from([message.text for message in MESSAGES if message.kind == "generation"])


def looks() -> st.SearchStrategy[str]:
    """Draw what is looked at after a message."""
    return st.sampled_from(["", "credits", "state"])


def uploads() -> st.SearchStrategy[tuple[str, ...]]:
    """Draw what is uploaded by address, some of it in no format that is taken."""
    one = st.sampled_from(_ENDINGS).map(lambda ending: (f"https://example.com/one_6s.{ending}",))
    return st.sampled_from(_CLIPS) | one


def waits() -> st.SearchStrategy[int]:
    """Draw how long nothing is done, in ms: anything up to six minutes, round times, days at times."""
    return st.sampled_from(_WAITS_MS) | st.integers(0, 360_000) | st.sampled_from([*_WAITS_MS, *_DAYS_MS])


def registrations() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what a registered account is opened with."""
    funds = st.sampled_from([1_000, 1_000, 100, 150, 50, 0])
    return st.fixed_dictionaries({"credits": funds, "scopes": st.sampled_from(_SCOPES)})


def exports() -> st.SearchStrategy[dict[str, Any]]:
    """Draw how an export is asked for; ids come up again (REN-4)."""
    fields = {"draft": st.sampled_from([*READY]), "how": st.just("with attribution")}
    return st.fixed_dictionaries({"render_id": st.sampled_from(_IDS), **fields})


def export_defects() -> st.SearchStrategy[dict[str, str]]:
    """Draw what is wrong with an export."""
    drafts = [{"draft": draft} for draft in UNREADY]
    return st.sampled_from([*({"how": how} for how in LACKING), *drafts])


def export_follow_ups() -> st.SearchStrategy[list[str]]:
    """Draw what is done with an export that was accepted."""
    return st.lists(st.sampled_from(["poll", "wait", "submit", "cancel", "poll", "download"]), max_size=5)


def account_changes() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Draw what happens to an account."""
    return st.sampled_from(
        [
            ("grant", {"credits": 1_000}),
            ("grant", {"credits": 50}),
            ("plan", {"plan": "paid", "blocked": False}),
            ("plan", {"plan": "free", "blocked": True}),
            ("plan", {"plan": "free", "blocked": False}),
            ("end_token", {"how": "expire"}),
            ("end_token", {"how": "revoke"}),
        ]
    )


def disconnect_points() -> st.SearchStrategy[int | None]:
    """Draw after how many events somebody hangs up; None: who reads to the end."""
    return st.none() | st.integers(0, 4)


def bad_auth_requests() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Draw a request that bears no token that is any good (AUTH-6, AUTH-8)."""
    fields = st.fixed_dictionaries(
        {"endpoint": st.sampled_from([*ENDPOINTS]), "token": st.sampled_from(_TOKENS)}
    )
    return st.tuples(st.just("knock"), fields)


def unknown_resource_requests() -> st.SearchStrategy[str]:
    """Draw an endpoint that is asked for what never was."""
    return st.sampled_from([name for name in ENDPOINTS if name not in ("credits", "session.create")])


def malformed_requests() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Draw a request that is wrong in one way (ENV-4)."""
    return st.sampled_from(actions.ALL).map(
        lambda pair: ("malformed", {"endpoint": pair[0], "fault": pair[1]})
    )
