"""The repository's root, for tests of its files."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def root() -> Path:
    """Return the folder of the repository."""
    return Path(__file__).parents[2]
