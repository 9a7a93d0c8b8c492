"""Pieces of text to sentences for the user: whole, without GUI talk, without trailing noise (C-SSE-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from nemoclient.json_values import printable_text

MAX_CHARS = 1_000_000  # of one reply; what goes beyond is not kept
_MAX_SENTENCE_CHARS = 10_000

_STOP = re.compile(r"[.!?…]+[\"”')\]]*\s+|[。！？]+[”」』）]*\s*|\n+")
_STOP_BEGUN = ".!?…\"”')]"  # what comes next decides whether these end a sentence
_REGRETS = r"[^.!?。！？\n]*+[.!?。！？]*+\s*+"  # possessive: no text may make this slow
_NOISE = re.compile(
    r"I(?: have|'ve|’ve)? encountered a temporary issue|我?遇到了?(?:一个)?临时(?:性)?问题", re.IGNORECASE
)
_ONLY_NOISE = rf"(?i)(?:{_NOISE.pattern}){_REGRETS}(?:(?:{_NOISE.pattern}|please|kindly|请){_REGRETS})*"


class ReplyText:
    """What the agent writes, as the user reads it: ``take_ready`` returns what can be shown by now.

    A sentence is kept back until it is whole, since a GUI phrase may arrive in pieces, and the noise of
    C-SSE-5 until it is known whether anything follows it. ``shown`` is all of it so far, ``actions`` what it
    asked the user to do, ``noise`` whether noise was dropped at the end.
    """

    def __init__(self) -> None:
        self.shown = ""
        self.actions: set[Action] = set()
        self.noise = False
        self._ready: list[str] = []
        self._sentence = ""  # not yet whole
        self._searched_chars = 0  # of it: no stop begins there
        self._suspect = ""  # noise, and what came behind it
        self._chars_left = MAX_CHARS
        self._starts_line = False

    def take_ready(self) -> list[str]:
        """Return the texts that became ready since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def add(self, piece: str) -> None:
        """Take a piece of text."""
        piece = printable_text(piece[: self._chars_left])
        self._chars_left -= len(piece)
        if piece and self._starts_line:
            piece, self._starts_line = f"{self._line_break}{piece}", False
        self._sentence += piece
        self._end_sentences()

    def new_line(self) -> None:
        """Let what follows begin on a line of its own."""
        self._starts_line = True

    def flush(self) -> None:
        """Show what there is: work follows, so nothing of it is trailing."""
        rest, self._suspect, self._sentence = self._suspect + self._sentence, "", ""
        self._searched_chars = 0
        self._show(rest)
        self.new_line()

    def close(self) -> None:
        """Show what was kept back; a trailing noise text is dropped (C-SSE-5)."""
        rest, self._sentence = self._sentence, ""
        self._release(rest)
        suspect, self._suspect = self._suspect, ""
        self.noise = bool(re.fullmatch(_ONLY_NOISE, suspect.strip()))
        if not self.noise:
            self._show(suspect)

    @property
    def _line_break(self) -> str:
        before = self.shown + self._suspect + self._sentence
        return "\n" if before and not before[-1].isspace() else ""

    def _end_sentences(self) -> None:
        start = 0
        for stop in _STOP.finditer(self._sentence, self._searched_chars):
            if self._sentence.count('"', start, stop.end()) % 2:
                continue  # a quoted title is content, whatever stops are in it
            self._release(self._sentence[start : stop.end()])
            start = stop.end()
        self._sentence = self._sentence[start:]
        self._searched_chars = len(self._sentence.rstrip(_STOP_BEGUN))
        if len(self._sentence) > _MAX_SENTENCE_CHARS:
            rest, self._sentence, self._searched_chars = self._sentence, "", 0
            self._release(rest)

    def _release(self, sentence: str) -> None:
        noise = _NOISE.search(sentence)
        if self._suspect or noise:
            start = 0 if self._suspect or noise is None else noise.start()
            self._suspect += sentence[start:]
            sentence = sentence[:start]
        self._show(sentence)

    def _show(self, text: str) -> None:
        if text:
            translation = translate(text)
            self.actions.update(translation.actions)
            self.shown += translation.text
            self._ready.append(translation.text)


Action = Literal["export", "summary", "state", "edit", "act"]

_QUOTED = r"\"[^\"\n]{0,300}\"|“[^”\n]{0,300}”|「[^」\n]{0,300}」|『[^』\n]{0,300}』"


