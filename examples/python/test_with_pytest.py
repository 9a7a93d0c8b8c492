"""A client under pytest: pytest examples/python/test_with_pytest.py."""

from __future__ import annotations

import pytest
from title_tool import add_title

from nemofake import WorldHandle


def test_title_is_added(nemofake_env: WorldHandle) -> None:
    assert add_title("Hello") == 2
    nemofake_env.assert_called("chat", times=1, body="Hello")


def test_state_is_read_after_the_edit(nemofake_env: WorldHandle) -> None:
    nemofake_env.set_scenario("chat-silent-edit")
    assert add_title("Hello") == 2
    assert nemofake_env.last().operation == "state"


def test_rate_limit_is_told(nemofake_env: WorldHandle) -> None:
    nemofake_env.add_trigger("token.issue", "refuse", code=429)
    with pytest.raises(SystemExit, match="limit"):
        add_title("Hello")
    assert nemofake_env.count("session.create") == 0
