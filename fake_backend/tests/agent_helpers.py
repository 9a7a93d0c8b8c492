"""What the agent's tests share: footage, a conversation with the agent, and the summary a client reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nemofake.engine.agent import (
    History,
    Instruction,
    Outcome,
    ReplyFragment,
    apply_edit,
    expand,
    parse_message,
    reply,
)
from nemofake.engine.library import Generated, Library, UploadedMedia
from nemofake.engine.randomness import SeededRandom
from nemofake.engine.timeline import EMPTY, Role, Segment, Timeline, to_draft
from nemofake.engine.turns import next_history

SILENCES = ((2_000, 4_000), (9_000, 10_500))


def video(
    media_id: str = "v1", name: str = "my_talk.mp4", length: int = 20_000, **changes: Any
) -> UploadedMedia:
    facts: dict[str, Any] = {"has_audio": True, "silences": SILENCES, **changes}
    return UploadedMedia(
        media_id,
        name,
        "video",
        length,
        facts.pop("width", 1920),
        facts.pop("height", 1080),
        30.0,
        "h",
        1,
        url="/u",
        **facts,
    )


def image(media_id: str = "p1", name: str = "photo.png") -> UploadedMedia:
    return UploadedMedia(media_id, name, "image", 0, 800, 600, 0.0, "h", 1, False, (), "/u")


def song(media_id: str = "s1", name: str = "song.mp3", length: int = 8_000) -> UploadedMedia:
    return UploadedMedia(media_id, name, "audio", length, 0, 0, 0.0, "h", 1, True, ((0, 500),), "/u")


@dataclass
class Chat:
    """A session's conversation, without any backend around it."""

    uploads: list[UploadedMedia] = field(default_factory=list)
    timeline: Timeline = EMPTY
    made: list[Generated] = field(default_factory=list)
    language: str = "en"
    seed: int = 1
    turns: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    said: str = ""
    history: History = field(default_factory=History)

    def say(self, message: str) -> Chat:
        """Let the agent do what a message asks for; the timeline, outcomes and reply are kept."""
        self.outcomes = []
        self.turns += 1
        for instruction in parse_message(message, self.library):
            for step in expand(instruction):
                self.do(step)
        draw = SeededRandom(self.seed).stream("reply", self.turns)
        fragments: list[ReplyFragment] = [outcome.fragment for outcome in self.outcomes]
        self.said = "".join(reply(fragments, self.language, draw))
        return self

    def do(self, step: Instruction) -> Outcome:
        draw = SeededRandom(self.seed).stream(self.turns, len(self.outcomes))
        outcome = apply_edit(step, self.timeline, self.library, draw, self.history)
        is_first = not any(done.changed for done in self.outcomes)
        self.history = next_history(self.history, self.timeline, outcome, is_first=is_first)
        if outcome.changed:
            self.timeline = outcome.timeline
        else:
            assert outcome.timeline == self.timeline
        self.made += [outcome.generated] if outcome.generated else []
        self.language = outcome.language or self.language
        self.outcomes.append(outcome)
        return outcome

    @property
    def library(self) -> Library:
        return Library(tuple(self.uploads), tuple(self.made))

    @property
    def last(self) -> Outcome:
        return self.outcomes[-1]

    @property
    def summary(self) -> str:
        return summary(to_draft(self.timeline))

    def segments(self, *roles: Role) -> tuple[Segment, ...]:
        return self.timeline.segments(*roles)

    def spans(self, *roles: Role) -> list[tuple[int, int]]:
        return [(s.start_ms, s.end_ms) for s in self.segments(*roles)]

    def texts(self, role: Role = Role.TITLE) -> list[tuple[str, int, int]]:
        return [(s.text, s.start_ms, s.end_ms) for s in self.segments(role)]


def chat(*uploads: UploadedMedia, language: str = "en") -> Chat:
    return Chat(list(uploads), language=language)


def summary(draft: dict[str, Any]) -> str:
    """Return STA-4's line from a draft: written from the protocol, not from the timeline."""
    lines = []
    for number, track in enumerate(draft.get("t", []), 1):
        for segment in track["sg"]:
            meta = segment["m"]
            what = f'"{meta["text"]}"' if track["tt"] == 7 else meta["name"]
            volume = f", {round(meta['volume'] * 100)}%" if track["tt"] == 1 else ""
            start, end = segment["s"] / 1000, (segment["s"] + segment["d"]) / 1000
            lines.append(f"{number}. {track['m']['name']}: {what} ({start:g}-{end:g}s{volume})")
    return f"Timeline ({len(draft.get('t', []))} tracks): " + " ".join(lines)
