"""An upload's answer that lists fewer files than were sent (UPL-5 promises all or none)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .actions import Head
from .fault import Count
from .whole import Whole, rewritten_json


@dataclass(frozen=True)
class PartialUpload(Whole):
    """Keep only the first ``keep`` files of an upload's answer."""

    name = "partial_upload"
    suits: ClassVar[frozenset[str]] = frozenset({"upload"})
    keep: Count = 1

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the answer with fewer files."""
        return head, rewritten_json(body, self._fewer)

    def _fewer(self, value: Any) -> Any:
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("files"), list):
            return value
        return {**value, "data": {**data, "files": data["files"][: self.keep]}}
