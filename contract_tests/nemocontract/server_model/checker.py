"""Records the model's checks, and validates request bodies and drafts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.recording import Exchange
from nemocontract.results import RunResult

RULE = "model"
_MOST_CHARS = 400


@dataclass(slots=True)
class Checker:
    """Records checks about ``at``, the current exchange."""

    run_result: RunResult
    test_name: str = ""
    replay: str = ""
    at: Exchange | None = None

    def __call__(self, clause: str, holds: bool, expected: str, seen: object = "") -> bool:
        """Record whether an expectation of ``clause`` holds; return ``holds``."""
        here = self.at
        return self.run_result.record_check(
            clause,
            RULE,
            holds,
            expected=expected,
            seen="" if holds else str(seen)[:_MOST_CHARS],
            seq=here.seq if here else None,
            where=here.title if here else "",
            at_ms=here.at_ms if here else None,
            test_name=self.test_name,
            replay=self.replay,
        )


# UPL-3: what is taken, and what each is.
_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "video": ("mp4", "mov", "avi", "webm", "mkv"),
    "image": ("jpg", "png", "gif", "webp"),
    "audio": ("mp3", "wav", "m4a", "aac"),
}

_Shape = Mapping[str, type]
# Fields that an operation needs, by path, with what each must be.
_NEEDED: Final[Mapping[str, _Shape]] = {
    "session.create": {"task_name": str},
    "token.claim": {"task_id": str, "session_id": str},
    "chat": {
        "session_id": str,
        "new_message": dict,
        "new_message.parts": list,
        "new_message.parts.0": dict,
        "new_message.parts.0.text": str,
    },
    "upload": {"urls": list, "urls.0": str},
    "render.submit": {"id": str, "sessionId": str, "draft": dict},
}
# Fields that may be left out, or null.
_OPTIONAL: Final[Mapping[str, _Shape]] = {
    "session.create": {"language": str},
    "chat": {"app_name": str, "user_id": str},
    "render.submit": {"output": dict},
}
_CAMEL: Final = {"session_id": "sessionId", "new_message": "newMessage"}  # SSE-1 [A]
_NEVER_BLANK: Final = ("text", "parts", "urls")
_JSON: Final = re.compile(r"application/([\w.-]+\+)?json\b")


def body_errors(operation: str, kind: str, body: Any) -> tuple[str, ...]:
    """Return what a 400 may name in a body that is wrong, none for a good one; see ``names``."""
    needed = _NEEDED.get(operation)
    if needed is None or kind.startswith("multipart/"):
        return ()
    if not _JSON.match(kind):
        return ("content-type",)
    if not isinstance(body, Mapping):
        return ("",)
    chat = operation == "chat"
    missing = [path for path, wanted in needed.items() if _is_wrong(body, path, wanted, chat)]
    add_files = {
        path: kind for path, kind in _OPTIONAL.get(operation, {}).items() if body.get(path) is not None
    }
    return (*missing, *(path for path, wanted in add_files.items() if _is_wrong(body, path, wanted, chat)))


def may_be_rejected(body: Any) -> bool:
    """Return whether a server may reject a well-formed body: invalid Unicode, NaN, or very long."""
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        return True
    return any(part in text for part in _ODD) or len(text) > _MOST_CHARS_BODIES


_ODD: Final = ("\ufffd", "\\u0000", '""')
_MOST_CHARS_BODIES: Final = 2000  # of a body in which nothing can be too long


def names(message: Any, wrong: tuple[str, ...]) -> bool:
    """Return whether an error's words name one of the things that are wrong (ENV-4)."""
    text = str(message).lower()
    return any(path.replace(".0", "").rpartition(".")[2].lower() in text for path in wrong)


def _is_wrong(body: Any, path: str, wanted: type, camel: bool) -> bool:
    value = _at(body, path, camel)
    blank = value == [] or (isinstance(value, str) and not value.strip())
    return not isinstance(value, wanted) or (blank and path.rpartition(".")[2] in _NEVER_BLANK)


def _at(body: Any, path: str, camel: bool) -> Any:
    for key in path.split("."):
        if isinstance(body, list):
            body = body[0] if body else None
        elif isinstance(body, Mapping):
            body = body.get(_CAMEL.get(key, key) if camel and _CAMEL.get(key) in body else key)
        else:
            return None
    return body


def unsupported(urls: Any) -> Iterator[str]:
    """Yield the addresses whose ending is none of the thirteen formats (UPL-3)."""
    for url in urls if isinstance(urls, list) else ():
        name = str(url).partition("?")[0].rpartition("/")[2]
        if kind_of(name) is None:
            yield str(url)


def kind_of(name: str) -> str | None:
    """Return what a file of this name is, by its ending; None for a format that is not taken."""
    stem, _, ending = name.lower().rpartition(".")
    return next((kind for kind, endings in _FORMATS.items() if stem and ending in endings), None)


def ready(draft: Any) -> bool:
    """Return whether a draft can be exported (STA-3)."""
    tracks = draft.get("t") if isinstance(draft, Mapping) else None
    return isinstance(tracks, list) and any(isinstance(t, Mapping) and t.get("sg") for t in tracks)
