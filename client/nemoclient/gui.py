"""Talk about buttons and panels turned into what works here, content words untouched (C-GUI-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Action = Literal["export", "summary", "state", "edit", "act"]

_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Translation:
    """The text without its GUI, and what it asked the user to do, in the order of the clause's table."""

    text: str
    actions: tuple[Action, ...] = ()


_NOUN = r"(?:buttons?|icons?|tabs?|menus?|panels?|links?|options?|dialogs?|windows?|sidebars?|toolbars?)"
_CORNER = (
    r"(?:\s+(?:in|at|on|from|of)\s+the\s+(?:(?:top|bottom|upper|lower|left|right)[- ]?)+(?:hand\s+)?"
    r"(?:corner|side|bar|menu|toolbar|edge)?(?:\s+of\s+the\s+(?:screen|page|editor|window))?)?"
)
_CLICK = r"(?:click|tap|press|hit)(?:ing)?(?:\s+on)?"
_NAME = r"(?P<name>(?:[A-Z\"“][\w\"”&+-]*|[\w&+-]+)(?:\s+[\w\"”&+-]+){0,3}?)"
_END = r"(?=\s+(?:to|and|or|then|for|if|when|in|at|on|so|button|icon|tab|menu|panel)\b|[.,;:!?)]|\s*$)"
_ZH_NAME = r"[“\"「『【]?(?P<name>[^，。！？；、“”\"「」『』【】\s]{1,12}?)[”\"」』】]?"
_ZH_NOUN = r"(?:按钮|图标|选项卡|标签页|标签|菜单|面板|选项|窗口|对话框|侧边栏)"


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    action: Action
    words: Callable[[re.Match[str]], str]


def _rule(pattern: str, action: Action, words: str) -> _Rule:
    """Make a rule; ``{name}`` in the words stands for what the group of that name caught."""

    def fill(found: re.Match[str]) -> str:
        return words.format(**{key: (value or "").strip('"“” ') for key, value in found.groupdict().items()})

    return _Rule(re.compile(pattern, re.IGNORECASE), action, fill)


# In the order they are tried; text that one rule wrote is quoted where it could be taken for another's.
_RULES = (
    _rule(rf"{_CLICK}\s+(?:the\s+)?[\"“]?export[\"”]?(?:\s+{_NOUN})?{_CORNER}", "export", "say “export”"),
    _rule(
        rf"(?:use|choose|select|find)\s+the\s+[\"“]?export[\"”]?\s+{_NOUN}{_CORNER}", "export", "say “export”"
    ),
    _rule(rf"(?:点击|点按|单击|按下)[“\"「【]?导出[”\"」】]?{_ZH_NOUN}?", "export", "说“导出”"),
    _rule(
        r"preview(?:\s+(?P<what>it|this|that|(?:the|your|this)\s+[\w\s]{1,30}?))?\s+(?:in|on)\s+the\s+timeline"
        r"(?:\s+(?:panel|view|editor))?",
        "summary",
        "look at {what} in the track list",
    ),
    _rule(r"在?时间[线轴](?:面板|视图)?[上中里]?(?:进行)?预览", "summary", "在轨道列表中查看"),
    _rule(
        rf"(?:open|go\s+to|switch\s+to)\s+(?:up\s+)?(?:the\s+|your\s+)?{_NAME}\s+{_NOUN}{_CORNER}",
        "state",
        "ask me about “{name}”",
    ),
    _rule(rf"(?:打开|切换到|进入){_ZH_NAME}{_ZH_NOUN}", "state", "问我“{name}”"),
    _rule(
        r"drag(?:\s+and\s+drop)?\s+(?P<what>[^.,;!?\n]{1,60}?)\s+(?P<way>onto|into|to|along|across|over|on)\b",
        "edit",
        "tell me to move {what} {way}",
    ),
    _rule(r"drag(?:\s+and\s+drop)?\s+", "edit", "tell me to move "),
    _rule(r"拖[拽动放]?(?=\S)", "edit", "告诉我移动"),
    _rule(rf"{_CLICK}\s+(?:the\s+)?{_NAME}(?:\s+{_NOUN}{_CORNER}|{_END})", "act", "tell me “{name}”"),
    _rule(
        rf"(?:点击|点按|单击|按下){_ZH_NAME}(?:{_ZH_NOUN}|(?=[，。！？；、\s]|[以来就]|即可|可以|$))",
        "act",
        "告诉我“{name}”",
    ),
    _rule(rf"(?:点击|点按|单击)(?:{_ZH_NOUN})?", "act", "告诉我"),
)
_ORDER: tuple[Action, ...] = ("act", "state", "edit", "summary", "export")


def _apply(rule: _Rule, text: str, done: set[Action]) -> str:
    quoted = [found.span() for found in _QUOTED.finditer(text)]

    def replace(found: re.Match[str]) -> str:
        if any(start < found.start() < end for start, end in quoted):
            return found[0]  # a title may well say "Click here"
        done.add(rule.action)
        return rule.words(found)

    return rule.pattern.sub(replace, text)


def translate(text: str) -> Translation:
    """Return the text as a user of this client should read it; English and Chinese may mix."""
    done: set[Action] = set()
    for rule in _RULES:
        text = _apply(rule, text, done)
    return Translation(text, tuple(action for action in _ORDER if action in done))
