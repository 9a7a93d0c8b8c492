"""What counts as a secret in a text, in whatever spelling, and what stands there instead (C-SEC-1)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemocontract.live.masking import Mask, placeholder
from nemocontract.masking import digest, mask_secrets, plain
from nemocontract.results import masked_text

pytestmark = pytest.mark.clause("C-SEC-1")

SECRET = "CANARY0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        f"nmv_usr_{SECRET}",
        f"NMV_USR_{SECRET}",
        f"nmv%5Fusr%5F{SECRET}",
        f"nmv%5fusr%5f{SECRET}",
        f"nmv%255Fusr%255F{SECRET}",
        f"%6Emv_usr_{SECRET}",
        f"nmv\\u005fusr\\u005f{SECRET}",
        f"nmv\\\\u005fusr_{SECRET}",
        f"nmv\\x5fusr\\x5f{SECRET}",
        f"clm%5F{SECRET}",
        f"nmv_usr_a.{SECRET}.b",
        f"nmv_usr_a+/{SECRET}==",
        f"nmv_usr_a%2D{SECRET}",
        f"nmv_usr_a~{SECRET}",
        f"BEARER {SECRET}",
        f"bEaReR\t{SECRET}",
        f"Bearer%20{SECRET}",
        f"Bearer+{SECRET}",
        f'Bearer "{SECRET}"',
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"b'Bearer {SECRET}'",
        f"https://x.example/?token=nmv_usr_{SECRET}&y=1",
    ],
)
def test_a_secret_is_starred_out_in_any_spelling(text: str) -> None:
    assert SECRET not in masked_text(text)
    assert "***" in masked_text(text)
    assert masked_text(masked_text(text)) == masked_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nmv_usr_***",
        "nmv_usr_***3f9c is the token",
        "Bearer ***",
        "Bearer nmv_usr_***3f9c",
        "the bearer of bad news",
        "an anonymous token anon_0123456789abcdef",
        "clm, nmv and usr",
        "bearer: a word",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert masked_text(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    assert masked_text(f"a nmv_usr_{SECRET}, b clm_{SECRET}. c") == "a nmv_usr_***, b clm_***. c"
    assert masked_text(f"?t=nmv%5Fusr%5F{SECRET}&x=1") == "?t=nmv%5Fusr%5F***&x=1"


_PIECES = [
    "nmv_usr_",
    "clm_",
    "nmv%5Fusr%5F",
    "Bearer ",
    "bearer:",
    "***",
    "0f9a",
    "secret12",
    "%2D",
    ".",
    "/",
]


@given(st.lists(st.sampled_from([*_PIECES, " ", '"', "\\u005f", "=", "é", "-"]), max_size=9).map("".join))
@settings(max_examples=500, deadline=None, database=None, derandomize=True)
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked_text(masked_text(text)) == masked_text(text)
    assert mask_secrets(mask_secrets(text, digest), digest) == mask_secrets(text, digest)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_any_text_can_be_masked(text: str) -> None:
    assert masked_text(masked_text(text)) == masked_text(text)


def test_one_secret_has_one_stand_in_in_every_spelling() -> None:
    spelled = [f"nmv_usr_{SECRET}", f"nmv%5Fusr%5F{SECRET}", f"nmv\\u005fusr_{SECRET}"]
    assert {plain(one) for one in spelled} == {spelled[0]}
    assert {digest(one) for one in spelled} == {digest(spelled[0])}
    assert digest(spelled[0]) != digest(spelled[0] + "0")
    assert placeholder(spelled[0]) == f"nmv_usr_***{digest(spelled[0])}"
    assert placeholder("any other secret") == f"***{digest('any other secret')}"


# -- records ---------------------------------------------------------------------------------------


def record(headers: dict[str, str], body: Any = None, answer: Any = None) -> dict[str, Any]:
    return {
        "seq": 1,
        "request": {"path": "/", "headers": headers, "body": body},
        "response": {"headers": {}, "body": answer},
        "notes": [],
    }


@pytest.mark.parametrize(
    ("header", "value", "shown"),
    [
        ("authorization", "Bearer nmv_usr_x1", f"Bearer nmv_usr_***{digest('nmv_usr_x1')}"),
        ("authorization", "Bearer  opaque-credential", f"Bearer  ***{digest('opaque-credential')}"),
        ("authorization", "Basic dTpw", f"Basic ***{digest('dTpw')}"),
        ("authorization", "Bearer", "Bearer"),
        ("authorization", "", ""),
        ("x-client-id", "7c1de02f", f"***{digest('7c1de02f')}"),
        ("cookie", "a=1", f"***{digest('a=1')}"),
        ("x-api-key", "k", f"***{digest('k')}"),
        ("x-skill-source", "mine", "mine"),
    ],
)
def test_headers_of_secrets_show_their_scheme_alone(header: str, value: str, shown: str) -> None:
    assert Mask().record(record({header: value}))["request"]["headers"] == {header: shown}


def test_a_secret_of_no_known_form_is_found_wherever_it_was_repeated() -> None:
    mask, secret = Mask(), "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1"
    first = mask.record(record({"x-client-id": secret}, {"echo": [f"for {secret}"]}, {secret: secret}))
    later = mask.record(record({}, answer={"message": f"again {secret}"}))
    assert secret not in repr([first, later])
    assert repr([first, later]).count(placeholder(secret)) == 5


def test_a_cookie_is_found_wherever_it_was_repeated() -> None:
    mask = Mask()
    given_one = record({}, body=None)
    given_one["response"]["headers"] = {"set-cookie": "sid=opaque-cookie; Path=/; HttpOnly"}
    items = mask.record(given_one), mask.record(record({"cookie": "sid=opaque-cookie"}, "opaque-cookie"))
    assert "opaque-cookie" not in repr(items)
    assert "HttpOnly" not in repr(items[0]["response"]["headers"])


def test_a_body_of_bytes_is_masked_and_keeps_its_other_bytes() -> None:
    given_one = record({"x-client-id": "opaque-client-id"})
    sent = b"\xff\x00 nmv_usr_CANARY0123456789 \xfe opaque-client-id \x80"
    given_one["request"]["body_base64"] = b64encode(sent).decode()
    result = b64decode(Mask().record(given_one)["request"]["body_base64"])
    shown = [placeholder(secret).encode() for secret in ("nmv_usr_CANARY0123456789", "opaque-client-id")]
    assert result == b"\xff\x00 " + shown[0] + b" \xfe " + shown[1] + b" \x80"
