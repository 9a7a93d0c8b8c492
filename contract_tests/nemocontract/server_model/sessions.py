"""Sessions as the model remembers them: what a state may say after what was asked (STA-1, STA-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import missing_fields
from nemocontract.server_model import drafts
from nemocontract.server_model.checker import Checker
from nemocontract.server_model.drafts import AUDIO, TEXT, VIDEO
from nemocontract.server_model.messages import Message, State, draft_of
from nemocontract.server_model.turns import Span, Turn

_FIELDS: Final = ("draft", "video_infos", "canvas_config", "video_analyses", "generated_media")  # STA-1
_NEW: Final[State] = {"draft": {}, "video_infos": [], "generated_media": []}  # STA-2


@dataclass(slots=True)
class SessionModel:
    """A session of an account.

    ``state`` is the last one that was seen, or what a new session has; None where it is not known.
    ``turns`` are the messages since then that may have changed it; ``files_added``: since then.
    """

    session_id: str
    task_id: str
    user_id: str
    state: State | None = field(default_factory=lambda: dict(_NEW))
    turns: list[Turn] = field(default_factory=list)
    files_added: bool = False
    had_error: bool = False  # an upload, as a whole (UPL-5)
    sent: set[str] = field(default_factory=set)

    def sure(self, message: Message | None) -> bool | None:
        """Return whether a message will find something to do, where the state is known; None elsewhere."""
        if message is None:
            return None
        if message.kind != "edit":
            return True
        if self.state is None or not all(turn.is_talk for turn in self.turns):
            return None
        return True if message.sure(self.state) else None

    def add_turn(self, turn: Turn) -> None:
        """Remember a message that was accepted."""
        turn.repeat, turn.later = turn.text in self.sent, bool(self.sent)
        self.sent.add(turn.text)
        self.turns.append(turn)

    def add_files(self, files: list[State]) -> None:
        """Remember files that were added; what earlier messages met is not known any more."""
        if self.state is not None:
            self.state = {**self.state, "video_infos": [*self.state["video_infos"], *files]}
        self.files_added = True
        for turn in self.turns:
            turn.unknown_before = True


def check_state(check: Checker, session: SessionModel, exchange: Exchange, at: Span) -> None:
    """Check STA-1 and STA-2 of a state, and that what was asked for is there; remember it."""
    data = exchange.data
    names = {"session_id": session.session_id, "task_id": session.task_id, "user_id": session.user_id}
    wrong = {name: data.get(name) for name, value in names.items() if data.get(name) != value}
    check("STA-1", not wrong, f"the session's own {', '.join(names)}", wrong)
    state = data.get("state")
    if not check("STA-1", not missing_fields(state, _FIELDS), f"a state of {', '.join(_FIELDS)}", state):
        return
    assert isinstance(state, Mapping), "just claimed"
    problems = list(drafts.problems(state["draft"]))
    if check("STA-2", not problems, "a draft of t, tt, sg, s, d and m", "; ".join(problems[:3])):
        _compare(check, session, state, at)
        session.state = state
        session.turns = [turn for turn in session.turns if not turn.is_over(at)]
        for turn in session.turns:
            turn.unknown_before = True  # it may have begun to change what was read
        session.files_added = False


def _compare(check: Checker, session: SessionModel, state: State, at: Span) -> None:
    before, busy = session.state, [turn for turn in session.turns if not turn.is_talk]
    if before is None or not _check_files(check, session, state):
        return
    if any(not turn.is_over(at) for turn in busy):
        _check_stages(check, before, state, busy)
    elif not busy:
        _check_same(check, session, before, state)
    elif len(busy) == 1 and not busy[0].unknown_before:
        _check_effect(check, before, state, busy[0])


def _check_files(check: Checker, session: SessionModel, state: State) -> bool:
    if session.state is None:
        return True
    known = [_name(info) for info in session.state["video_infos"]]
    found = [_name(info) for info in state["video_infos"]]
    more = session.had_error and found[: len(known)] == known
    return check("UPL-5" if more else "UPL-2", found == known, f"the files {known}", found)


def _name(info: Any) -> Any:
    return info.get("filename") if isinstance(info, Mapping) else info


def _check_same(check: Checker, session: SessionModel, before: State, after: State) -> None:
    compared = [
        name for name in before if name not in ("video_infos", "video_analyses") or not session.files_added
    ]
    other = [name for name in compared if before[name] != after.get(name)]
    clause = "CRE-3" if any(turn.failed for turn in session.turns) else "STA-1"
    seen = "; ".join(f"{name}: {before[name]} became {after.get(name)}" for name in other)
    check(clause, not other, "the same state as before: nothing was asked for since", seen)


def _check_effect(check: Checker, before: State, after: State, turn: Turn) -> None:
    message = turn.message
    if message is None or (turn.sure is not True and not turn.worked):
        return
    same = draft_of(after) == draft_of(before)
    if turn.may_fail and turn.failed is None and turn.sure:
        turn.failed = same  # a client that left early learns it from the state
    undone = turn.failed is True and same
    holds = undone or message.done(before, after) or not message.sure(before)
    expected = f"{message.wants}, after {message.text!r}"
    more = len(after["generated_media"]) - len(before.get("generated_media") or ())
    check("STA-1", undone or more == message.clips, f"{message.clips} more in generated_media", more)
    shown = draft_of(after)
    clause = "STA-3" if drafts.tracks(shown) and not drafts.segments(shown) else _clause_of(turn)
    check(clause, holds, expected, f"{draft_of(before)} became {shown}")


def _clause_of(turn: Turn) -> str:
    """Return the clause by which the effect of a message must exist."""
    if turn.silent or (turn.silent_share == 1 and turn.message is not None and turn.message.kind == "edit"):
        return "SSE-5"
    if turn.left:
        return "CRE-3" if turn.may_fail else "SSE-11"  # charged for as if it had not failed
    return "SSE-8" if turn.message is not None and turn.message.clips else "STA-1"


def _check_stages(check: Checker, before: State, state: State, busy: list[Turn]) -> None:
    """Check that a clip lands before what is added to it, where nothing else is under way (SSE-8)."""
    generating = all(turn.message is not None and turn.message.clips for turn in busy)
    if generating and not draft_of(before):
        draft = draft_of(state)
        decorated = drafts.segments(draft, AUDIO) or drafts.segments(draft, TEXT)
        holds = not decorated or bool(drafts.segments(draft, VIDEO))
        check("SSE-8", holds, "a clip before its music and title", draft)
