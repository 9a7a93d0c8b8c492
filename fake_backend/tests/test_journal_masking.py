"""No secret that passed through an exchange is readable in the journal, however it was spelled (C-SEC-1)."""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.journal import Entry, Journal, Mask, to_har, to_json, to_ndjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAIL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
tokens = st.builds(str.__add__, st.sampled_from(["nmv_usr_", "clm_"]), st.text(TAIL, min_size=6, max_size=40))


def percent(text: str) -> str:
    return "".join(f"%{ord(char):02X}" for char in text)


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": percent,
    "percent twice": lambda text: quote(percent(text)),
    "underscores only": lambda text: text.replace("_", "%5f"),
    "escaped": escaped,
    "escaped twice": lambda text: escaped(text).replace("\\", "\\\\"),
    "hexadecimal": lambda text: "".join(f"\\x{ord(char):02x}" for char in text),
    "bearer": lambda text: f"Bearer {text}",
    "bearer in a query": lambda text: f"bearer%20{text}",
}


def opened(**more: Any) -> Entry:
    return Journal().open("chat", 5, "POST", more.pop("path", "/run_sse"), client="127.0.0.1", **more)


def in_header(entry: Entry, text: str) -> None:
    entry.request_headers = [(b"X-Odd", text.encode()), (b"referer", f"http://a/?t={text}".encode())]


def in_authorization(entry: Entry, text: str) -> None:
    entry.request_headers = [(b"authorization", text.encode())]


def in_path(entry: Entry, text: str) -> None:
    entry.path = f"/claim/{text}?ct={text}&{text}=1"


def in_json(entry: Entry, text: str) -> None:
    entry.add_request(f'{{"a":[{{"k{text}":"see {text}."}}]}}'.encode())


def in_broken_json(entry: Entry, text: str) -> None:
    entry.add_request(f'{{"a":"{text}", "a": "{text}'.encode())


def in_text(entry: Entry, text: str) -> None:
    entry.add_response(f"token {text}, sorry".encode())


def in_binary(entry: Entry, text: str) -> None:
    entry.add_response(b"\xff\xfe" + text.encode() + b"\x00\x80")


def in_gzip(entry: Entry, text: str) -> None:
    entry.respond(6, 200, [(b"content-encoding", b"gzip")])
    entry.add_response(gzip.compress(text.encode()))


def in_broken_gzip(entry: Entry, text: str) -> None:
    entry.respond(6, 200, [(b"content-encoding", b"gzip")])
    entry.add_response(b"\xff" + text.encode())


def in_event(entry: Entry, text: str) -> None:
    entry.add_event(7, f'data: {{"type":"text","content":"{text}"}}\n\n'.encode())


def in_bytes_one_by_one(entry: Entry, text: str) -> None:
    for byte in f": {text}\n\n".encode():
        entry.add_event(7, bytes([byte]))


def in_upload(entry: Entry, text: str) -> None:
    entry.add_upload(f"{text}.mp4", 3, text)


def in_note(entry: Entry, text: str) -> None:
    entry.note(f"cut after {text}")


def in_location(entry: Entry, text: str) -> None:
    entry.respond(6, 302, [(b"location", f"/x?t={text}".encode()), (b"set-cookie", text.encode())])


SPOTS = [value for name, value in list(globals().items()) if name.startswith("in_")]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def views(text: str) -> Iterator[str]:
    """Everything a curious reader could make of one text."""
    yield text
    yield unquote(unquote(text))
    yield text.encode("latin-1", "replace").decode("unicode_escape", "replace")
    doubled = text.replace("\\\\", "\\")
    yield doubled.encode("latin-1", "replace").decode("unicode_escape", "replace")
    try:
        yield base64.b64decode(text, validate=True).decode("latin-1")
    except ValueError:
        return


def everything(entry: Entry, **more: Any) -> Iterator[str]:
    har = to_har([entry], version="0", **more)
    for rendering in (to_json([entry], **more), to_ndjson([entry], **more), har):
        yield rendering.decode()
        yield "".join(re.findall(r'"raw":"([^"]*)"', rendering.decode()))
        for text in strings(json.loads(rendering)):
            yield from views(text)


@pytest.mark.clause("C-SEC-1")
@settings(max_examples=200)
@given(tokens, st.sampled_from(SPOTS), st.sampled_from(sorted(SPELLINGS)))
def test_token_is_masked_wherever_it_appears(
    token: str, plant: Callable[[Entry, str], None], spelling: str
) -> None:
    entry = opened()
    plant(entry, SPELLINGS[spelling](token))
    if entry.status is None:
        entry.respond(6, 200, [])
    assert not [text for text in everything(entry) if token in text]


odd_secrets = st.text("abcXYZ0189!#$./:@+*~", min_size=8, max_size=30)


