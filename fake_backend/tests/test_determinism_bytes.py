"""The same seed and the same requests give the same bytes: on any server, in any world, after a reset."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from nemofake import running

from .journey_helpers import HOST, ask, data_of, journey

if TYPE_CHECKING:
    from nemofake.testing import FakeServer

_numbers = itertools.count(1)
STYLES = ("json", "ndjson", "har")


def journals(url: str, host: str = HOST) -> list[bytes]:
    """Return a world's journal in every format, without the answers' heads."""
    raw = (ask(url, "GET", f"/__fake__/journal?format={style}", host=host) for style in STYLES)
    return [answer.partition(b"\r\n\r\n")[2] for answer in raw]


@pytest.fixture(scope="module")
def first() -> Iterator[FakeServer]:
    with running(seed=7, same_ids=True) as fake:
        yield fake


@pytest.fixture(scope="module")
def played(first: FakeServer) -> list[bytes]:
    """Return the answers of the first server, which every other is compared to."""
    return journey(first.url)


def test_two_servers_with_one_seed_send_the_same_bytes(first: FakeServer, played: list[bytes]) -> None:
    with running(seed=7) as second:
        assert second.url != first.url
        answers = journey(second.url)
        for nth, (one, other) in enumerate(zip(played, answers, strict=True)):
            assert one == other, f"answer {nth}"
        assert journals(first.url) == journals(second.url)
        assert first.journal() == second.journal()


def test_port_appears_only_in_media_urls() -> None:
    """Under their own addresses two servers differ by these alone, and their journals not at all."""
    items = []
    for _ in range(2):
        with running(seed=7) as fake:
            host = fake.url.removeprefix("http://")
            answers = [answer.replace(host.encode(), b"HOST") for answer in journey(fake.url, host)]
            items.append((host, answers, fake.journal(), journals(fake.url, host)))
    (host, answers, *rest), (other_host, other_answers, *other_rest) = items
    assert host != other_host
    assert _without_lengths(answers) == _without_lengths(other_answers)
    assert rest == other_rest


def _without_lengths(answers: list[bytes]) -> list[bytes]:
    return [re.sub(rb"content-length: \d+", b"", answer) for answer in answers]


def test_another_seed_changes_ids_and_tokens(played: list[bytes]) -> None:
    with running(seed=8) as other:
        answers = journey(other.url)
    token, other_token = data_of(played[0]), data_of(answers[0])
    assert token["token"] != other_token["token"]
    assert token["user_id"] != other_token["user_id"]
    assert token["expires_at"] == other_token["expires_at"]
    assert data_of(played[3])["session_id"] != data_of(answers[3])["session_id"]


def test_reset_world_sends_the_same_bytes_as_a_fresh_one(played: list[bytes]) -> None:
    with running(seed=7) as fake:
        journey(fake.url)
        before = journals(fake.url)
        ask(fake.url, "POST", "/__fake__/clock/advance", {"seconds": 12345.6})
        fake.reset()
        assert (fake.journal(), fake.accounts()) == ([], [])
        assert journey(fake.url) == played
        assert journals(fake.url) == before


def test_worlds_draw_different_ids_and_each_the_same_in_every_run() -> None:
    told: dict[str, set[bytes]] = {}
    for _ in range(2):
        with running(seed=7) as fake:
            for name in ("default", "one", "other"):
                answers = b"".join(journey(fake.world(name).url))
                tokens = set(re.findall(rb"nmv_usr_\w+|\"session_id\":\"\d+\"", answers))
                assert tokens
                assert told.setdefault(name, tokens) == tokens
    assert not told["default"] & told["one"]
    assert not told["one"] & told["other"]


def test_worlds_with_same_ids_send_the_same_bytes_under_their_prefix(
    first: FakeServer, played: list[bytes]
) -> None:
    for name in ("one", "other-world"):
        world = first.world(name)
        answers = journey(f"{first.url}/w/{name}")
        assert _without_lengths([a.replace(f"/w/{name}".encode(), b"") for a in answers]) == _without_lengths(
            played
        )
        record = json.loads(json.dumps(world.journal()).replace(f"/w/{name}", ""))
        assert _sizeless(record) == _sizeless(first.journal())


def _sizeless(journal: list[dict[str, object]]) -> list[str]:
    """Return entries without the sizes that a longer URL changes."""
    text = (json.dumps(entry) for entry in journal)
    return [re.sub(r'"size": \d+|"content-length": "\d+"', "", entry) for entry in text]


def test_other_users_change_no_byte_of_a_users_responses(first: FakeServer, played: list[bytes]) -> None:
    world = first.world(f"busy-{next(_numbers)}")
    for nth in range(3):
        ask(world.url, "POST", "/api/auth/anonymous-token", **{"X-Client-Id": f"other-{nth}"})
    ask(world.url, "GET", "/api/credits/balance/simple", Authorization="Bearer nmv_usr_test_chat-silent-edit")
    answers = journey(world.url)
    prefix = f"/w/{world.name}".encode()
    assert _without_lengths([a.replace(prefix, b"") for a in answers]) == _without_lengths(played)


def test_extra_reads_change_no_later_byte(first: FakeServer, played: list[bytes]) -> None:
    """What is read draws no number, and no time passes by it while nothing is under way."""
    world = first.world(f"read-{next(_numbers)}")
    first_answer = ask(world.url, "POST", "/api/auth/anonymous-token", **{"X-Client-Id": "reader"})
    bearer = {"Authorization": f"Bearer {data_of(first_answer)['token']}"}
    for path in ("/api/credits/balance/simple", "/api/state/nemo_agent/me/1/latest", "/openapi.json", "/x"):
        for _ in range(3):
            ask(world.url, "GET", path, **bearer)
    answers = journey(world.url)
    prefix = f"/w/{world.name}".encode()
    assert _without_lengths([a.replace(prefix, b"") for a in answers]) == _without_lengths(played)


def test_date_header_is_engine_time(first: FakeServer) -> None:
    world = first.world(f"dates-{next(_numbers)}", clock="manual", start_ms=1_000_000_000_000)
    assert b"\r\ndate: Sun, 09 Sep 2001 01:46:40 GMT\r\n" in ask(world.url, "GET", "/x")
    world.clock.advance(24 * 3600)
    assert b"\r\ndate: Mon, 10 Sep 2001 01:46:40 GMT\r\n" in ask(world.url, "GET", "/x")


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/nowhere"), ("DELETE", "/run_sse")])
def test_not_found_is_the_same_in_every_world(method: str, path: str) -> None:
    with running() as fake:
        worlds = (fake, fake.world("another"))
        items = [httpx.request(method, f"{world.url}{path}").content for world in worlds]
    assert items[0] == items[1]
