"""Faults as values: what goes into each, what comes out; how they are read, told and aimed."""

from __future__ import annotations

import contextlib
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.randomness import SeededRandom
from nemofake.engine.scenario import OPERATIONS
from nemofake.faults import (
    ANY,
    FAULTS,
    TARGETS,
    Fault,
    FaultContext,
    FaultRule,
    FaultRuleSet,
    parse_fault_rule,
    to_dict,
)
from nemofake.faults import stream as beating
from nemofake.faults.base import Action, Cut, Data, End, Hang, Head, Reset, TimerTick, Wait, events_of
from nemofake.faults.rules import MATCH_FIELDS
from nemofake.http.app import DATA_PLANE
from nemofake.wire.sse import HEARTBEAT_FRAME

T0 = 1_000_000
FEW = settings(max_examples=15)
STREAM = Head(200, ((b"content-type", b"text/event-stream; charset=utf-8"),))
JSON = Head(200, ((b"content-type", b"application/json"), (b"content-length", b"13")))
EVENTS = [b'data: {"a":1}\n\n', b"data:\n\n", b'data: {"type":"text","content":"\xc3\xa9"}\n\n']
BODY = b'{"a":{"b":1}}'

streams = st.lists(st.sampled_from(EVENTS), max_size=5)


def stream(events: list[bytes]) -> list[Action]:
    return [STREAM, *(Data(event, T0 + 1000 * nth) for nth, event in enumerate(events)), End()]


def bent(fault: Fault, actions: list[Action]) -> list[Action]:
    """Return what one fault makes of an answer."""
    bend = fault.start(FaultContext(T0))
    return [after for action in actions for after in bend(action)]


def body(actions: list[Action]) -> bytes:
    return b"".join(action.body for action in actions if isinstance(action, Data))


def with_values(name: str, **own: Any) -> Fault:
    return parse_fault_rule({"fault": name, **own}).fault


# -- all of them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_fault_name_is_a_plain_identifier(name: str) -> None:
    assert name.isidentifier()
    assert FAULTS[name].name == name
    assert FAULTS[name]().description.startswith(name)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_fields_and_match_fields_are_disjoint(name: str) -> None:
    own = {field.name for field in fields(FAULTS[name])}  # type: ignore[arg-type]
    assert not own & {*MATCH_FIELDS, "fault"}


@pytest.mark.parametrize("name", FAULTS)
@settings(max_examples=8)
@given(events=streams)
def test_fault_sends_nothing_after_the_end(name: str, events: list[bytes]) -> None:
    after = bent(FAULTS[name](), stream(events))
    last = [nth for nth, action in enumerate(after) if isinstance(action, End | Hang | Cut | Reset)]
    assert last == [len(after) - 1]
    heads = [nth for nth, action in enumerate(after) if isinstance(action, Head)]
    assert len(heads) <= 1
    first_data = next((nth for nth, action in enumerate(after) if isinstance(action, Data)), len(after))
    assert not heads or heads[0] < first_data


@pytest.mark.parametrize("name", FAULTS)
@settings(max_examples=4)
@given(events=streams)
def test_fault_value_transforms_responses_alike(name: str, events: list[bytes]) -> None:
    fault = FAULTS[name]()
    assert bent(fault, stream(events)) == bent(fault, stream(events))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_announces_the_length_it_sends(name: str) -> None:
    after = bent(FAULTS[name](), [JSON, Data(BODY, T0), End()])
    head = next((action for action in after if isinstance(action, Head)), None)
    length = head.get(b"content-length") if head else None
    if length is not None and isinstance(after[-1], End):
        assert int(length) == len(body(after))


def test_fault_targets_are_the_names_of_the_routes() -> None:
    named = {route.name for router in DATA_PLANE for route in router.routes if isinstance(route, APIRoute)}
    assert named == set(TARGETS)
    assert set(OPERATIONS) < set(TARGETS)
    assert all(kind.applies_to and kind.applies_to <= set(TARGETS) for kind in FAULTS.values())


