"""The main journey, over both clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nemoclient import StreamEnd, summarise


def test_the_whole_journey(side: Any, service: Any, clock: Any, kit: Any, tmp_path: Path) -> None:
    connection = side.call("connect")
    assert connection.anonymous
    assert side.texts() == ["Connecting...", "Ready."]
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x" * 200_000)
    sent = []
    uploaded = side.call("upload", clip, progress=lambda done, total: sent.append((done, total)))
    assert uploaded.files[0].filename == "clip.mp4"
    assert sent[-1] == (200_000, 200_000)

    def edit() -> None:
        service.draft = {"t": [kit.track(0, "Video", {"s": 0, "d": 5000, "m": {"name": "clip"}})]}

    service.events = [edit, b'data: {"type":"text","content":"All done. Click Export to save."}\n\n']
    result = side.chat("cut silences")
    assert result.ending is StreamEnd.COMPLETE
    assert result.text == "All done. Say “export” to save."
    assert result.changes == ("Video added: clip",)
    assert summarise(side.call("state").draft) == "Timeline (1 track): 1. Video: clip (0-5s)"
    exported = side.call("export", tmp_path / "film.mp4")
    assert exported.path.read_bytes() == service.film
    assert clock.sleeps == [30.0]
    assert side.call("credits").available == 60
    assert side.call("claim_link") == "https://nemovideo.com/workspace/claim?ct=clm_abc"
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name] == []
