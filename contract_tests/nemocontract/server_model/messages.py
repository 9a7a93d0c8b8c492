"""Messages whose meaning is known beforehand: what each costs, and what it leaves behind in the state.

Talk changes nothing. An edit is ``sure`` to find something to do in some states, and is then ``done`` in the
state after it; in other states it may as well do nothing and be free. A generation always does what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from nemocontract.server_model import drafts
from nemocontract.server_model.drafts import AUDIO, TEXT, VIDEO

State = Mapping[str, Any]  # STA-1: draft, video_infos, generated_media …
Sure = Callable[[State], bool]
Done = Callable[[State, State], bool]
Kind = Literal["talk", "edit", "generation"]
_NEAR_MS: Final = 60


@dataclass(frozen=True, slots=True)
class Message:
    """``wants`` says in words what must exist afterwards; each of ``clips`` is charged, ``edits`` once."""

    text: str
    kind: Kind
    wants: str
    sure: Sure
    done: Done
    clips: int = 0
    edits: bool = False
    language: str = "en"


# -- what a state has ------------------------------------------------------------------------------


def draft_of(state: State) -> drafts.Json:
    """Return the draft of a state."""
    found: drafts.Json = state.get("draft") or {}
    return found


def video_ms(state: State) -> float:
    """Return the video's length, or that of its footage before the first edit."""
    if draft := draft_of(state):
        return drafts.length_ms(draft)
    videos = [info for info in state.get("video_infos") or () if info.get("file_type") == "video"]
    return sum(round(float(video.get("duration") or 0) * 1000) for video in videos)


def _untouched_speed(state: State) -> bool:
    pieces = drafts.segments(draft_of(state), VIDEO)
    return all(drafts.about(piece).get("speed", 1) == 1 for piece in pieces)


def _sounds(state: State) -> bool:
    """Return whether some music can be heard."""
    return any(volume > 0 for volume in drafts.volumes(draft_of(state)))


def _clear(state: State) -> bool:
    """Return whether all footage is video; with own audio or images a message can be ambiguous."""
    return all(info.get("file_type") == "video" for info in state.get("video_infos") or ())


def _near(one: float, other: float, by: float = _NEAR_MS) -> bool:
    return abs(one - other) <= by


# -- edits -----------------------------------------------------------------------------------------


def _edit(text: str, wants: str, sure: Sure, done: Done, language: str = "en") -> Message:
    return Message(
        text,
        "edit",
        wants,
        lambda before: _clear(before) and sure(before),
        done,
        edits=True,
        language=language,
    )


def _titled(text: str, words: str, language: str = "en") -> Message:
    def there(state: State) -> bool:
        return words in drafts.texts(draft_of(state))

    return _edit(
        text,
        f"a title that says {words}",
        lambda before: video_ms(before) >= 1000 and not there(before),
        lambda _, after: there(after),
        language,
    )


def _shortened(text: str, by_ms: int, language: str = "en") -> Message:
    return _edit(
        text,
        f"a video {by_ms} ms shorter",
        lambda before: video_ms(before) > by_ms + 500,
        lambda before, after: _near(video_ms(after), video_ms(before) - by_ms),
        language,
    )


def _of_length(text: str, to_ms: int, language: str = "en") -> Message:
    return _edit(
        text,
        f"a video of {to_ms} ms",
        lambda before: video_ms(before) > to_ms + 500,
        lambda _, after: _near(video_ms(after), to_ms),
        language,
    )


def _at_volume(text: str, volume: float, *, new: bool, language: str = "en") -> Message:
    def there(state: State) -> bool:
        return any(_near(v, volume, 0.005) for v in drafts.volumes(draft_of(state)))

    return _edit(
        text,
        f"music at {volume:.0%}",
        lambda before: video_ms(before) >= 1000 and not there(before) and (new or _sounds(before)),
        lambda _, after: there(after),
        language,
    )


def _silenced(text: str, wants: str, language: str = "en") -> Message:
    return _edit(text, wants, _sounds, lambda _, after: not _sounds(after), language)


