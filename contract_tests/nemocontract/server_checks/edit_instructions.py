"""Cases of what the agent understands, in two languages, and what the state shows of it (SSE-5, STA-2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks import drafts
from nemocontract.server_checks.events import reply, tools
from nemocontract.server_checks.expectations import expect_success, seen
from nemocontract.server_checks.sample_video import video
from nemocontract.server_checks.session_fixture import CLIP_MS, new_session

Draft = dict[str, Any]
_NONSENSE: Final = ("flurble the gromp", "zxcv qwer", "锟斤拷烫烫烫", "mute the flurbed video")


@dataclass(frozen=True, slots=True)
class EditCase:
    """An edit message, a predicate on the draft after it, and its description; ``before`` is sent first."""

    text: str
    expected: str
    holds: Callable[[Draft], bool]
    before: str = ""


def _lasts(ms: float) -> Callable[[Draft], bool]:
    return lambda draft: abs(drafts.length_ms(draft, drafts.VIDEO) - ms) <= 1


def _reads(*texts: str) -> Callable[[Draft], bool]:
    return lambda draft: drafts.texts(draft) == [*texts]


def _sounds(volume: float) -> Callable[[Draft], bool]:
    return lambda draft: any(math.isclose(v, volume, abs_tol=0.005) for v in drafts.volumes(draft))


def _quiet(draft: Draft) -> bool:
    items = [drafts.about(one) for one in drafts.segments(draft, drafts.VIDEO)]
    tracks = [drafts.about(track) for track in drafts.tracks(draft, drafts.VIDEO)]
    silent = [one.get("muted") is True or one.get("volume") == 0 for one in (*items, *tracks)]
    return any(silent)


def _loud(draft: Draft) -> bool:
    """Tell whether all footage but two seconds of it is as loud as before."""
    pieces = drafts.segments(draft, drafts.VIDEO)
    loud = [one for one in pieces if drafts.about(one).get("volume", 1) == 1]
    return [sum(drafts.number(one, "d") for one in part) for part in (pieces, loud)] == [12_000, 10_000]


def _stands(text: str, start_ms: float, length_ms: float) -> Callable[[Draft], bool]:
    def holds(draft: Draft) -> bool:
        found = [one for one in drafts.segments(draft, drafts.TEXT) if drafts.about(one).get("text") == text]
        return [(drafts.number(one, "s"), drafts.number(one, "d")) for one in found] == [
            (start_ms, length_ms)
        ]

    return holds


def _pieces(count: int) -> Callable[[Draft], bool]:
    return lambda draft: len(drafts.segments(draft, drafts.VIDEO)) == count


def _no_music(draft: Draft) -> bool:
    return not drafts.segments(draft, drafts.AUDIO)


def _written(draft: Draft) -> bool:
    return any(text.strip() for text in drafts.texts(draft))


def _text_first(draft: Draft) -> bool:
    return bool(drafts.tracks(draft)) and drafts.tracks(draft)[0].get("tt") == drafts.TEXT


EDIT_CASES: Final[dict[str, tuple[EditCase, ...]]] = {
    "en": (
        EditCase("trim the first 2 seconds", "10 s of video", _lasts(10_000)),
        EditCase("cut from 0:05 to 0:08", "9 s of video", _lasts(9_000)),
        EditCase("keep only 0-5s", "5 s of video", _lasts(5_000)),
        EditCase("make it 8 seconds long", "8 s of video", _lasts(8_000)),
        EditCase("split the clip at 5s", "two pieces of video", _pieces(2)),
        EditCase("trim the last 3s", "9 s of video", _lasts(9_000)),
        EditCase("speed 2x", "6 s of video", _lasts(6_000)),
        EditCase('add the title "Hello"', "the title Hello", _reads("Hello")),
        EditCase('add a title "Go" from 3 to 7 seconds', "Go at 3 to 7 s", _stands("Go", 3_000, 4_000)),
        EditCase('add a lower third "Ann" at 0:02 for 4 seconds', "2 to 6 s", _stands("Ann", 2_000, 4_000)),
        EditCase("add lo-fi background music at 35%", "music at 35 %", _sounds(0.35)),
        EditCase("set the music volume to 60%", "music at 60 %", _sounds(0.6), "add jazz"),
        EditCase("lower the volume to 50% between 2 and 4 seconds", "sound at 100 % but for 2 to 4 s", _loud),
        EditCase("make it 4 seconds shorter", "8 s of video", _lasts(8_000)),
        EditCase("COULD YOU PLEASE TRIM THE FIRST 2 SECONDS?", "10 s of video", _lasts(10_000)),
        EditCase("mute the original sound", "muted clips", _quiet),
        EditCase("remove the music", "no music", _no_music, "add jazz"),
        EditCase("add subtitles", "texts on a text track", _written),
        EditCase('change the title to "New"', "the title New", _reads("New"), 'add the title "Old"'),
        EditCase("move the title track to the top", "a text track first", _text_first, 'add the title "A"'),
    ),
    "zh": (
        EditCase("剪掉前2秒", "10 s of video", _lasts(10_000)),
        EditCase("剪掉0:05-0:08", "9 s of video", _lasts(9_000)),
        EditCase("只保留0到5秒", "5 s of video", _lasts(5_000)),
        EditCase("2倍速", "6 s of video", _lasts(6_000)),
        EditCase("添加标题“你好”", "the title 你好", _reads("你好")),
        EditCase("在3到7秒显示文字《春天》", "it at 3 to 7 s", _stands("春天", 3_000, 4_000)),
        EditCase("配一段轻快的背景音乐，音量35%", "music at 35 %", _sounds(0.35)),
        EditCase("原声静音", "muted clips", _quiet),
        EditCase("删除音乐", "no music", _no_music, "添加背景音乐"),
        EditCase("加字幕", "texts on a text track", _written),
        EditCase("把标题改成“新标题”", "the title 新标题", _reads("新标题"), "添加标题“旧”"),
    ),
}  # fmt: skip


def _case(language: str, begins: str) -> EditCase:
    return next(case_ for case_ in EDIT_CASES[language] if case_.text.startswith(begins))


# Several edits in one message, and everything that must hold afterwards.
SEVERAL: Final[dict[str, tuple[str, tuple[EditCase, ...]]]] = {
    "en": (
        'trim the first 2 seconds, add the title "Hello" and add lo-fi background music at 35%',
        (_case("en", "trim"), _case("en", "add the title"), _case("en", "add lo-fi")),
    ),
    "zh": (
        "剪掉前2秒，添加标题“你好”，再配一段轻快的背景音乐，音量35%",
        (_case("zh", "剪掉"), _case("zh", "添加标题"), _case("zh", "配一段")),
    ),
}
# Changes to the picture, of which the documents do not say how a draft shows them.
PICTURE: Final = (
    "color grade the footage, warm and cinematic",
    "make it black and white",
    "fade in and fade out",
    "add a glitch effect at 3s for 2 seconds",
    "调色",
    "加一个模糊特效",
    "淡入淡出",
)


@case("SSE-5", "STA-2", control=True, description="each of a dozen edit instructions in English is done")
def _english(ctx: CaseContext) -> None:
    _all_done(ctx, "en")


@case("SSE-5", "STA-2", control=True, description="each of the same edit instructions in Chinese is done")
def _chinese(ctx: CaseContext) -> None:
    _all_done(ctx, "zh")


@case(
    "SSE-5",
    "CRE-2",
    control=True,
    description="several instructions in one message are all done, for one fee",
)
def _several_in_one_message(ctx: CaseContext) -> None:
    for language, (text, cases) in SEVERAL.items():
        session = new_session(ctx, account=ctx.registered(credits=100), language=language, video=True)
        session.say(text)
        draft = session.draft()
        for case_ in cases:
            ctx.check("SSE-5", case_.holds(draft), f"{case_.expected} after {text!r}", drafts.summary(draft))
        ctx.check("CRE-2", session.balance() == (50, 0), "50 for all of it", session.balance())


@case("SSE-5", control=True, description="the three instructions of the documented example are all done")
def _documented_example(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=100))
    talk = video(4.0, silence=(1.0, 3.0))
    expect_success(ctx, session.account.upload(session.session_id, ("talk.mp4", talk)), "UPL-1", "an upload")
    session.say("use the uploaded clip")
    before = session.draft()
    session.say("cut silences, color grade the footage, and add lower-third titles")
    after = session.draft()
    ctx.check("SSE-5", _marks(before) != _marks(after), "the footage graded", _marks(after))
    ctx.check("SSE-5", _written(after), "a lower third", drafts.summary(after))
    length_ms = drafts.length_ms(after, drafts.VIDEO)
    cut = f"two of four seconds left, give or take a half, from {drafts.length_ms(before):g} ms"
    ctx.check("SSE-5", abs(length_ms - 2_000) <= 500, cut, length_ms)


@case(
    "SSE-5", control=True, description="color grades, effects and transitions change the footage's segments"
)
def _visual_edits(ctx: CaseContext) -> None:
    for text in PICTURE:
        session = new_session(ctx, account=ctx.registered(credits=100), video=True)
        session.say("speed 2x")
        before = drafts.segments(session.draft(), drafts.VIDEO)
        session.say(text)
        after = drafts.segments(session.draft(), drafts.VIDEO)
        ctx.check("SSE-5", before != after, f"other footage after {text!r}", after)


@case(
    "SSE-5",
    "CRE-2",
    control=True,
    description="clips have the requested length and number, and no music if none is wanted",
)
def _generations(ctx: CaseContext) -> None:
    for text, clips, length_ms, music in (
        ("generate a 6 second clip of a city at night", 1, 6_000, True),
        ("make three 5 second clips of cats", 3, 15_000, True),
        ("做一段15秒的海边日落视频，不要音乐", 1, 15_000, False),
    ):
        session = new_session(ctx, account=ctx.registered(credits=500))
        session.say(text)
        draft, reported = session.draft(), session.inner_state().get("generated_media")
        ctx.check(
            "SSE-5", isinstance(reported, list) and len(reported) == clips, f"{clips} from {text!r}", reported
        )
        ctx.check("SSE-5", _lasts(length_ms)(draft), f"{length_ms} ms from {text!r}", drafts.summary(draft))
        has_music = bool(drafts.segments(draft, drafts.AUDIO))
        ctx.check("SSE-5", has_music == music, f"music: {music}, from {text!r}", drafts.summary(draft))
        ctx.check(
            "CRE-2", session.balance() == (500 - 100 * clips, 0), f"{100 * clips} spent", session.balance()
        )


@case("SSE-8", "SSE-5", control=True, description="a clip gets the title and music that the message names")
def _generation_title_and_music(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=100))
    session.say('generate a 5 second clip of a city with jazz at 25% and the title "Urban Dreams"')
    draft = session.draft()
    shown = drafts.summary(draft)
    ctx.check("SSE-8", _reads("Urban Dreams")(draft), "the title Urban Dreams, and no other", shown)
    ctx.check("SSE-8", _sounds(0.25)(draft), "music at 25 %", shown)
    ctx.check("SSE-5", _lasts(5_000)(draft), "5 s of video", shown)


@case(
    "CRE-2",
    "STA-2",
    description="a message that is not understood gets a text, costs nothing and changes nothing",
)
def _not_understood(ctx: CaseContext) -> None:
    _only_talk(ctx, *_NONSENSE)


@case("CRE-2", "STA-2", description="greetings and questions get a text, cost nothing and change nothing")
def _text_only(ctx: CaseContext) -> None:
    _only_talk(ctx, "hello", "how long is the video?", "你好", "有多少积分？")


@case("CRE-2", "STA-2", description='"export" in the chat does nothing and costs nothing')
def _export_in_chat(ctx: CaseContext) -> None:
    _only_talk(ctx, "export", "导出")


def _marks(draft: Draft) -> set[tuple[str, str]]:
    """Return what is said of the footage, figures aside: they change with every cut."""
    items = [one for segment in drafts.segments(draft, drafts.VIDEO) for one in drafts.about(segment).items()]
    return {(name, "" if isinstance(value, int | float) else str(value)) for name, value in items}


def _all_done(ctx: CaseContext, language: str) -> None:
    account = ctx.registered(credits=50 * len(EDIT_CASES[language]))
    for case_ in EDIT_CASES[language]:
        session = new_session(ctx, account=account, language=language, video=True)
        for text in filter(None, (case_.before, case_.text)):
            exchange = session.say(text)
            ctx.check(
                "SSE-5", bool(tools(exchange.events)), f"{text!r} understood as an edit", seen(exchange)
            )
        draft = session.draft()
        ctx.check(
            "SSE-5", case_.holds(draft), f"{case_.expected} after {case_.text!r}", drafts.summary(draft)
        )
        footage = drafts.length_ms(draft, drafts.VIDEO) <= CLIP_MS
        ctx.check("STA-2", footage, "video of at most twelve seconds, in ms", drafts.summary(draft))


def _only_talk(ctx: CaseContext, *messages: str) -> None:
    session = new_session(ctx)
    before = session.balance()
    for text in messages:
        exchange = session.say(text)
        words = reply(exchange.events).strip()
        ctx.check("CRE-2", bool(words), f"words in answer to {text!r}", seen(exchange))
        ctx.check(
            "CRE-2", not tools(exchange.events), f"no tool at work for {text!r}", tools(exchange.events)
        )
    ctx.check(
        "CRE-2", session.balance() == before, f"{before} available and frozen as before", session.balance()
    )
    ctx.check("STA-2", session.draft() == {}, "an empty draft, since nothing was edited", session.draft())
