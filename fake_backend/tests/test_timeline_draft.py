"""The draft as the wire shows it (STA-2), and the summary line that can be read from it (STA-4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nemofake.engine.timeline import (
    EMPTY,
    Role,
    Segment,
    Timeline,
    append,
    change_speed,
    put_text,
    ripple_delete,
    set_music,
    to_draft,
)

FLAGSHIP = (
    "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
    '3. Title: "Urban Dreams" (0-3s)'
)


def flagship() -> Timeline:
    clip = Segment(0, 10_000, "city timelapse", "gen_1", out_ms=10_000, source_ms=10_000, volume=1.0)
    timeline = append(EMPTY, Role.VIDEO, clip)
    timeline = set_music(timeline, Segment(0, 10_000, "Lo-fi", "stock", out_ms=10_000, volume=0.35))
    return put_text(timeline, Role.TITLE, Segment(0, 3_000, text="Urban Dreams", position="center"))


def summary(draft: dict[str, Any]) -> str:
    """What a client makes of a draft: written from the protocol, not from the timeline."""
    lines = []
    for number, track in enumerate(draft["t"], 1):
        for segment in track["sg"]:
            meta = segment["m"]
            what = f'"{meta["text"]}"' if track["tt"] == 7 else meta["name"]
            volume = f", {round(meta['volume'] * 100)}%" if track["tt"] == 1 else ""
            start, end = segment["s"] / 1000, (segment["s"] + segment["d"]) / 1000
            lines.append(f"{number}. {track['m']['name']}: {what} ({start:g}-{end:g}s{volume})")
    return f"Timeline ({len(draft['t'])} tracks): " + " ".join(lines)


@pytest.mark.clause("STA-2")
def test_the_draft_of_nothing_is_an_empty_object() -> None:
    assert to_draft(EMPTY) == {}
    assert to_draft(ripple_delete(flagship(), [(0, 10_000)])) == {}


@pytest.mark.clause("STA-4", "STA-2")
def test_the_summary_line_can_be_read_from_the_draft() -> None:
    assert summary(to_draft(flagship())) == FLAGSHIP


@pytest.mark.clause("STA-2")
def test_the_draft_names_its_parts_as_the_wire_does() -> None:
    assert to_draft(flagship()) == {
        "d": 10_000,
        "t": [
            {
                "tt": 0,
                "d": 10_000,
                "m": {"name": "Video"},
                "sg": [
                    {
                        "s": 0,
                        "d": 10_000,
                        "m": {
                            "name": "city timelapse",
                            "media_id": "gen_1",
                            "in": 0,
                            "out": 10_000,
                            "speed": 1.0,
                            "volume": 1.0,
                        },
                    }
                ],
            },
            {
                "tt": 1,
                "d": 10_000,
                "m": {"name": "BGM"},
                "sg": [
                    {
                        "s": 0,
                        "d": 10_000,
                        "m": {
                            "name": "Lo-fi",
                            "media_id": "stock",
                            "in": 0,
                            "out": 10_000,
                            "speed": 1.0,
                            "volume": 0.35,
                        },
                    }
                ],
            },
            {
                "tt": 7,
                "d": 3_000,
                "m": {"name": "Title"},
                "sg": [{"s": 0, "d": 3_000, "m": {"text": "Urban Dreams", "position": "center"}}],
            },
        ],
    }


@pytest.mark.clause("STA-2")
def test_a_draft_is_json_and_comes_back_the_same() -> None:
    timeline = ripple_delete(change_speed(flagship(), 1.7, 1_000, 8_000), [(500, 901)])
    draft = to_draft(timeline)
    assert json.loads(json.dumps(draft)) == draft


@pytest.mark.clause("STA-2")
def test_a_muted_segment_shows_no_volume_and_keeps_its_own() -> None:
    clip = Segment(0, 5_000, "a", "m", out_ms=5_000, volume=0.8, muted=True)
    timeline = append(EMPTY, Role.VIDEO, clip)
    meta = to_draft(timeline)["t"][0]["sg"][0]["m"]
    assert (meta["volume"], meta["muted"]) == (0.0, True)
    assert timeline.segments(Role.VIDEO)[0].volume == 0.8


@pytest.mark.clause("STA-2")
def test_only_what_makes_a_sound_has_a_volume() -> None:
    timeline = append(EMPTY, Role.VIDEO, Segment(0, 3_000, "still.png", "p", out_ms=3_000))
    assert "volume" not in to_draft(timeline)["t"][0]["sg"][0]["m"]


@pytest.mark.clause("STA-2")
@pytest.mark.parametrize("field", ["look", "transition", "effects", "lang"])
def test_what_was_done_to_a_clip_is_in_its_metadata(field: str) -> None:
    clip = Segment(
        0, 5_000, "a", "m", out_ms=5_000, look="warm", transition="wipe", effects=("blur",), language="fr"
    )
    wanted = {"look": "warm", "transition": "wipe", "effects": ["blur"], "lang": "fr"}
    assert to_draft(append(EMPTY, Role.VIDEO, clip))["t"][0]["sg"][0]["m"][field] == wanted[field]