@pytest.mark.clause("C-SEC-1")
@settings(max_examples=60)
@given(odd_secrets, st.sampled_from(SPOTS), st.sampled_from(["Bearer ", "Basic ", ""]))
def test_authorization_value_is_masked_elsewhere_too(
    secret: str, plant: Callable[[Entry, str], None], scheme: str
) -> None:
    entry = opened()
    plant(entry, secret)
    head = [(b"Authorization", f"{scheme}{secret}".encode())]
    entry.request_headers = [*entry.request_headers, *head]
    if entry.status is None:
        entry.respond(6, 200, [])
    assert not [text for text in everything(entry) if secret in text]


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize(
    "name", ["X-Admin-Token", "Cookie", "Proxy-Authorization", "X-Api-Key", "set-cookie"]
)
def test_secret_headers_are_masked(name: str) -> None:
    for secret in ("open sesame", "sesame"):
        entry = opened(headers=[(name.encode(), secret.encode())])
        assert not [text for text in everything(entry) if "sesame" in text]


@pytest.mark.clause("C-SEC-1", "C-ATT-1")
def test_masked_authorization_shows_its_scheme() -> None:
    entry = opened(headers=[(b"authorization", b"bearer secret"), (b"cookie", b"")])
    head = json.loads(to_json([entry]))[0]["request"]["headers"]
    assert re.fullmatch(r"bearer \*\*\*[0-9a-f]{4}", head["authorization"])
    assert head["cookie"] == ""


@pytest.mark.clause("C-SEC-1")
@settings(max_examples=40)
@given(odd_secrets)
def test_extra_secrets_are_masked(secret: str) -> None:
    entry = opened(path=f"/x?{secret}")
    assert not [text for text in everything(entry, secrets=[secret]) if secret in text]


@pytest.mark.clause("C-SEC-1")
@settings(max_examples=40)
@given(tokens, tokens)
def test_masked_token_is_the_same_in_every_spelling(token: str, other: str) -> None:
    mask = Mask()
    plain = mask.text(token)
    assert re.fullmatch(r"(nmv_usr|clm)_\*\*\*[0-9a-f]{4}", plain)
    assert token.startswith(plain.partition("*")[0])
    assert all(plain in mask.text(spell(token)) for spell in SPELLINGS.values())
    assert mask.text(f"{token} {other}") == f"{plain} {mask.text(other)}"


@pytest.mark.clause("C-SEC-1")
def test_masked_tokens_stay_distinguishable() -> None:
    mask = Mask()
    assert mask.text("nmv_usr_one") == mask.text("nmv_usr_one") != mask.text("nmv_usr_two")
    assert (
        mask.text("authorization: Bearer nmv_usr_one") == f"authorization: Bearer {mask.text('nmv_usr_one')}"
    )


@pytest.mark.clause("C-SEC-1")
@given(st.text(), tokens)
def test_masking_is_idempotent(text: str, token: str) -> None:
    mask = Mask(origin="http://127.0.0.1:8787")
    once = mask.text(f"{text} Bearer {token} {text}")
    assert mask.text(once) == once


@given(st.lists(st.text(max_size=9)), tokens, st.data())
@pytest.mark.clause("C-SEC-1")
def test_pieces_are_masked_like_the_whole(texts: list[str], token: str, data: st.DataObject) -> None:
    whole = token.join(texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    masked = Mask().pieces(pieces)
    assert len(masked) == len(pieces)
    assert "".join(masked) == Mask().text(whole)


@pytest.mark.parametrize(
    "text",
    ["bearer authentication", "The Bearer token is missing", "clm_", "100%25 \\u0041 \\x", "film nmv_usr_"],
)
@pytest.mark.clause("C-SEC-1")
def test_ordinary_text_is_not_masked(text: str) -> None:
    assert Mask(origin="http://127.0.0.1:80").text(text) == text


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize(
    "text", ["\\" * 60_000, "%25" * 20_000, "bearer " * 9_000, "n%" * 30_000, "\\u00" * 15_000]
)
def test_masking_time_is_linear(text: str) -> None:
    before = time.process_time()
    Mask(origin="http://127.0.0.1:8787").text(text)
    assert time.process_time() - before < 2  # a square would take minutes


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_own_address_gets_a_fixed_name(host: str) -> None:
    mask = Mask(origin="http://127.0.0.1:8787")
    assert mask.text(f"http://{host}:8787/a and {host}:8787") == "http://nemofake/a and nemofake"
    assert mask.text(f"http://{host}:87871/a") == f"http://{host}:87871/a"
    assert mask.text(quote(f"http://{host}:8787/a", safe="")) == "http%3A%2F%2Fnemofake%2Fa"
