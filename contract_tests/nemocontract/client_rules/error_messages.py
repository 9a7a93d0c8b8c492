"""Rules about what a user must read after a refusal, and what must not be tried again (section 1's table)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote

from nemocontract.client_rules.attribution import HEADERS
from nemocontract.client_rules.identity import has_code, issued
from nemocontract.client_rules.request_identity import Span, spans
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

_BIND: Final = re.compile(r"https?://[^\s\"'<>]+[?&]bind=([\w.~%-]+)")
_OTHER_FORMATS: Final = (
    "avi",
    "webm",
    "mkv",
    "jpg",
    "png",
    "gif",
    "webp",
    "mp3",
    "wav",
    "m4a",
    "aac",
)  # UPL-3
_ENOUGH: Final = 4
_TOP_UP: Final = re.compile(r"top(?:ping)?[ -]?up|充值", re.IGNORECASE)
_SMALLER: Final = re.compile(r"compress|trim|压缩|裁剪|剪", re.IGNORECASE)
_PLAN: Final = re.compile(r"regist|upgrad|注册|升级", re.IGNORECASE)
_GUEST: Final = "anon_"  # AUTH-1

Response = Callable[[str, Exchange, ClientRun], bool]


def _refusals(run: ClientRun, code: int, *operations: str) -> Iterator[tuple[str, Exchange]]:
    """Yield what was read on each line that was refused with a code, with the first such refusal."""
    if run.said is None:
        return
    for span in spans(run):
        refusal = next(
            (one for one in span.exchanges if has_code(one, code) and _is_one_of(one, operations)), None
        )
        if refusal is not None and not span.left and (span.said or not span.sure):
            yield span.said.text if span.said else run.text, refusal


def _is_one_of(exchange: Exchange, operations: tuple[str, ...]) -> bool:
    return not operations or exchange.operation in operations


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return (plain if len(plain) <= 300 else f"…{plain[-300:]}") or "nothing was read"


@rule(
    "CRE-4",
    "error-messages.no-credits",
    "After 2001 an anonymous user reads where to register, anybody else to top up.",
)
def _no_credits(run: ClientRun) -> Iterator[RuleResult]:
    for text, refusal in _refusals(run, 2001):
        anonymous, ids = _account(run, refusal)
        invited = _invites(text, run.known.web_url, ids)
        topped = _TOP_UP.search(text) is not None
        passed = invited if anonymous else topped if anonymous is False else invited or topped
        where = f"an address below {run.known.web_url} with bind={' or '.join(sorted(ids)) or '<id>'}"
        expected = where if anonymous else 'the words "Top up credits in your account"'
        yield RuleResult(passed, expected, _shortened(text), refusal)


def _account(run: ClientRun, refusal: Exchange) -> tuple[bool | None, frozenset[str]]:
    """Return whether the account is anonymous, and the ids of it and of its sessions."""
    ids: set[str] = set()
    user = ""
    for exchange in run.traffic:
        if exchange is refusal:
            break
        if issued(exchange):
            ids, user = set(), ""
        if exchange.operation in ("token.issue", "session.create", "state"):
            named = {
                name: str(exchange.data.get(name) or "") for name in ("user_id", "session_id", "task_id")
            }
            ids |= {*named.values()} - {""}
            user = named["user_id"] or user
    return _is_anonymous(run.known.registered, user), frozenset(ids)


def _is_anonymous(registered: bool | None, user: str) -> bool | None:
    """Tell whether it is anonymous; so is one whose registered token was lost (C-AUTH-2)."""
    if registered is False or user:
        return registered is False or user.startswith(_GUEST)
    return False if registered else None


def _invites(text: str, web_url: str, ids: frozenset[str]) -> bool:
    site = web_url.rstrip("/") + "/"
    bound = [unquote(found[1]).rstrip(".") for found in _BIND.finditer(text) if found[0].startswith(site)]
    return any(one in ids or not ids for one in bound)


@rule("UPL-3", "error-messages.unsupported-file", "After 4001 the user reads which formats are taken.")
def _unsupported_file(run: ClientRun) -> Iterator[RuleResult]:
    for text, refusal in _refusals(run, 4001):
        low = text.lower()
        passed = "mp4" in low and "mov" in low and sum(one in low for one in _OTHER_FORMATS) >= _ENOUGH
        yield RuleResult(passed, "the formats: mp4, mov, avi, webm, mkv, jpg, …", _shortened(text), refusal)


@rule("UPL-4", "error-messages.file-too-large", "After 4002 the user reads to compress or to trim the file.")
def _file_too_large(run: ClientRun) -> Iterator[RuleResult]:
    for text, refusal in _refusals(run, 4002):
        passed = _SMALLER.search(text) is not None
        yield RuleResult(passed, "advice to compress or trim", _shortened(text), refusal)


@rule(
    "REN-3",
    "error-messages.export-blocked",
    "After 402 the user reads to register or upgrade, and nothing of credits.",
)
def _export_blocked(run: ClientRun) -> Iterator[RuleResult]:
    for text, refusal in _refusals(run, 402):
        passed = _PLAN.search(text) is not None and _TOP_UP.search(text) is None
        expected = 'the words "Register or upgrade your plan to unlock export."'
        yield RuleResult(passed, expected, _shortened(text), refusal)


@rule(
    "REN-3",
    "error-messages.blocked-export-not-repeated",
    "After 402 the export is not submitted again, unless attribution headers were missing.",
)
def _blocked_stays_blocked(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        blocked = next((one for one in span.exchanges if has_code(one, 402)), None)
        if blocked is not None:
            again = _submitted_after(span, blocked)
            completed = again is not None and bool(_lacking(blocked)) and not _lacking(again)
            yield RuleResult(
                again is None or completed, "no further submission", "submitted again", again or blocked
            )


def _lacking(submit: Exchange) -> list[str]:
    """Return the attribution headers without which a free plan may not export (REN-3)."""
    return [name for name in HEADERS if not submit.headers.get(name, "").strip()]


def _submitted_after(span: Span, blocked: Exchange) -> Exchange | None:
    """Return the next submission; in a span of several doings, only one without a look at the draft first."""
    for later in span.after(blocked):
        if later.operation == "render.submit":
            return later
        if not span.sure and later.operation == "state":
            return None
    return None


@rule(
    "REN-4", "error-messages.used-id-replaced", "After 409 the export is submitted once more, under a new id."
)
def _used_id_is_replaced(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        submitted = [one for one in span.exchanges if one.operation == "render.submit"]
        for nth, one in enumerate(submitted):
            after = submitted[nth + 1] if nth + 1 < len(submitted) else None
            second = nth > 0 and has_code(submitted[nth - 1], 409)
            if has_code(one, 409) and (not second or span.sure):
                yield from _replaced(one, after, second=second, due=run.known.complete and not span.left)


def _replaced(one: Exchange, after: Exchange | None, *, second: bool, due: bool) -> Iterator[RuleResult]:
    if second:
        yield RuleResult(after is None, "a report after two 409 in a row", "a third try", after or one)
    elif after is not None:
        ids = [str(sent.body.get("id")) if isinstance(sent.body, dict) else "" for sent in (one, after)]
        yield RuleResult(ids[0] != ids[1], "another id than the used one", ids[1], after)
    elif due:
        yield RuleResult(False, "one more submission under a new id", "there was none", one)
