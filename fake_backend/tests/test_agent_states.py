"""Sentences and what they leave on the timeline: exactly what was asked, or a question and nothing else.

``test_agent_states.tsv`` has a row for each: the scene before, the sentence, the state after. A state is
the draft in one line; "?" with a topic is a question: nothing changed, nothing charged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nemofake.engine.timeline import to_draft

from .agent_helpers import Chat, chat, song, video

HERE = Path(__file__).parent


def talk() -> Chat:
    return chat(video("v1", "talk.mp4", 30_000, silences=((10_000, 12_000), (20_000, 21_000))))


def two() -> Chat:
    beach = video("b", "beach.mp4", 10_000, silences=())
    return chat(beach, video("c", "city.mp4", 20_000, silences=()))


def dressed() -> Chat:
    return talk().say('add jazz at 40%, add the title "Hi" from 5 to 8 seconds')


def subtitled() -> Chat:
    return talk().say("add subtitles").say('add the title "Hi" from 5 to 8 seconds')


def with_song() -> Chat:
    return chat(video("v1", "talk.mp4", 30_000, silences=()), song("s1", "song_60s.mp3", 60_000))


SCENES = {
    "talk": talk, "two": two, "dressed": dressed, "song": with_song, "subs": subtitled, "empty": chat
}  # fmt: skip


def rows() -> Iterator[Any]:
    for line in (HERE / "test_agent_states.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            scene, message, wanted = line.split("\t")
            yield pytest.param(scene, message, wanted, id=f"{scene}: {message}")


def state(before: Chat, message: str) -> str:
    """Return what a sentence leads to, in one line."""
    old = before.timeline
    after = before.say(message)
    if after.timeline == old and not any(outcome.changed for outcome in after.outcomes):
        return "? " + " ".join(outcome.fragment.topic for outcome in after.outcomes)
    asked = [o.fragment.topic for o in after.outcomes if o.fragment.topic.startswith("ask.")]
    return " | ".join([*tracks(after), *(f"? {topic}" for topic in asked)])


def tracks(after: Chat) -> Iterator[str]:
    width, height = after.timeline.canvas
    if (width, height) != (1920, 1080):
        yield f"{width}x{height}"
    for track in to_draft(after.timeline).get("t", []):
        yield f"{track['m']['name']}: " + ", ".join(segment(s) for s in track["sg"])
    if not after.timeline.tracks:
        yield "empty"


def segment(piece: dict[str, Any]) -> str:
    meta, start, length = piece["m"], piece["s"], piece["d"]
    words = [repr(meta["text"]) if "text" in meta else meta["name"], span(start, start + length)]
    if meta.get("lang"):
        words[0] = meta["lang"]
    elif "in" in meta and (meta["in"], meta["out"]) != (0, length):
        words.append(f"of {span(meta['in'], meta['out'])}")
    for key, unusual in (("volume", (1.0,)), ("look", ()), ("position", ("center", "bottom")), ("size", ())):
        if key in meta and meta[key] not in unusual and meta[key] is not None:
            words.append(f"{key} {meta[key]}")
    words += [*meta.get("effects", ()), *([meta["transition"]] if "transition" in meta else [])]
    return " ".join(words)


def span(start: int, end: int) -> str:
    return f"{start / 1000:g}-{end / 1000:g}"


@pytest.mark.clause("SSE-5", "SSE-9")
@pytest.mark.parametrize(("scene", "message", "wanted"), [*rows()])
def test_a_sentence_leaves_exactly_this(scene: str, message: str, wanted: str) -> None:
    assert state(SCENES[scene](), message) == wanted


def test_there_are_sentences_of_both_languages_and_questions_among_them() -> None:
    found = [row.values for row in rows()]
    assert len(found) >= 200
    assert sum(not str(message).isascii() for _, message, _ in found) >= 60
    assert sum(str(wanted).startswith("?") for _, _, wanted in found) >= 50