def test_injected_heartbeats_match_protocol_format() -> None:
    assert beating._HEARTBEAT == HEARTBEAT_FRAME


# -- single ones --------------------------------------------------------------------------------------------


@FEW
@given(events=streams)
def test_events_of_loses_no_byte(events: list[bytes]) -> None:
    assert events_of(b"".join(events)) == events
    assert events_of(b"".join(events) + b"half") == [*events, b"half"]


@pytest.mark.parametrize(
    ("name", "last"), [("close", End()), ("cut", Cut()), ("reset", Reset()), ("stall", Hang())]
)
@given(events=streams, count=st.integers(0, 6))
def test_position_by_events_is_exact(name: str, last: Action, events: list[bytes], count: int) -> None:
    after = bent(with_values(name, after_events=count), stream(events))
    assert body(after) == b"".join(events[:count])
    assert after[-1] == (last if count <= len(events) and (events or not count) else End())


@FEW
@given(events=streams, count=st.integers(0, 120))
def test_position_by_bytes_is_exact(events: list[bytes], count: int) -> None:
    whole = b"".join(events)
    after = bent(with_values("cut", after_bytes=count), stream(events))
    assert body(after) == whole[:count]
    assert after[-1] == (Cut() if count <= len(whole) and (whole or not count) else End())


@FEW
@given(at_ms=st.integers(0, 4_000))
def test_position_by_time_passes_what_was_due_before(at_ms: int) -> None:
    after = bent(with_values("reset", at_ms=at_ms), stream(EVENTS))
    assert body(after) == b"".join(event for nth, event in enumerate(EVENTS) if nth * 1000 < at_ms)
    assert after[-1] == (Reset() if at_ms <= 2_000 else End())


def test_timer_tick_applies_when_nothing_is_sent() -> None:
    fault = with_values("close", at_ms=500)
    assert fault.fires_at_ms(T0) == T0 + 500
    assert bent(fault, [STREAM, TimerTick(T0 + 499)]) == [STREAM, TimerTick(T0 + 499)]
    assert bent(fault, [STREAM, TimerTick(T0 + 500), End()]) == [STREAM, End()]


def test_wait_is_shortened_by_position_in_time() -> None:
    fault = with_values("cut", at_ms=700)
    assert bent(fault, [STREAM, Wait(300), Wait(1_000), End()]) == [STREAM, Wait(300), Wait(400), Cut()]


def test_events_in_one_chunk_are_counted_separately() -> None:
    after = bent(with_values("cut", after_events=1), [STREAM, Data(b"".join(EVENTS), T0), End()])
    assert body(after) == EVENTS[0]


@FEW
@given(events=streams, size=st.integers(1, 40))
def test_chunking_keeps_the_bytes(events: list[bytes], size: int) -> None:
    for name in ("chunking", "drip"):
        after = bent(with_values(name, size=size), stream(events))
        assert body(after) == b"".join(events)
        assert all(len(action.body) <= size for action in after if isinstance(action, Data))


def test_drip_waits_only_between_pieces() -> None:
    after = bent(with_values("drip", size=10, every_ms=5), stream([b"x" * 25]))
    assert [type(action).__name__ for action in after] == [
        "Head",
        "Data",
        "Wait",
        "Data",
        "Wait",
        "Data",
        "End",
    ]


@pytest.mark.parametrize("last", [End(), Cut(), Reset(), Hang()])
@pytest.mark.parametrize("fault", [with_values("chunking", size=0), with_values("extra_fields")], ids=str)
def test_collected_bytes_are_sent_before_a_break(fault: Fault, last: Action) -> None:
    after = bent(fault, [JSON, Data(BODY, T0), last])
    assert isinstance(after[0], Head)
    assert body(after).startswith(BODY[:4])
    assert after[-1] == last


def test_replaced_response_keeps_an_earlier_wait() -> None:
    for name in ("error_code", "no_answer"):
        assert bent(FAULTS[name](), [Wait(5), JSON, Data(BODY, T0), End()])[0] == Wait(5)


