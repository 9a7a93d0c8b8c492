"""The draft's short names, and the numbers of its track types (STA-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.lint.document import Document, Row, Statement
from nemocontract.lint.finding import LintFinding, quoted
from nemocontract.lint.wording import compiled

_MEANINGS: Final = compiled({
    "track type": r"track ?types?|types? of (?:a |the )?track|\btype\b|轨道类型|类型",
    "tracks": r"\btracks?\b|轨道",
    "segments": r"segments?|片段|分段",
    "duration": r"durations?|length|\bms\b|millisec|时长|毫秒|持续",
    "metadata": r"meta ?data|\bmeta\b|元数据|元信息",
    "start": r"\bstart|开始|起始|起点",
})  # fmt: skip
NAMES: Final = {
    "t": "tracks",
    "tt": "track type",
    "sg": "segments",
    "d": "duration",
    "m": "metadata",
    "s": "start",
}
_SAYS: Final = "t is tracks, tt track type, sg segments, d duration in ms, m metadata"
_PAIR: Final = re.compile(
    r"(?<![\w.'-])\"?(?P<name>tt|sg|t|d|m|s)\"?\s*(?:=|→|:|\bfor\b|\bis\b|\bare\b|\bmeans\b|\bstands? for\b|\bholds?\b|\(|\||表示|代表|是|为|指|即|—|–|-)\s*"
    r"(?:the |a |an |its |\")?(?P<meaning>(?:(?!\band\b|\bwhere\b|和|以及)[^,;、|。·\n)]){1,32})",
    re.IGNORECASE,
)
_SPACED: Final = re.compile(
    r"(?<![\w.'-])(?P<name>tt|sg|t|d|m)\s+(?P<meaning>[^,;、|。·\n)]{1,32})"
)  # fmt: skip
_TYPES: Final = {"video": "0", "audio": "1", "text": "7"}
_KIND: Final = r"(?P<kind>video|audio|music|bgm|text|titles?|subtitles?|captions?|视频|画面|音频|音乐|文字|文本|字幕|标题)"
_FORWARD: Final = re.compile(
    rf"(?<![\w.])(?P<number>\d{{1,2}})\s*(?:=|→|:|-|—|\(|\bis\b|\bfor\b|\bmeans\b|为|是|表示|代表|即|\"|\s)\s*\"?{_KIND}",
    re.IGNORECASE,
)
_BACKWARD: Final = re.compile(
    rf"{_KIND}\s*(?:=|→|:|\(|\bis\b|为|是|\s)\s*(?P<number>\d{{1,2}})(?![\d\w])", re.IGNORECASE
)
_AS: Final = {
    **dict.fromkeys(["video", "视频", "画面"], "video"), **dict.fromkeys(["audio", "music", "bgm", "音频", "音乐"], "audio"),
    **dict.fromkeys(["text", "title", "titles", "subtitle", "subtitles", "caption", "captions", "文字", "文本", "字幕", "标题"], "text"),
}  # fmt: skip
_SECONDS: Final = re.compile(
    r"\b(?:in |unit:? ?)?(?:s|secs?|seconds?|minutes?|min|µs|ns|frames?)\b|(?<!毫)秒|分钟|帧", re.IGNORECASE
)


def check_draft_map(document: Document) -> Iterator[LintFinding]:
    """Find short names with another meaning, and track types with another number."""
    for table in dict.fromkeys(row.table for row in document.rows):
        rows = [row for row in document.rows if row.table == table]
        if sum(row.cells[0].lower() in NAMES for row in rows) >= 3 and len(rows[0].cells) >= 2:
            for row in rows:
                yield from _row(row)
    for statement in document.statements:
        if statement.kind in ("prose", "row", "code"):
            yield from _names(statement)
            yield from _types(statement)


def _names(statement: Statement) -> Iterator[LintFinding]:
    """Judge the names of a statement that explains several, or that stands where a draft is explained."""
    pairs = [
        found
        for found in _PAIR.finditer(statement.text)
        if _meaning(found["meaning"])
        or re.fullmatch(r"\s*(?:s|secs?|seconds?|秒)\s*", found["meaning"], re.IGNORECASE)
    ]
    if len(pairs) < 3 and re.search(
        r"draft|short names?|abbreviat|草稿|缩写|简写", statement.context, re.IGNORECASE
    ):
        spaced = [found for found in _SPACED.finditer(statement.block) if _meaning(found["meaning"])]
        if len(spaced) >= 3:
            pairs = list(_SPACED.finditer(statement.text))
    lone = re.match(
        r"\W*sg\"?\s*(?:=|→|:|\(|—|-|\bis\b|表示|是|为)\s*(?P<meaning>[A-Za-z一-鿿][^,;、|。\n]{2,40})",
        statement.text,
    )
    if (
        lone
        and not _meaning(lone["meaning"])
        and not re.search(r"clip|element|item|part|段", lone["meaning"], re.IGNORECASE)
    ):
        yield LintFinding(
            statement.line, "contradicts", "STA-2", "must", quoted(lone[0]), _SAYS, "sg is segments"
        )
    if len(pairs) < 3 and not (pairs and re.search(r"draft|草稿", statement.context, re.IGNORECASE)):
        return
    if statement.kind == "code" and len(pairs) < 3:
        return
    for found in pairs:
        name, meaning = found["name"].lower(), _meaning(found["meaning"])
        if name == "d" and re.fullmatch(r"s|secs?|seconds?|秒|min", found["meaning"].strip(), re.IGNORECASE):
            meaning = "seconds"
        elif not meaning and (name != "sg" or re.search(r"\d|为|是|non-?empty", found["meaning"])):
            continue
        if (
            meaning != NAMES[name]
            and not (name == "s" and meaning == "duration")
            and not (name == "d" and "duration" in _all(found["meaning"]))
        ):
            yield LintFinding(
                statement.line,
                "contradicts",
                "STA-2",
                "must",
                quoted(found[0]),
                _SAYS,
                f"{name} is {NAMES[name]}",
            )
        elif name == "d":
            rest = re.split(r"[,;、。|]", statement.text[found.start("meaning") :])
            said = rest[0] + (
                rest[1] if len(rest) > 1 and re.search(r"单位|in |milli|seconds|毫秒", rest[1]) else ""
            )
            if _SECONDS.search(said) and not re.search(r"\bms\b|milli|毫秒", said, re.IGNORECASE):
                yield LintFinding(
                    statement.line,
                    "contradicts",
                    "STA-2",
                    "must",
                    quoted(found[0]),
                    "d is a duration in milliseconds",
                    "write ms",
                )


def _row(row: Row) -> Iterator[LintFinding]:
    name, said = row.cells[0].lower(), " ".join(row.cells[1:])
    meaning = _meaning(row.cells[1]) or _meaning(said)
    if name in NAMES and meaning and meaning != NAMES[name] and NAMES[name] not in _all(said):
        yield LintFinding(
            row.line,
            "contradicts",
            "STA-2",
            "must",
            quoted(" | ".join(row.cells)),
            _SAYS,
            f"{name} is {NAMES[name]}",
        )
    elif name == "d" and _SECONDS.search(said) and not re.search(r"\bms\b|milli|毫秒", said, re.IGNORECASE):
        yield LintFinding(
            row.line,
            "contradicts",
            "STA-2",
            "must",
            quoted(said),
            "d is a duration in milliseconds",
            "write ms",
        )


def _meaning(text: str) -> str:
    places = {name: found.start() for name, pattern in _MEANINGS.items() if (found := pattern.search(text))}
    if "track type" in places and "tracks" in places:
        return "track type"
    return min(places, key=lambda name: places[name]) if places else ""


def _all(text: str) -> set[str]:
    return {name for name, pattern in _MEANINGS.items() if pattern.search(text)}


def _types(statement: Statement) -> Iterator[LintFinding]:
    if not re.search(r"(?<!\w)tt(?!\w)|track types?|轨道类型|类型", statement.context, re.IGNORECASE):
        return
    forward = list(_FORWARD.finditer(statement.text))
    backward = list(_BACKWARD.finditer(statement.text))
    found = forward if len(forward) >= len(backward) else backward
    if len(found) < 2 and not re.search(r"(?<!\w)tt(?!\w)", statement.text):
        return
    if re.search(r"Timeline|时间线|\(\d+ tracks|\d-\d+s", statement.text):
        return
    for one in found:
        kind = _AS[one["kind"].lower()]
        if one["number"] != _TYPES[kind]:
            yield LintFinding(statement.line, "contradicts", "STA-2", "must", quoted(one[0]),
                              "a track's type is 0 for video, 1 for audio, 7 for text", f"{kind} is {_TYPES[kind]}")  # fmt: skip