class Translation(NamedTuple):
    """The text without its GUI, and what it asked the user to do, in the order of the clause's table."""

    text: str
    actions: tuple[Action, ...] = ()


# What the name of a button or panel stands for here: a phrase that this client or the agent takes when typed.
_COMMANDS: tuple[tuple[str, str, str], ...] = (
    (r"export|download|save|share|publish|render|导出|下载|保存|分享|发布", "say “export”", "说“导出”"),
    (r"undo|撤销|撤回", "say “undo”", "说“撤销”"),
    (r"redo|重做|恢复", "say “redo”", "说“重做”"),
    (r"help|tutorials?|guide|examples?|learn(?: more)?|帮助|教程|示例", "say “help”", "说“帮助”"),
    (r"regenerate|generate again|重新生成", "say “regenerate”", "说“重新生成”"),
    (r"generate|create|new clip|生成|创建|制作", "describe the clip you want", "描述您想要的片段"),
    (r"apply|ok|okay|confirm|done|continue|应用|确定|确认|完成|继续", "go on", "继续"),
    (r"retry|try again|重试|再试", "send the request once more", "再说一遍您的要求"),
    (
        r"(?:my |your )?(?:account|billing|balance|credits?|plan|profile)|账[户号单]|余额|(?:我的)?积分",
        "say “credits”",
        "说“积分”",
    ),
    (
        r"upload|import|(?:add )?(?:media|files?|footage)|media library|上传|导入|素材库?|媒体|文件|添加素材",
        "say “upload” and the path of your file",
        "说“上传”并给出文件路径",
    ),
    (
        r"play|preview|watch|timeline|tracks?|layers?|status|播放|预览|时间[线轴]|轨道|图层|状态",
        "say “status”",
        "说“状态”",
    ),
)

_NOUN = r"(?:(?:button|icon|tab|menu|panel|page|link|option|toolbar|sidebar|slider|section)s?)"
_PLACE = (  # "in the top right corner of the screen", "on the left", "in the toolbar"
    r"(?:\s+(?:in|at|on|from|to)\s+(?:the|your)(?:[\s-]+(?:top|bottom|upper|lower|left|right|hand|side))+"
    r"(?:\s+(?:corner|side|bar|menu|toolbar|edge))?(?:\s+of\s+(?:the|your)\s+(?:screen|page|editor|window))?"
    rf"|\s+(?:in|at|on|from)\s+the(?:\s+[\w-]+){{0,2}}?\s+(?:{_NOUN}|(?:preview\s+)?window)\b)?"
)
_NO_NOUN = r"(?<!\ba )(?<!\ban )(?<!\bone )(?<!\bof )(?<!\bthe )"  # "a click sound", "one click"
_ARTICLE = r"(?P<article>(?:the|an?|your)\s+)?"
_CLICK = rf"{_NO_NOUN}\b(?:double-|right-)?click(?:ing)?(?:\s+on)?"
_PRESS = r"\b(?:tap|press|hit|use|choose|select)(?:ing)?(?:\s+on)?"
_OPEN = rf"{_NO_NOUN}\b(?:open|go\s+to|switch\s+to)(?:ing)?\s+(?:up\s+)?"
_LITTLE = r"(?!(?:to|and|or|then|for|if|when|in|at|on|so|between|the|here)\b)"
_NAME = rf"[\"“]?(?P<name>{_LITTLE}[\w&+-]+(?:\s+{_LITTLE}[\w&+-]+){{0,3}}?)[\"”]?"
_END = r"(?=\s+(?:to|and|or|then|for|if|when|in|at|on|so)\b|[.,;:!?)]|\s*$)"
_LOOK = r"(?=\s+to\s+(?:see|view|check|find|list|look)\b)"
_ZH_CLICK = r"(?:点击|点按|单击|双击|按下)(?:[^，。！？“”\"\s]{1,12}?[上里中角间]的)?"
_ZH_NAME = r"[“\"「『【]?(?P<name>[^，。！？；、“”\"「」『』【】\s]{1,12}?)[”\"」』】]?"
_ZH_NOUN = r"(?:按钮|图标|选项卡|标签页|菜单|面板|选项|侧边栏|工具栏|滑块|页面)"
_ZH_END = r"(?=[，。！？；、\s]|[以来就并后]|即可|可以|开始|保存|添加|查看|$)"
_ZH_LOOK = r"(?=(?:就|即|来)?(?:可以?|能)?(?:查看|看到|找到|看))"


