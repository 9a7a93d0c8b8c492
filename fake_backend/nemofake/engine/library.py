"""What a session has to cut from: the files it was given and the clips made for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Footage:
    """An uploaded file as measured: times in ms, ``fps`` frames a second, ``size`` bytes (UPL-2).

    ``file_type`` is video, image or audio; ``silences`` are (start, end) in source time, sorted and
    disjoint; ``url`` is a path that the wire puts its origin in front of.
    """

    media_id: str
    filename: str
    file_type: str
    duration_ms: int
    width: int
    height: int
    fps: float
    hash: str
    size: int
    has_audio: bool
    silences: tuple[tuple[int, int], ...]
    url: str


@dataclass(frozen=True, slots=True)
class Generated:
    """A clip that the agent made: ``prompt`` as asked, ``kind`` what it is, times in ms."""

    media_id: str
    name: str
    kind: str
    duration_ms: int
    width: int
    height: int
    prompt: str
    url: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything a session can put on its timeline, in order of arrival."""

    footage: tuple[Footage, ...] = ()
    generated: tuple[Generated, ...] = ()
