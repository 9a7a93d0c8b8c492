"""What is different between two looks at a project, and whether a text tells of it (C-SSE-3)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from nemocontract.protocol.drafts import (
    AUDIO,
    TEXT,
    VIDEO,
    Item,
    draft_of,
    figure,
    items,
    mapping,
    rows,
)

What = Literal["added", "removed", "moved", "resized", "volume", "changed", "order", "canvas", "media"]
State = Mapping[str, Any]

# What a thing may be called where it is told that it came or went.
_CALLED: Final = {
    VIDEO: ("video", "clip", "footage", "image", "视频", "片段", "素材", "图片"),
    AUDIO: ("music", "bgm", "audio", "sound", "song", "音乐", "音频", "声音", "配乐"),
    TEXT: ("title", "text", "caption", "subtitle", "lower third", "标题", "文字", "字幕"),
}
_ORDER: Final = ("order", "moved", "first", "swap", "track", "顺序", "轨道", "排列", "移")
_PICTURE: Final = ("picture", "canvas", "aspect", "format", "ratio", "size", "画面", "画布", "尺寸", "比例")
_CAME = re.compile(r"\badd|\bnew\b|\bnow\b|\binsert|添加|加入|新增|现", re.IGNORECASE)
_WENT = re.compile(r"\bremov|\bdelet|\bgone\b|\bno longer\b|移除|删除|去掉|不再", re.IGNORECASE)
_OPPOSITES: Final = {"added": (_CAME, _WENT), "removed": (_WENT, _CAME)}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2}(?:\.\d+)?)(?![\d:])")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is different; any of ``tokens`` or ``figures`` in a text tells of it."""

    what: What
    name: str
    tokens: frozenset[str]
    figures: frozenset[float] = frozenset()

    def contradicted_in(self, text: str) -> bool:
        """Tell whether a text says the opposite: that what was added is gone, or the other way round."""
        words = _OPPOSITES.get(self.what)
        values = [line for line in text.splitlines() if self.name and _plain(self.name) in _plain(line)]
        if words is None or not values:
            return False
        ours, opposite = words
        return all(opposite.search(line) and not ours.search(line) for line in values)

    def mentioned_in(self, text: str) -> bool:
        """Tell whether a text speaks of it."""
        plain = _plain(text)
        return any(_plain(token) in plain for token in self.tokens) or bool(self.figures & _figures(text))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _figures(text: str) -> frozenset[float]:
    clocks = (int(found[1]) * 60 + float(found[2]) for found in _CLOCK.finditer(text))
    return frozenset((*(float(found) for found in _NUMBER.findall(text)), *clocks))


def differences(before: State, after: State) -> tuple[Difference, ...]:
    """Return what is different in the states ``data.state`` of two looks (STA-1, STA-2)."""
    if before == after:
        return ()
    return (*_timeline(before, after), *_canvas(before, after), *_media(before, after))


def _timeline(before: State, after: State) -> Iterator[Difference]:
    was, now = _named(before), _named(after)
    for key in [*now, *(key for key in was if key not in now)]:
        if key not in was or key not in now:
            yield _come_or_gone("added" if key in now else "removed", (now.get(key) or was[key])[0])
        elif [one.raw for one in was[key]] != [one.raw for one in now[key]]:
            yield _changed(was[key], now[key])
    tracks = [[track.get("m") for track in rows(draft_of(state).get("t"))] for state in (before, after)]
    if tracks[0] != tracks[1] and sorted(map(str, tracks[0])) == sorted(map(str, tracks[1])):
        yield Difference("order", "", frozenset(_ORDER))


def _named(state: State) -> dict[tuple[int, str, str], list[Item]]:
    found: dict[tuple[int, str, str], list[Item]] = defaultdict(list)
    for item in items(draft_of(state)):
        found[item.kind, item.track, item.name].append(item)
    return found


def _come_or_gone(what: What, item: Item) -> Difference:
    tokens = {item.name, item.track, *_CALLED.get(item.kind, ())}
    return Difference(what, item.name, _tokens(tokens), _times([item]))


def _changed(was: list[Item], now: list[Item]) -> Difference:
    tokens = _tokens({was[0].name, was[0].track if was[0].kind != VIDEO else ""})
    if [one.volume for one in was] != [one.volume for one in now]:
        loud = tokens | {"volume", "mute", "音量", "静音"}
        return Difference("volume", was[0].name, loud, _percents(was) | _percents(now))
    what: What = "changed"
    if [one.length_ms for one in was] != [one.length_ms for one in now]:
        what = "resized"
    elif [one.start_ms for one in was] != [one.start_ms for one in now]:
        what = "moved"
    return Difference(what, was[0].name, tokens, _times(was) | _times(now))


def _tokens(found: set[str]) -> frozenset[str]:
    stems = {token.rpartition(".")[0] for token in found if "." in token}  # a file may be told by its stem
    return frozenset(token for token in found | stems if token.strip())


def _times(found: list[Item]) -> frozenset[float]:
    """Return starts, ends and lengths in seconds, as they are and as a person would round them."""
    start, end = min(one.start_ms for one in found), max(one.start_ms + one.length_ms for one in found)
    seconds = [ms / 1000 for ms in (start, end, end - start) if ms > 0]
    return frozenset(round(one, places) for one in seconds for places in (0, 1, 2, 3))


def _percents(found: list[Item]) -> frozenset[float]:
    return frozenset(100.0 if one.volume is None else float(round(one.volume * 100)) for one in found)


def _canvas(before: State, after: State) -> Iterator[Difference]:
    was, now = (mapping(state.get("canvas_config")) for state in (before, after))
    if was != now:
        sides = {side for key in ("width", "height") if (side := figure(now.get(key))) is not None}
        yield Difference("canvas", "", frozenset(_PICTURE), frozenset(sides))


def _media(before: State, after: State) -> Iterator[Difference]:
    for key in ("video_infos", "generated_media"):
        was, now = (_filenames(state.get(key)) for state in (before, after))
        for name in sorted(now - was):
            yield Difference("media", name, _tokens({name, *_CALLED[VIDEO]}))


def _filenames(value: Any) -> set[str]:
    names = (row.get("filename") or row.get("name") for row in rows(value))
    return {name for name in names if isinstance(name, str)}
