"""What is drawn at random in sequences of clients: accounts, lines of users, what happens to their calls."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from nemocontract.stateful.trace import FILE

PROFILES: Final = tuple(
    f"{events},{errors},{render}"
    for events in ("typed", "adk")
    for errors in ("envelope", "http-status")
    for render in ("render-flat", "render-nested")
)

CHAT: Final = (
    "trim the video to 3 seconds",
    'add the title "Urban Dreams"',
    'add the title "Click Export"',
    "add lo-fi background music at 35%",
    "speed it up to 2x",
    "mute the video",
    "generate a 5 second clip of a city at night",
    "hello",
    "what can you do?",
    "blorf the wug",
    "添加标题“你好”",
    "添加背景音乐，音量 20%",
    "你好",
)
ELSEWHERE: Final = (
    "credits",
    "how many credits do I have?",
    "余额",
    "status",
    "状态",
    "show tracks",
    "export",
    "导出",
    "send me the video",
    f"upload {FILE}",
    "upload https://example.com/walk_12s.mp4",
    "上传 https://example.com/walk_7s.mp4",
)

PREPARATION: Final = (f"upload {FILE}", "trim the video to 3 seconds")

# Uploads make most other lines mean something, so they come first where examples shrink to.
lines = st.one_of(
    st.sampled_from(("upload https://example.com/walk_12s.mp4", *CHAT)), st.sampled_from(ELSEWHERE)
)

given = st.fixed_dictionaries(
    {},
    optional={
        "credits": st.sampled_from((0, 40, 100, 250, 400)),
        "plan": st.sampled_from(("free", "paid")),
        "registered": st.booleans(),
        "export_blocked": st.booleans(),
        "language": st.sampled_from(("en", "zh", "none")),
        "sets_token": st.just(True),
    },
)

rules = st.fixed_dictionaries(
    {"silent_share": st.sampled_from((0.0, 0.3, 1.0))},
    optional={
        "temporary_issue_share": st.sampled_from((0.0, 1.0)),
        "edit_ms": st.sampled_from(([20_000, 20_000], [130_000, 130_000], [400_000, 400_000])),
        "render_ms": st.sampled_from(([10_000, 10_000], [85_000, 85_000], [280_000, 280_000])),
    },
)

_REFUSALS: Final = {
    "token.issue": (429, 400),
    "session.create": (1001, 429),
    "chat": (1001, 1002, 2001, 429),
    "credits": (1001, 429),
    "state": (1001, 1002, 429),
    "upload": (1001, 1002, 429, 4001, 4002),
    "render.submit": (1001, 1002, 402, 409, 429),
    "render.status": (1001, 429),
}
_ACTIONS: Final = (
    *((on, "refuse", code) for on, codes in _REFUSALS.items() for code in codes),
    ("chat", "silence", None),
    ("chat", "fail", None),
    ("render.submit", "fail", None),
    ("render.submit", "hang-render", None),
    *((on, do, None) for on in ("session.create", "chat", "upload", "render.submit")
      for do in ("expire-token", "revoke-token", "delete-session")),
    *((on, do, None) for on in ("credits", "render.status") for do in ("expire-token", "revoke-token")),
    ("state", "delete-session", None),
)  # fmt: skip
actions = st.sampled_from(_ACTIONS)
chat_lines = st.sampled_from(CHAT)
chat_actions = st.sampled_from([action for action in _ACTIONS if action[0] == "chat"])
export_actions = st.sampled_from([action for action in _ACTIONS if action[0].startswith("render.")])

_SPOTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    *({"after_events": count} for count in (1, 2, 3)),
    {"at_end": True},
)
_ON_STREAMS: Final[tuple[dict[str, Any], ...]] = (
    *({"fault": name, **spot} for name in ("close", "cut", "reset", "stall") for spot in _SPOTS),
    {"fault": "cut_inside"},
    {"fault": "cut_inside", "clean": True},
    {"fault": "heartbeats_only", "minutes": 4},
    {"fault": "heartbeats_only", "minutes": 11},
    {"fault": "malformed_event"},
    {"fault": "repeat_event"},
    {"fault": "comments"},
    {"fault": "empty_data", "count": 3},
    {"fault": "split_data"},
    {"fault": "line_ends", "style": "cr"},
    {"fault": "bom"},
    {"fault": "plain_text"},
    {"fault": "extra_event_fields"},
    {"fault": "temporary_issue"},
)
_ON_ANY: Final[tuple[dict[str, Any], ...]] = (
    {"fault": "no_answer"},
    {"fault": "no_answer", "after_backend": False},
    {"fault": "proxy_error", "status": 502},
    {"fault": "proxy_error", "status": 504, "after_backend": True},
    {"fault": "delay", "ms": 50_000},
    {"fault": "chunking", "size": 7},
    {"fault": "gzip"},
)
_ON_JSON: Final[tuple[dict[str, Any], ...]] = (
    {"fault": "malformed_json"},
    {"fault": "truncated_json"},
    {"fault": "extra_fields"},
    {"fault": "missing_fields"},
    {"fault": "content_type", "value": "text/html"},
)
_ASKED: Final = (
    "token.issue",
    "session.create",
    "credits",
    "state",
    "upload",
    "render.submit",
    "render.status",
)
chat_faults = st.tuples(st.just("chat"), st.sampled_from((*_ON_STREAMS, *_ON_ANY)))
matching = st.one_of(
    chat_faults,
    st.tuples(st.sampled_from(_ASKED), st.sampled_from((*_ON_ANY, *_ON_JSON))),
    st.tuples(st.just("cdn.render"), st.sampled_from(({"fault": "cut", "after_bytes": 500}, *_ON_ANY[:3]))),
)
