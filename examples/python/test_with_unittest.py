"""A client under unittest: python -m unittest test_with_unittest, in this folder."""

from __future__ import annotations

import os
import unittest
from unittest.mock import patch

from title_tool import add_title

from nemofake import running


class TitleTest(unittest.TestCase):
    """One fake for each test, stopped when the test ends."""

    def setUp(self) -> None:
        """Start the fake and point the client at it."""
        self.fake = self.enterContext(running(seed=7))
        self.enterContext(patch.dict(os.environ, NEMO_API_URL=self.fake.url))

    def test_title_is_added(self) -> None:
        """The message arrives once, and the draft has a second track."""
        self.assertEqual(add_title("Hello"), 2)
        self.fake.assert_called("chat", times=1, body="Hello")


if __name__ == "__main__":
    unittest.main()
