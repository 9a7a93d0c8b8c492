"""Settings and rules: what each can be, and one sentence for what it cannot."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.parameters import Parameters
from nemofake.settings import SettingError, Settings, with_parameters

DEFAULTS = {field.name: getattr(Parameters(), field.name) for field in fields(Parameters)}
NAMES = st.sampled_from(sorted(DEFAULTS))


def of_type(kind: type) -> list[str]:
    return sorted(name for name, value in DEFAULTS.items() if type(value) is kind)


def refused(changes: dict[str, Any]) -> str:
    with pytest.raises(SettingError) as caught:
        with_parameters(Parameters(), changes)
    text = str(caught.value)
    assert "\n" not in text
    return text


# -- rules --------------------------------------------------------------------------------------------------


@given(NAMES)
def test_parameter_accepts_its_default_as_value_and_text(name: str) -> None:
    value = DEFAULTS[name]
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    assert with_parameters(Parameters(), {name: value}) == Parameters()
    assert with_parameters(Parameters(), {name: text}) == Parameters()


@given(NAMES)
def test_parameter_accepts_its_default_from_json(name: str) -> None:
    assert with_parameters(Parameters(), json.loads(json.dumps({name: DEFAULTS[name]}))) == Parameters()


def test_with_parameters_changes_only_named_ones() -> None:
    changed = with_parameters(Parameters(), {"silent_share": 1, "text_ms": [1, 2]})
    assert (changed.silent_share, changed.text_ms) == (1.0, (1, 2))
    rest = {"silent_share": DEFAULTS["silent_share"], "text_ms": DEFAULTS["text_ms"]}
    assert with_parameters(changed, rest) == Parameters()


@given(st.integers(0, 10**15))
def test_integer_parameter_accepts_numbers_and_text(number: int) -> None:
    for value in (number, str(number), f" {number} "):
        assert with_parameters(Parameters(), {"anonymous_credits": value}).anonymous_credits == number


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_range_parameter_must_not_decrease(low: int, high: int) -> None:
    for value in ([low, high], (low, high), f"{low},{high}", f"{low}, {high}"):
        if low <= high:
            assert with_parameters(Parameters(), {"edit_ms": value}).edit_ms == (low, high)
        else:
            assert "edit_ms" in refused({"edit_ms": value})


@given(st.floats())
def test_share_parameter_must_be_between_0_and_1(share: float) -> None:
    if 0 <= share <= 1:
        assert with_parameters(Parameters(), {"silent_share": share}).silent_share == share
    else:
        assert "silent_share" in refused({"silent_share": share})
        assert "silent_share" in refused({"silent_share": str(share)})


@pytest.mark.parametrize("text", ["true", "True", "1", "yes", "TRUE"])
def test_boolean_parameter_accepts_words_for_true(text: str) -> None:
    assert with_parameters(Parameters(), {"client_id_must_be_uuid": text}).client_id_must_be_uuid is True


@pytest.mark.parametrize("text", ["false", "0", "no", "False"])
def test_boolean_parameter_accepts_words_for_false(text: str) -> None:
    assert with_parameters(Parameters(), {"attribution_required": text}).attribution_required is False


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (int, ["", "x", "1.5", 1.5, True, None, [], {}, "1,2", -1, "-1", "nan", 10**15 + 1, "9" * 5000]),
        (float, ["", "x", True, None, [1], -0.1, "-1", 10**400, "nan", "inf"]),
        (bool, ["", "maybe", 2, None, [], "on"]),
        (str, [None, 5, True, ["en"], {"a": 1}]),
        (
            tuple,
            [
                "",
                "1",
                "1,2,3",
                5,
                None,
                [1],
                [1, 10**16],
                [1, 2, 3],
                [2, 1],
                [1.5, 2],
                [True, 2],
                "a,b",
                [-1, 2],
            ],
        ),
    ],
)
def test_invalid_parameter_is_rejected_by_name(kind: type, values: list[Any]) -> None:
    for name in of_type(kind):
        for value in values:
            assert name in refused({name: value})


@given(st.text(max_size=60).filter(lambda name: name not in DEFAULTS))
def test_unknown_parameter_is_rejected_with_suggestions(name: str) -> None:
    result = refused({name: 1})
    assert "silent_share" in result
    assert repr(name) in result


def test_parameter_error_shortens_long_values() -> None:
    for changes in ({"x" * 10**6: 1}, {"text_ms": "1" * 10**6}, {"silent_share": [1] * 10**6}):
        assert len(refused(changes)) < 1000


@given(
    st.dictionaries(
        NAMES,
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(),
            st.lists(st.integers(), max_size=3),
        ),
    )
)
def test_parameter_accepts_or_rejects_any_value(changes: dict[str, Any]) -> None:
    try:
        rules = with_parameters(Parameters(), changes)
    except SettingError:
        return
    for name, value in DEFAULTS.items():
        assert type(getattr(rules, name)) is type(value)


# -- settings -----------------------------------------------------------------------------------------------


def test_settings_defaults_match_the_command() -> None:
    result = Settings()
    assert (result.host, result.port, result.clock, result.seed) == ("127.0.0.1", 8787, "auto", 42)
    assert (result.scenario, result.profile, result.parameters) == ("happy-path", "", Parameters())


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_port_out_of_bounds_is_rejected(port: int) -> None:
    with pytest.raises(SettingError, match="port"):
        Settings(port=port)


@pytest.mark.parametrize("profile", ["typed,adk", "loud", "adk;typed"])
def test_unknown_profile_is_rejected(profile: str) -> None:
    with pytest.raises(ValueError, match="profile"):
        Settings(profile=profile)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_admin_token(host: str) -> None:
    settings = Settings(host=host)
    assert settings.on_loopback
    settings.check_exposure()


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.1", "192.168.1.2", "example.test", "", "127.0.0.1.test"]
)
def test_control_api_off_loopback_needs_an_admin_token(host: str) -> None:
    assert not Settings(host=host).on_loopback
    for token in (None, ""):
        with pytest.raises(SettingError, match="--admin-token"):
            Settings(host=host, admin_token=token).check_exposure()
    Settings(host=host, admin_token="s3cret").check_exposure()