class _Rule(NamedTuple):
    """``words`` replaces what ``pattern`` finds; ``{name}`` in it is the group of that name.

    Where the phrase has a ``name`` that stands for a command here, the command replaces it instead; a place
    to look something up is the status, and no upload.
    """

    pattern: str
    action: Action
    words: str

    def replacement(self, found: re.Match[str]) -> str:
        """Return what the user reads in place of the phrase, with a capital where the phrase had one."""
        groups = {key: (value or "").strip('"“” ') for key, value in found.groupdict().items()}
        article = groups.get("article", "") if groups.get("name", "").islower() else ""  # "Color" needs none
        groups["article"] = f"{article} " if article else ""
        command = _command(groups.get("name", ""))
        looks = "status" in self.words or "状态" in self.words
        uploads = "upload" in command or "上传" in command
        words = self.words.format(**groups) if not command or (looks and uploads) else command
        return words[0].upper() + words[1:] if found[0][0].isupper() else words


def _command(name: str) -> str:
    """Return how to have what a button of this name does, empty where only the user can say it."""
    for names, english, chinese in _COMMANDS:
        if re.fullmatch(rf"(?:{names})", name, re.IGNORECASE):
            return english if name.isascii() else chinese
    return ""


# In the order they are tried; what a rule writes is quoted where another could take it for its own.
_RULES = (
    _Rule(
        rf"(?:{_CLICK}|{_PRESS})\s+(?:the\s+)?[\"“]?export[\"”]?(?:\s+{_NOUN})?{_PLACE}\b|"
        rf"(?:{_CLICK}|{_PRESS})\s+(?:the\s+)?[\"“]export[\"”]",
        "export",
        "say “export”",
    ),
    _Rule(rf"{_ZH_CLICK}[“\"「【]?导出(?:视频)?[”\"」】]?{_ZH_NOUN}?", "export", "说“导出”"),
    _Rule(r"(?:the|a|your) preview\s+(?:in|on)\s+the\s+timeline", "summary", "the track list"),
    _Rule(
        r"\bpreview\s+(?P<what>it|this|that|(?:the|your|this)\s+[\w\s]{1,30}?)\s+(?:in|on)\s+the\s+timeline",
        "summary",
        "look at {what} in the track list",
    ),
    _Rule(r"\bpreview\s+(?:in|on)\s+the\s+timeline", "summary", "look at the track list"),
    _Rule(r"在?时间[线轴](?:面板|视图)?[上中里]?(?:进行)?预览", "summary", "在轨道列表中查看"),
    _Rule(rf"{_OPEN}{_ARTICLE}{_NAME}\s+{_NOUN}{_PLACE}{_LOOK}", "state", "say “status”"),
    _Rule(rf"{_OPEN}{_ARTICLE}{_NAME}\s+{_NOUN}{_PLACE}\b", "state", "tell me what you want for {name}"),
    _Rule(rf"(?:打开|切换到|进入){_ZH_NAME}{_ZH_NOUN}{_ZH_LOOK}", "state", "说“状态”"),
    _Rule(rf"(?:打开|切换到|进入){_ZH_NAME}{_ZH_NOUN}", "state", "告诉我{name}想怎么改"),
    _Rule(
        rf"{_NO_NOUN}\bdrag(?:\s+and\s+drop)?\s+(?:(?:the|your|any)\s+)?(?:files?|footage|media|videos?|clips?)\s+"
        r"(?:in|on)?to\s+the\s+(?:media|upload|project|library)(?:\s+[\w-]+)?",
        "edit",
        "say “upload” and the path of your file",
    ),
    _Rule(
        rf"{_NO_NOUN}\bdrag(?:\s+and\s+drop)?\s+the\s+(?P<name>[\w-]+)\s+slider(?:\s+on\s+the\s+\w+)?",
        "edit",
        "tell me the {name} you want",
    ),
    _Rule(
        rf"{_NO_NOUN}\bdrag\s+(?P<what>(?:the|its|this|that|each)\s+(?:[\w-]+\s+){{0,2}}?"
        r"(?:edges?|ends?|handles?|borders?|corners?))\b",
        "edit",
        "tell me how to change {what}",
    ),
    _Rule(
        rf"{_NO_NOUN}\bdrag\s+(?=(?:the|your|each)\s+(?:[\w-]+\s+){{1,2}}(?:in\s+the\s+(?:[\w-]+\s+){{1,2}})?"
        r"to\s+(?:move|change|adjust|reorder|place|position)\b)",
        "edit",
        "tell me where to move ",
    ),
    _Rule(
        rf"{_NO_NOUN}\bdrag(?:\s+and\s+drop)?\s+(?=(?:the|it|this|that|your|any|each|them|its|clips?|files?|media)\b)",
        "edit",
        "tell me to move ",
    ),
    _Rule(r"[把将](?:文件|素材|视频|片段)拖[拽动放][到进至](?:素材|媒体|上传|项目)(?:面板|库|区域?)?",
          "edit", "说“上传”并给出文件路径"),
    _Rule(r"拖[拽动放](?:[^，。！？“”\"\s]{1,8}?[上里中]的)?(?P<what>[^，。！？“”\"\s]{1,4}?)滑块",
          "edit", "告诉我想要的{what}"),
    _Rule(r"[把将](?P<what>[^，。！？“”\"\s]{1,12}?)拖[拽动放曳]", "edit", "告诉我把{what}移动"),
    _Rule(r"拖[拽动放曳]", "edit", "告诉我怎样移动"),
    _Rule(
        rf"\bcheck\s+(?:the|your)\s+(?:account|billing|balance)(?:\s+(?:settings|details|{_NOUN}))?",
        "act",
        "say “credits”",
    ),
    _Rule(rf"查看(?:您的|你的)?(?:账户|账号|账单|余额){_ZH_NOUN}?", "act", "说“积分”"),
    _Rule(rf"(?:{_CLICK}|{_PRESS})\s+{_ARTICLE}{_NAME}\s+{_NOUN}{_PLACE}\b", "act",
          "tell me what you want for {article}{name}"),
    _Rule(rf"{_CLICK}\s+here{_PLACE}\b", "act", "tell me what you want"),
    _Rule(rf"{_CLICK}\s+{_ARTICLE}{_NAME}{_PLACE}{_LOOK}", "act", "say “status”"),
    _Rule(rf"{_CLICK}\s+{_ARTICLE}{_NAME}{_PLACE}{_END}", "act", "tell me what you want for {article}{name}"),
    _Rule(rf"{_ZH_CLICK}{_ZH_NAME}(?:{_ZH_NOUN}|{_ZH_END})", "act", "告诉我{name}想怎么改"),
    _Rule(rf"{_ZH_CLICK}", "act", "告诉我想怎么做"),
)  # fmt: skip
# One of them is in every phrase that a rule can find: most sentences have none, and are done.
_VERBS = (
    *("click", "tap", "press", "hit", "use", "choose", "select", "preview", "open", "go", "switch", "drag"),
    *("check", "点", "击", "按下", "预览", "打开", "切换", "进入", "拖", "查看"),
)
# What is left of a GUI in a text that a rule has touched; elsewhere a panel may be of wood.
_LEFTOVER = (
    rf"\s+(?:in|into|onto|on|from)\s+the(?:\s+[\w-]+){{0,2}}?\s+(?:{_NOUN}|(?:preview\s+)?window)\b|"
    rf"(?<=\w)\s+{_NOUN}\b|在预览窗口[中里]?|{_ZH_NOUN}"
)
_ORDER: tuple[Action, ...] = ("act", "state", "edit", "summary", "export")


def _outside_quotes(pattern: str, words: Callable[[re.Match[str]], str], text: str) -> str:
    """Replace what the pattern finds, but never inside quotes: a title may well say "Click here".

    Compiling all patterns takes longer than any reply; ``re`` keeps them once a reply needs them.
    """
    compiled = re.compile(pattern, re.IGNORECASE)
    if not compiled.search(text):
        return text
    quoted = [found.span() for found in re.finditer(_QUOTED, text)]

    def replace(found: re.Match[str]) -> str:
        return found[0] if any(start < found.start() < end for start, end in quoted) else words(found)

    return compiled.sub(replace, text)


def translate(text: str) -> Translation:
    """Return the text as a user of this client should read it; English and Chinese may mix."""
    folded = text.casefold()
    if not any(verb in folded for verb in _VERBS):
        return Translation(text)
    done: set[Action] = set()
    for rule in _RULES:

        def replacement(found: re.Match[str], rule: _Rule = rule) -> str:
            done.add(rule.action)
            return rule.replacement(found)

        text = _outside_quotes(rule.pattern, replacement, text)
    if done:
        text = _outside_quotes(_LEFTOVER, lambda _: "", text)
    return Translation(text, tuple(action for action in _ORDER if action in done))
