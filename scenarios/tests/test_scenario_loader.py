"""The loader is strict: whatever is wrong in a scenario file is one error that names file, line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nemoscenarios import Scenario, ScenarioError, ScenarioStore, parse, pattern

GOOD = """\
# A comment first, so that no line number is right by accident.
id: sample
title: Something happens.
clauses: [AUTH-5, C-AUTH-2]
status: assumed
given:
  credits: 5
  plan: paid
  registered: true
  scopes: [read, write]
parameters:
  silent_share: 1.0
  edit_ms: [100, 200]
triggers:
  - on: chat
    nth: 2
    do: refuse
    code: 2001
  - {on: render.submit, do: fail}
"""


def refused(text: str, filename: str = "sample.yaml") -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, filename)
    message = str(caught.value)
    assert "\n" not in message
    return message


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} must name one place"
    return GOOD.replace(old, new)


def test_a_good_file_says_what_it_says() -> None:
    scenario = parse(GOOD, "sample.yaml")
    assert scenario.clauses == ["AUTH-5", "C-AUTH-2"]
    assert scenario.given.scopes == ["read", "write"]
    assert scenario.parameters == {"silent_share": 1.0, "edit_ms": [100, 200]}
    assert [(i.on, i.nth, i.do, i.code) for i in scenario.triggers] == [
        ("chat", 2, "refuse", 2001),
        ("render.submit", None, "fail", None),
    ]


def test_what_is_left_out_has_its_documented_default() -> None:
    scenario = parse("id: sample\ntitle: T\nclauses: [AUTH-1]\nstatus: documented\n", "sample.yaml")
    assert (scenario.given.credits, scenario.given.plan, scenario.given.token) == (None, "free", "live")
    assert (scenario.parameters, scenario.triggers) == ({}, [])


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        pytest.param(changed("status: assumed", "status: assumed\nmood: grim"), 6, "mood", id="top"),
        pytest.param(changed("  plan: paid", "  plan: paid\n  mood: grim"), 9, "given.mood", id="given"),
        pytest.param(changed("    nth: 2", "    when: 2"), 16, "triggers.0.when", id="incident"),
        pytest.param(changed("do: fail}", "do: fail, x: 1}"), 19, "triggers.1.x", id="flow"),
        pytest.param(changed("status: assumed", "status: assumed\n<<: {}"), 6, "<<", id="merge"),
    ],
)
def test_an_unknown_key_is_refused_where_it_stands(text: str, line: int, key: str) -> None:
    assert refused(text).startswith(f"sample.yaml:{line}: {key}: ")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("title: Something happens.", "title: 7", 3, "title"),
        ("title: Something happens.", "title: ''", 3, "title"),
        ("title: Something happens.", "title:", 3, "title"),
        ("[AUTH-5, C-AUTH-2]", "AUTH-5", 4, "clauses"),
        ("[AUTH-5, C-AUTH-2]", "[]", 4, "clauses"),
        ("C-AUTH-2", "c-auth-2", 4, "clauses.1"),
        ("C-AUTH-2", "AUTH2", 4, "clauses.1"),
        ("status: assumed", "status: rumoured", 5, "status"),
        ("credits: 5", "credits: '5'", 7, "given.credits"),
        ("credits: 5", "credits: 5.0", 7, "given.credits"),
        ("credits: 5", "credits: -1", 7, "given.credits"),
        ("credits: 5", "credits: true", 7, "given.credits"),
        ("plan: paid", "plan: gold", 8, "given.plan"),
        ("registered: true", "registered: 1", 9, "given.registered"),
        ("registered: true", "registered: yes", 9, "given.registered"),
        ("[read, write]", "[read, fly]", 10, "given.scopes.1"),
        ("silent_share: 1.0", "silent_share: {a: 1}", 12, "parameters.silent_share"),
        ("silent_share: 1.0", "silent_share:", 12, "parameters.silent_share"),
        ("[100, 200]", "[100]", 13, "parameters.edit_ms"),
        ("[100, 200]", "[100, 200.5]", 13, "parameters.edit_ms"),
        ("[100, 200]", "[true, 200]", 13, "parameters.edit_ms"),
        ("on: chat", "on: chatter", 15, "triggers.0.on"),
        ("nth: 2", "nth: 0", 16, "triggers.0.nth"),
        ("nth: 2", "nth: first", 16, "triggers.0.nth"),
        ("do: refuse", "do: explode", 17, "triggers.0.do"),
        ("code: 2001", "code: 418", 18, "triggers.0.code"),
        ("{on: render.submit, do: fail}", "fail", 19, "triggers.1"),
    ],
)
def test_a_wrong_type_or_value_is_refused_where_it_stands(old: str, new: str, line: int, key: str) -> None:
    assert refused(changed(old, new)).startswith(f"sample.yaml:{line}: {key}: ")


@pytest.mark.parametrize(
    ("old", "line", "key"),
    [
        ("title: Something happens.\n", 2, "title"),
        ("    do: refuse\n", 15, "triggers.0.do"),
        ("on: render.submit, ", 19, "triggers.1.on"),
    ],
)
def test_a_missing_key_is_reported_at_the_place_that_lacks_it(old: str, line: int, key: str) -> None:
    assert refused(changed(old, "")).startswith(f"sample.yaml:{line}: {key}: ")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "reason"),
    [
        ("    code: 2001\n", "", 15, "triggers.0", "'refuse' needs a code"),
        ("do: fail}", "do: fail, code: 402}", 19, "triggers.1", "nothing else takes one"),
        ("do: fail}", "do: silence}", 19, "triggers.1", "only 'chat' can be silenced"),
        ("on: render.submit, do: fail", "on: upload, do: fail", 19, "triggers.1", "can fail"),
        ("render.submit, do: fail", "credits, do: delete-session", 19, "triggers.1", "no session to forget"),
        ("submit, do: fail", "status, do: delete-session", 19, "triggers.1", "no session to forget"),
        ("registered: true", "registered: false", 6, "given", "'scopes' needs 'registered: true'"),
    ],
)
def test_a_scenario_that_cannot_happen_is_refused(
    old: str, new: str, line: int, key: str, reason: str
) -> None:
    message = refused(changed(old, new))
    assert message.startswith(f"sample.yaml:{line}: {key}: ")
    assert reason in message


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        pytest.param(GOOD + "status: assumed\n", 20, "status", id="top"),
        pytest.param(changed("  plan: paid", "  plan: paid\n  credits: 6"), 9, "given.credits", id="nested"),
        pytest.param(changed("do: fail}", "do: fail, on: chat}"), 19, "triggers.1.on", id="flow"),
        pytest.param(GOOD + "'status': assumed\n", 20, "status", id="quoted"),
    ],
)
def test_a_key_said_twice_is_refused_with_both_its_lines(text: str, line: int, key: str) -> None:
    message = refused(text)
    assert message.startswith(f"sample.yaml:{line}: {key}: said twice")
    assert "first in line" in message


def test_the_name_inside_is_the_name_of_the_file() -> None:
    assert refused(GOOD, "other.yaml").startswith("other.yaml:2: id: must be the file's name")
    assert refused(changed("id: sample", "id: Tall Tale")).startswith("sample.yaml:2: id: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: sample\ntitle: [unclosed\n", 3),
        ("id: sample\n\ttitle: x\n", 2),
        ("id: sample\ntitle: a: b\n", 2),
        ("id: sample\ntitle: 'open\n", 3),
        ("id: sample\ntitle: \x07\n", 2),
        ("id: sample\n" + '"\\UFFFFFFFF": x\n', 1),
        ("id: sample\n---\nid: sample\n", 2),
        ("", 1),
        ("# nothing but a comment\n", 1),
        ("- id: sample\n", 1),
        ("sample\n", 1),
    ],
)
def test_what_is_no_scenario_at_all_is_reported_with_its_line(text: str, line: int) -> None:
    assert refused(text).startswith(f"sample.yaml:{line}: the whole file: ")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("&a sample", "anchors and aliases"),
        ("!!str sample", "tag"),
        ("!!python/object/apply:os.getcwd []", "tag"),
        ("[" * 20 + "]" * 20, "nested deeper"),
        ("{[a]: b}", "a key must be a word"),
        ("{&a b: c}", "neither anchor nor tag"),
        ("1e999", "out of reach"),
        ("9" * 5000, "out of reach"),
    ],
)
def test_what_scenarios_have_no_use_for_is_refused(value: str, reason: str) -> None:
    message = refused(changed("id: sample", f"id: {value}"))
    assert message.startswith("sample.yaml:2: id")
    assert reason in message


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "1:30", "0x10", "010", "1_000", "2026-01-01", "~"]
)
def test_words_that_yaml_would_reinterpret_stay_words(word: str) -> None:
    assert parse(changed("title: Something happens.", f"title: {word}"), "sample.yaml").title == word


@pytest.mark.parametrize("on", ["on", '"on"'])
def test_the_key_on_is_the_word_on_and_no_truth_value(on: str) -> None:
    assert parse(changed("- on: chat", f"- {on}: chat"), "sample.yaml").triggers[0].on == "chat"


def test_a_loaded_scenario_cannot_be_changed() -> None:
    scenario = parse(GOOD, "sample.yaml")
    with pytest.raises(ValueError, match="frozen"):
        scenario.title = "Another"


# -- triggers, user steps, expectations ---------------------------------------

BASE = "id: sample\ntitle: T\nclauses: [AUTH-1]\nstatus: assumed\n"


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("given: {files: {a.mp4: {silences: [[2, 1]]}}}", "given.files.a.mp4", "follow one another"),
        ("given: {files: {a.mp4: {silences: [[1, 5]]}}}", "given.files.a.mp4", "within the file"),
        ("given: {files: {a.png: {silences: [[1, 2]]}}}", "given.files.a.png.silences", "has no sound"),
        ("given: {files: {a.txt: {seconds: 2}}}", "given.files.a.txt.seconds", "does not play"),
        ("given: {files: {a.mp3: {width: 20}}}", "given.files.a.mp3", "has no picture"),
        ("given: {files: {../a.mp4: {}}}", "given.files.../a.mp4", "match"),
        ("given: {sets_token: false, token: expired}", "given", "leaves no token"),
        ("given: {token: expired, token_age_s: 5}", "given", "either ended or"),
        ("status: verified-live", "status", "said twice"),
        ("verified_on: 2026-02-03", "verified_on", "belong together"),
        ("verified_on: 2026-13-03", "verified_on", "match"),
        ("agent_behavior: [{nth: 1, takes_s: 5}]", "agent_behavior.0", "holds for every message"),
        ("agent_behavior: [{nth: 1, silent: false}]", "agent_behavior.0", "holds for every message"),
        ("agent_behavior: [{nth: 1}]", "agent_behavior.0", "says nothing"),
        ("agent_behavior: [{takes_s: 0}]", "agent_behavior.0.takes_s", "greater than 0"),
        ("faults: [{fault: boom}]", "faults.0.fault", "no fault 'boom'"),
        ("faults: [{fault: cut, after_event: 1}]", "faults.0.after_event", "'cut' takes after_events"),
        ("faults: [{fault: gzip, size: 1}]", "faults.0.size", "takes no parameters"),
        ("faults: [{fault: cut, at_end: 1}]", "faults.0.at_end", "of type boolean"),
        ("faults: [{fault: stall, after_events: -1}]", "faults.0.after_events", "at least 0"),
        ("faults: [{fault: line_ends, style: lf}]", "faults.0.style", "one of crlf, cr"),
        ("faults: [{fault: bom, on: state}]", "faults.0.on", "cannot bend the answers of 'state'"),
        ("faults: [{fault: partial_upload, on: chat}]", "faults.0.on", "cannot bend"),
        ("faults: [{fault: cut, share: 1.5}]", "faults.0.share", "less than or equal to 1"),
        ("faults: [{fault: cut, from_ms: 5, until_ms: 5}]", "faults.0", "must come before"),
        ("user: [{say: hi, do: state}]", "user.0", "exactly one of"),
        ("user: [{outcome: ok}]", "user.0", "exactly one of"),
        ("user: [dance]", "user.0", "connect"),
        ("user: [{upload: [a.mp4]}]", "user.0", "no file 'a.mp4'"),
        ("user: [{say: hi, ending: complete, outcome: RequestRejected}]", "user.0", "has an 'ending'"),
        ("user: [{do: state, disconnect_after: 1}]", "user.0", "can be left"),
        ("user: [{say: hi, disconnect_after: 1, ending: complete}]", "user.0", "who leaves sees neither"),
        ("user: [{say: hi, code: 5}]", "user.0", "belong to 'send'"),
        ("user: [{wait_s: 5, user_sees: [a]}]", "user.0", "the client does nothing"),
        ("user: [{say: hi, user_sees: ['/(/']}]", "user.0.user_sees.0", "no regular expression"),
        ("user: [{send: {path: x}}]", "user.0.send.path", "match"),
        ("user: [{send: {path: /x, text: a, body: {a: 1}}}]", "user.0.send", "one of"),
        ("user: [{say: hi, outcome: Oops}]", "user.0.outcome", "Input should be"),
        ("expect: {user_sees: [a]}", "expect", "where the user does nothing"),
        ("user: [connect]\nexpect: {never: [chat], order: [chat]}", "expect.order.0", "forbids 'chat'"),
        ("user: [connect]\nexpect: {never: [any], order: [chat]}", "expect.order.0", "forbids 'chat'"),
        ("user: [connect]\nexpect: {never: [chat], counts: {chat: 1}}", "expect.counts.chat", "forbids"),
        (
            "user: [connect]\nexpect: {order: [chat, chat], counts: {chat: 1}}",
            "expect.counts.chat",
            "more often",
        ),
        (
            "user: [connect]\nexpect: {order: [{on: chat, after_s: 1}]}",
            "expect.order.0.after_s",
            "no request",
        ),
        (
            "user: [connect]\nexpect: {never: [{on: chat, after_s: 1}]}",
            "expect.never.0.after_s",
            "belongs to",
        ),
        ("user: [connect]\nexpect: {counts: {chat: [2, 1]}}", "expect.counts.chat", "[low, high]"),
        (
            "user: [connect]\nexpect: {order: [{on: chat, body_contains: '/[/'}]}",
            "expect.order.0.0",
            "regular",
        ),
        (
            "user: [connect]\nexpect: {files: {a.mp4: {absent: true, width: 5}}}",
            "expect.files.a.mp4",
            "no figures",
        ),
        ("user: [connect]\nexpect: {order: [walk]}", "expect.order.0.on", "Input should be"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(text: str, place: str, reason: str) -> None:
    message = refused(BASE + text)
    line, key = message.split(":", 3)[1:3]
    assert (BASE + text).splitlines()[int(line) - 1].strip()
    assert key.strip().startswith(place)
    assert reason in message


def test_lone_words_are_short_for_the_thing_they_name() -> None:
    scenario = parse(
        f"{BASE}user: [connect, state]\nexpect: {{order: [chat], never: [upload]}}", "sample.yaml"
    )
    assert [step.do for step in scenario.user] == ["connect", "state"]
    assert scenario.expect is not None
    assert [scenario.expect.order[0].on, scenario.expect.never[0].on] == ["chat", "upload"]


def test_a_mood_is_what_it_does_to_messages() -> None:
    behavior = "agent_behavior: [{silent: false, takes_s: 5}, {nth: 2, silent: true, fails: true}]"
    scenario = parse(f"{BASE}{behavior}", "sample.yaml")
    assert scenario.all_parameters == {
        "silent_share": 0.0,
        "text_ms": [5000, 5000],
        "edit_ms": [5000, 5000],
        "generation_ms": [5000, 5000],
    }
    assert [(i.on, i.nth, i.do) for i in scenario.all_triggers] == [
        ("chat", 2, "silence"),
        ("chat", 2, "fail"),
    ]


def test_what_the_rules_say_wins_over_the_mood() -> None:
    scenario = parse(
        f"{BASE}parameters: {{silent_share: 0.5}}\nagent_behavior: [{{silent: false}}]", "sample.yaml"
    )
    assert scenario.all_parameters["silent_share"] == 0.5


@pytest.mark.parametrize(
    ("given_", "has"),
    [
        ("{}", False),
        ("{sets_token: true}", True),
        ("{registered: true}", True),
        ("{token: revoked}", True),
        ("{token_age_s: 9}", True),
        ("{credits: 5, plan: paid}", False),
    ],
)
def test_a_token_is_set_where_the_scenario_says_anything_of_it(given_: str, has: bool) -> None:
    assert parse(f"{BASE}given: {given_}", "sample.yaml").given.has_token is has


def test_a_file_is_what_its_name_says_unless_reported() -> None:
    text = "{a.mp4: {}, b.wav: {}, c.webp: {}, d.txt: {}, e.mov: {kind: text}}"
    files = parse(f"{BASE}given: {{files: {text}}}", "sample.yaml").given.files
    assert [file.kind_of(name) for name, file in files.items()] == ["video", "audio", "image", "text", "text"]


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("a.c", "abc", False),
        ("a.c", "xa.cx", True),
        ("/a.c/", "abc", True),
        ("/^a$/", "ba", False),
        ("/", "a/b", True),
    ],
)
def test_words_stand_for_themselves_but_between_slashes(words: str, text: str, found: bool) -> None:
    assert bool(pattern(words).search(text)) is found


# -- whatever the text ---------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        *GOOD.splitlines(keepends=True),
        *("- ", ": ", "? ", "[", "]", "{", "}", ",", "\n", "  ", "\t", "#", "'", '"', "\\", "|", ">", "<<"),
        *("&a ", "*a", "!!int ", "!", "!<", "%YAML 9.9\n", "---", "...", '"\\UFFFFFFFF"', "\x85", "\ufeff"),
    ]
)


def tells_or_refuses(text: str) -> None:
    refusal = ""
    try:
        assert isinstance(parse(text, "sample.yaml"), Scenario)
    except ScenarioError as error:
        refusal = str(error)
    if refusal:
        filename, line, _ = refusal.split(":", 2)
        assert filename == "sample.yaml"
        assert 1 <= int(line) <= len(text.splitlines()) + 1


@settings(deadline=None)
@given(st.text())
@example("\ud800")
@example("!%ff x")
@example("[" * 300)
@example("a: &x [*x]")
def test_arbitrary_text_is_a_scenario_or_a_scenario_error(text: str) -> None:
    tells_or_refuses(text)


@settings(deadline=None)
@given(st.lists(_PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_arbitrary_yaml_is_a_scenario_or_a_scenario_error(text: str) -> None:
    tells_or_refuses(text)


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(Scenario.model_fields)), _VALUES)
def test_any_value_under_any_key_is_a_scenario_or_a_scenario_error(key: str, value: Any) -> None:
    scenario = {"id": "sample", "title": "T", "clauses": ["AUTH-1"], "status": "assumed", key: value}
    tells_or_refuses(yaml.safe_dump(scenario, allow_unicode=True))


# -- the shelf -----------------------------------------------------------------------------------


def test_a_store_offers_the_files_of_its_folder_only(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no scenario", encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    store = ScenarioStore(tmp_path)
    assert store.names() == ["sample"]
    assert store.load("sample").id == "sample"
    for unknown in ("notes", "folder", "../sample", "", "sample.yaml"):
        with pytest.raises(KeyError):
            store.load(unknown)


def test_of_several_folders_the_first_that_has_a_scenario_tells_it(tmp_path: Path) -> None:
    for folder, title in (("mine", "Mine."), ("yours", "Yours.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sample.yaml").write_text(changed("Something happens.", title), encoding="utf-8")
    (tmp_path / "yours" / "more.yaml").write_text(changed("id: sample", "id: more"), encoding="utf-8")
    store = ScenarioStore(tmp_path / "mine", tmp_path / "yours")
    assert store.names() == ["more", "sample"]
    assert store.load("sample").title == "Mine."
    assert store.path("more").parent.name == "yours"


def test_a_faulty_file_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "torn.yaml").write_text("id: [", encoding="utf-8")
    store = ScenarioStore(tmp_path)
    with pytest.raises(ScenarioError, match=r"^torn\.yaml:1: "):
        store.load("torn")
    assert store.load("sample").title == "Something happens."


def test_a_file_that_is_not_utf8_is_reported_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_bytes(b"id: sample\ntitle: caf\xe9\n")
    with pytest.raises(ScenarioError, match=r"^sample\.yaml:2: the whole file: is not UTF-8 text$"):
        ScenarioStore(tmp_path).load("sample")


def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert ScenarioStore(tmp_path).load("sample") == parse(GOOD, "sample.yaml")


MANY = """\
id: other
titles: Something happens.
clauses: [AUTH-5]
status: documented
triggers:
  - {on: chatt, do: refuse, code: 2001}
  - {on: chat, do: refus}
user: [{chat: hello, user_see: [x]}]
"""


def test_parse_with_several_errors_names_them_all_with_suggestions() -> None:
    with pytest.raises(ScenarioError) as error:
        parse(MANY, "sample.yaml")
    lines = str(error.value).splitlines()
    assert all(line.startswith("sample.yaml:") for line in lines)
    for expected in (
        "sample.yaml:1: id: must be the file's name",
        "sample.yaml:2: titles: unknown key; did you mean title",
        "sample.yaml:6: triggers.0.on: ",
        "sample.yaml:7: triggers.1.do: ",
        "did you mean chat?",
        "did you mean refuse?",
        "user_see: unknown key; did you mean user_sees",
    ):
        assert expected in str(error.value), str(error.value)
    assert len(lines) >= 6


def test_parse_with_two_impossible_expectations_names_both() -> None:
    text = f"{BASE}user: [connect]\nexpect: {{user_sees: ['/(/', '/[/']}}"
    with pytest.raises(ScenarioError) as error:
        parse(text, "sample.yaml")
    assert len(str(error.value).splitlines()) == 2
