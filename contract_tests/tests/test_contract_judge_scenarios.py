"""The judge on true traffic: the reference client on the stage has no finding; spoilt traffic has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from nemocontract.client_rules.judge import all_rules, judge
from nemocontract.client_run import ClientRun, OutputChunk, UserLine
from nemocontract.protocol.events import summarize_stream
from nemocontract.recording import Exchange
from nemocontract.results import RunResult

from .scenario_helpers import Scenarios, scenarios
from .traffic_helpers import broken

OURS = (
    "routing",
    "chat",
    "shown-text",
    "gui",
    "silent-edits",
    "stream-waiting",
    "recovery",
    "user-text",
    "exports",
    "retry-limits",
    "downloads",
)
OTHER = "adk,http-status,render-nested"
CHOSEN = (
    "happy-path",
    "chat-silent-edit",
    "chat-silent-edit-chinese",
    "gui-reply-names-buttons",
    "stream-temporary-issue-after-reply",
    "stream-ten-minutes-of-heartbeats",
    "stream-fifteen-minutes-of-work",
    "stream-cut-during-work",
    "stream-stalls-during-work",
    "stream-cut-then-state-unavailable",
    "auth-token-expires-before-chat",
    "export-fails-once",
    "export-poll-502-once",
    "download-always-cut",
    "download-cut-then-resumed",
    "chat-client-leaves-during-edit",
)


@pytest.fixture(scope="module")
def client_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenarios]:
    with scenarios(tmp_path_factory.mktemp("homes")) as stage:
        yield stage


def findings(evidence: ClientRun) -> list[str]:
    run_result = RunResult("the stage")
    judge(evidence, run_result, rules=[r for r in all_rules() if r.name.partition(".")[0] in OURS])
    assert not run_result.harness
    assert run_result.tried
    return [f"{found.rule}: {found.seen}" for found in run_result.violations]


@pytest.mark.parametrize("profile", ["", OTHER])
@pytest.mark.parametrize("name", CHOSEN)
def test_a_client_that_does_everything_right_has_no_finding(
    client_runs: Scenarios, name: str, profile: str
) -> None:
    assert findings(client_runs.run(name, profile)) == []


# -- the same traffic, spoilt ----------------------------------------------------------------------

Spoil = Callable[[ClientRun], ClientRun]


def mute(evidence: ClientRun) -> ClientRun:
    """Let the user read nothing."""
    return _reading(evidence, lambda _: ())


def _reading(evidence: ClientRun, read: Callable[[UserLine], tuple[OutputChunk, ...]]) -> ClientRun:
    lines = tuple(replace(said, output=read(said)) for said in evidence.said or ())
    return replace(evidence, said=lines)


def raw(evidence: ClientRun) -> ClientRun:
    """Let the user read what the agent said, as it is, and the names of its tools."""

    def read(said: UserLine) -> tuple[OutputChunk, ...]:
        found = [
            summarize_stream(one.events or ()) for one in evidence.during(said) if one.operation == "chat"
        ]
        text = "\n".join(word for one in found for word in (*one.tools, *one.texts))
        return (*said.output, OutputChunk(said.ended_at_ms, text))

    return _reading(evidence, read)


def again(evidence: ClientRun) -> ClientRun:
    """Send every message once more, when it is over."""
    return _grown(evidence, "chat", lambda one: replace(one, at_ms=one.ended_at_ms + 1))


def _grown(evidence: ClientRun, operation: str, more: Callable[[Exchange], Exchange]) -> ClientRun:
    """Put a request behind each of a kind; places in the order become twice as wide for it."""
    traffic: list[Exchange] = []
    for one in evidence.traffic:
        traffic.append(replace(one, seq=2 * one.seq))
        if one.operation == operation:
            traffic.append(replace(more(one), seq=2 * one.seq + 1))
    lines = tuple(replace(s, first=2 * s.first, last=2 * s.last + 1) for s in evidence.said or ())
    return replace(evidence, traffic=tuple(traffic), said=lines)


def blind(evidence: ClientRun) -> ClientRun:
    """Never read the state."""
    return replace(evidence, traffic=tuple(one for one in evidence.traffic if one.operation != "state"))


def hurried(evidence: ClientRun) -> ClientRun:
    """Let time pass six times as fast."""
    start_ms = evidence.traffic[0].at_ms

    def sooner(at_ms: int) -> int:
        return start_ms + (at_ms - start_ms) // 6

    traffic = tuple(
        replace(one, at_ms=sooner(one.at_ms), ended_at_ms=sooner(one.ended_at_ms)) for one in evidence.traffic
    )
    return replace(evidence, traffic=traffic)


def chatty(evidence: ClientRun) -> ClientRun:
    """Take every line to the chat."""
    lines = {one.seq: said.line for said in evidence.said or () for one in evidence.during(said)}

    def talk(one: Exchange) -> Exchange:
        body = {"session_id": "1", "new_message": {"parts": [{"text": lines.get(one.seq, "")}]}}
        return replace(one, operation="chat", body=body)

    return replace(evidence, traffic=tuple(map(talk, evidence.traffic)))


def halved(evidence: ClientRun) -> ClientRun:
    """Leave half a film under its name."""
    home = evidence.known.home
    assert home is not None
    (home / "export.mp4").write_bytes(b"half")
    return evidence


@pytest.mark.parametrize(
    ("name", "spoil", "rules"),
    [
        ("chat-silent-edit", mute, ["silent-edits.change-reported", "user-text.connecting-then-ready"]),
        ("chat-silent-edit", blind, ["silent-edits.state-read"]),
        ("chat-silent-edit", again, ["chat.sent-once"]),
        ("gui-reply-names-buttons", mute, ["shown-text.texts-shown"]),
        (
            "gui-reply-names-buttons",
            raw,
            ["gui.talk-translated", "shown-text.tools-not-shown", "user-text.no-protocol"],
        ),
        ("stream-temporary-issue-after-reply", raw, ["shown-text.noise-dropped"]),
        ("stream-ten-minutes-of-heartbeats", mute, ["stream-waiting.still-working-shown"]),
        ("stream-ten-minutes-of-heartbeats", hurried, ["stream-waiting.waits-while-alive"]),
        ("stream-cut-during-work", mute, ["recovery.end-reported"]),
        ("stream-cut-during-work", blind, ["recovery.reads-until-changed"]),
        ("stream-cut-during-work", again, ["chat.sent-once"]),
        (
            "stream-cut-during-work",
            hurried,
            ["recovery.first-read-after-30-s", "recovery.reads-60-s-apart"],
        ),
        ("stream-cut-then-state-unavailable", again, ["chat.sent-once"]),
        ("happy-path", chatty, ["routing.kept-from-chat", "routing.taken-where-it-belongs"]),
        ("export-fails-once", hurried, ["exports.polls-30-s-apart"]),
        ("export-fails-once", blind, ["exports.draft-checked"]),
        ("download-always-cut", halved, ["downloads.no-partial-file"]),
    ],
)
def test_spoilt_traffic_is_found(client_runs: Scenarios, name: str, spoil: Spoil, rules: list[str]) -> None:
    evidence = client_runs.run(name, OTHER)
    spoilt = spoil(evidence)
    for rule in rules:
        assert not broken(rule, evidence) or spoil is halved
        assert broken(rule, spoilt), rule