def _at_speed(text: str, factor: float, language: str = "en") -> Message:
    return _edit(
        text,
        f"a video that lasts 1/{factor:g} of its time",
        lambda before: video_ms(before) >= 2000 and _untouched_speed(before),
        lambda before, after: _near(video_ms(after), video_ms(before) / factor),
        language,
    )


def _without_texts(text: str, language: str = "en") -> Message:
    def count(state: State) -> int:
        return len(drafts.texts(draft_of(state)))

    return _edit(
        text,
        "fewer titles",
        lambda before: count(before) > 0,
        lambda before, after: count(after) < count(before),
        language,
    )


def _graded(text: str, language: str = "en") -> Message:
    def plain(state: State) -> bool:
        return not any("look" in drafts.about(piece) for piece in drafts.segments(draft_of(state)))

    return _edit(
        text,
        "another look",
        lambda before: video_ms(before) > 0 and plain(before),
        lambda before, after: draft_of(after) != draft_of(before),
        language,
    )


def _both(text: str, one: Message, other: Message) -> Message:
    return _edit(
        text,
        f"{one.wants}, and {other.wants}",
        lambda before: one.sure(before) and other.sure(before),
        lambda before, after: one.done(before, after) and other.done(before, after),
    )


# -- talk and generations --------------------------------------------------------------------------


def _talk(text: str, language: str = "en") -> Message:
    return Message(
        text,
        "talk",
        "the same draft as before",
        lambda _: True,
        lambda before, after: draft_of(before) == draft_of(after),
        language=language,
    )


def _clips(text: str, *lengths_s: int, language: str = "en") -> Message:
    def done(before: State, after: State) -> bool:
        grown = drafts.length_ms(draft_of(after), VIDEO) - drafts.length_ms(draft_of(before), VIDEO)
        decorated = drafts.segments(draft_of(after), AUDIO) and drafts.segments(draft_of(after), TEXT)
        return grown >= sum(lengths_s) * 1000 - _NEAR_MS and bool(decorated)

    return Message(
        text,
        "generation",
        f"{sum(lengths_s)} s of video more, with music and a title",
        lambda _: True,
        done,
        clips=len(lengths_s),
        language=language,
    )


ALPHA: Final = _titled('add the title "Alpha"', "Alpha")
SIX_S: Final = _of_length("trim the video to 6 seconds", 6000)

MESSAGES: Final = (
    ALPHA,
    _titled('put the title "Beta 2" at the start', "Beta 2"),
    _titled("添加标题“你好”", "你好", "zh"),
    _shortened("trim the first 2 seconds", 2000),
    _shortened("剪掉前2秒", 2000, "zh"),
    _of_length("trim the video to 5 seconds", 5000),
    _of_length("把视频剪到4秒", 4000, "zh"),
    SIX_S,
    _at_volume("add lo-fi background music at 30% volume", 0.3, new=True),
    _at_volume("添加轻快的背景音乐，音量20%", 0.2, new=True, language="zh"),
    _at_volume("set the music volume to 60%", 0.6, new=False),
    _silenced("mute the music", "music that is not heard"),
    _silenced("静音背景音乐", "music that is not heard", "zh"),
    _silenced("remove the music", "no music"),
    _at_speed("speed it up 2x", 2.0),
    _at_speed("加速到2倍", 2.0, "zh"),
    _at_speed("slow it down to half speed", 0.5),
    _without_texts("remove the title"),
    _graded("color grade the footage"),
    _both('trim the video to 6 seconds and add the title "Alpha"', SIX_S, ALPHA),
    _clips("generate a 5 second clip of a city at night", 5),
    _clips("生成一段5秒的海边日落视频", 5, language="zh"),
    _clips("generate a 4 second clip of a dog, then generate a 3 second clip of a cat", 4, 3),
    _talk("hello"),
    _talk("你好", "zh"),
    _talk("what can you do?"),
    _talk("export"),
    _talk("导出", "zh"),
    _talk("谢谢", "zh"),
)
KNOWN: Final = {message.text: message for message in MESSAGES}