def test_replaced_response_does_not_follow_a_break() -> None:
    for name in ("error_code", "no_answer", "extra_fields", "gzip"):
        assert bent(FAULTS[name](), [Cut()]) == [Cut()]


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ({"fault": "close", "after_events": 2}, "close after 2 events"),
        ({"fault": "close", "after_events": 1, "at_ms": 5}, "close after 1 event or at 5 ms"),
        ({"fault": "cut", "after_bytes": 1, "at_end": True}, "cut after 1 byte or at the end"),
        ({"fault": "stall"}, "stall after the head"),
        ({"fault": "no_answer", "reset": True}, "no_answer (reset, after_backend)"),
        ({"fault": "error_code", "code": 429, "retry_after_s": 0}, "error_code (code 429, retry_after_s 0)"),
        ({"fault": "missing_fields", "fields": ["a", "b"]}, "missing_fields (fields ['a', 'b'])"),
        ({"fault": "plain_text", "text": "x" * 99}, f"plain_text (text {'x' * 59}…)"),
        ({"fault": "bom"}, "bom"),
    ],
)
def test_fault_description_names_its_fields(data: dict[str, Any], note: str) -> None:
    assert parse_fault_rule(data).fault.description == note


# -- reading ------------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, str]] = [
    ({}, "field fault: missing"),
    ({"fault": "nope"}, "field fault: unknown fault 'nope'; available: bom, chunking"),
    ({"fault": ["bom"]}, "field fault: unknown fault"),
    ({"fault": "close", "after": 2}, "field after: fault 'close' has after_events, after_bytes,"),
    ({"fault": "bom", "size": 2}, "field size: fault 'bom' has no fields"),
    ({"fault": "close", "after_events": -1}, "field after_events"),
    ({"fault": "close", "after_events": "2"}, "field after_events"),
    ({"fault": "close", "after_events": True}, "field after_events"),
    ({"fault": "close", "after_events": 2.0}, "field after_events"),
    ({"fault": "close", "at_end": 1}, "field at_end"),
    ({"fault": "delay", "ms": None}, "field ms"),
    ({"fault": "proxy_error", "status": 500}, "field status"),
    ({"fault": "error_code", "code": 17}, "field code"),
    ({"fault": "line_ends", "style": "lf"}, "field style"),
    ({"fault": "missing_fields", "fields": [1]}, "field fields.0"),
    ({"fault": "truncated_json", "kept_share": 1.5}, "field kept_share"),
    ({"fault": "truncated_json", "kept_share": float("nan")}, "field kept_share"),
    ({"fault": "redirect", "location": "/\r\nX-Evil: 1"}, "field location"),
    ({"fault": "content_type", "value": "text/\nhtml"}, "field value"),
    ({"fault": "comments", "text": "a\nb"}, "field text"),
    ({"fault": "drip", "size": 0}, "field size"),
    ({"fault": "heartbeats_only", "every_s": 0}, "field every_s"),
    ({"fault": "bom", "on": "nope"}, "field on: unknown operation 'nope'; available: any, token.issue"),
    ({"fault": "bom", "on": None}, "field on: unknown operation"),
    ({"fault": "bom", "on": "state"}, "field on: fault 'bom' does not apply to 'state'; allowed: chat"),
    ({"fault": "partial_upload", "on": "chat"}, "field on"),
    ({"fault": "extra_fields", "on": "cdn.render"}, "field on"),
    ({"fault": "gzip", "nth": 0}, "field nth"),
    ({"fault": "gzip", "share": 1.01}, "field share"),
    ({"fault": "gzip", "from_ms": 5, "until_ms": 5}, "field until_ms: must be greater than from_ms"),
    ({"fault": "gzip", 5: 1}, "field 5"),
    ([], "a fault must be an object"),
    ("close", "a fault must be an object"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "reason"), WRONG, ids=str)
def test_invalid_fault_rule_is_named_in_one_sentence(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        parse_fault_rule(value)
    assert str(caught.value).startswith(reason)
    assert "\n" not in str(caught.value)


@FEW
@given(
    st.dictionaries(
        st.sampled_from(["fault", "on", "nth", "share", "ms", "x"]),
        st.sampled_from(["delay", "chat", 1, 0.5, None, [], "any"]),
    )
)
def test_parse_fault_rule_accepts_or_rejects_any_value(data: dict[str, Any]) -> None:
    with contextlib.suppress(ValueError):
        fault_rule = parse_fault_rule(data)
        assert parse_fault_rule(json.loads(json.dumps(to_dict(fault_rule)))) == fault_rule


@pytest.mark.parametrize("name", FAULTS)
def test_fault_rule_round_trips_through_a_mapping(name: str) -> None:
    fault_rule = replace(parse_fault_rule({"fault": name}), nth=2, share=0.25, from_ms=1, until_ms=9)
    assert parse_fault_rule(json.loads(json.dumps(to_dict(fault_rule)))) == fault_rule
    assert to_dict(parse_fault_rule({"fault": name})) == {"fault": name}


def test_whole_numbers_are_valid_fractions() -> None:
    assert parse_fault_rule({"fault": "gzip", "share": 1}).share == 1


# -- aiming -------------------------------------------------------------------------------------------------

calls = st.lists(st.sampled_from(["chat", "state", "credits"]), max_size=30)


def rule_set(*rules: FaultRule, seed: int = 7) -> FaultRuleSet:
    return FaultRuleSet(SeededRandom(seed), T0, "x", rules)


@FEW
@given(calls=calls, nth=st.integers(1, 5), on=st.sampled_from(["chat", ANY]))
def test_rule_set_matches_the_nth_call_only(calls: list[str], nth: int, on: str) -> None:
    aimed = rule_set(parse_fault_rule({"fault": "gzip", "on": on, "nth": nth}))
    struck = [bool(aimed.match(call, T0)) for call in calls]
    hits = [at for at, call in enumerate(calls) if on in (ANY, call)]
    assert [at for at, hit in enumerate(struck) if hit] == hits[nth - 1 : nth]


@FEW
@given(calls=calls, share=st.floats(0, 1), seed=st.integers(0, 99))
def test_rule_set_draws_the_same_for_a_seed(calls: list[str], share: float, seed: int) -> None:
    fault_rule = parse_fault_rule({"fault": "gzip", "share": share})
    first, second = rule_set(fault_rule, seed=seed), rule_set(fault_rule, seed=seed)
    assert [first.match(call, T0) for call in calls] == [second.match(call, T0) for call in calls]


@FEW
@given(calls=calls)
def test_rule_draws_independently_of_other_rules(calls: list[str]) -> None:
    half, other = (
        parse_fault_rule({"fault": "gzip", "share": 0.5}),
        parse_fault_rule({"fault": "bom", "on": "chat"}),
    )
    alone, among = rule_set(half), rule_set(half, other)
    assert [alone.match(call, T0) for call in calls] == [
        [fault for fault in among.match(call, T0) if fault.name == "gzip"] for call in calls
    ]


@FEW
@given(st.lists(st.integers(0, 100), max_size=20).map(sorted))
def test_rule_matches_within_its_time_only(times: list[int]) -> None:
    aimed = rule_set(parse_fault_rule({"fault": "gzip", "from_ms": 30, "until_ms": 60}))
    assert [bool(aimed.match("chat", T0 + at)) for at in times] == [30 <= at < 60 for at in times]


def test_cleared_rules_stop_and_new_rules_count_anew() -> None:
    aimed = rule_set(parse_fault_rule({"fault": "gzip", "nth": 2}))
    assert aimed.match("chat", T0) == []
    aimed.clear()
    assert (len(aimed), aimed.match("chat", T0)) == (0, [])
    aimed.add(parse_fault_rule({"fault": "gzip", "nth": 2}))
    assert [bool(aimed.match("chat", T0)) for _ in range(3)] == [False, True, False]
