"""Talk of buttons and panels in what the user reads (C-GUI-1), by the words that the clause names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import outcome, reader_of, said_in
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.events import summarize_stream
from nemocontract.recording import Exchange

QUOTED: Final = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|《[^》\n]*》")

_STOP: Final = re.compile(r"(?<=[.!?…])[\"”')\]]*\s+|(?<=[。！？])[”」』）]*|\n+")
# The clause's own words: click, open a panel, drag, preview in the timeline, and their Chinese. Where a
# phrase ends is not important: what counts is that these words do not reach the user.
_TALK: Final = (
    r"(?<!\ba )(?<!\bone )(?<!\bthe )\b(?:\w+-)?click(?:ing)?\s+(?:on\s+)?(?:(?:the|your|an?)\s+)?[\w&+-]+",
    r"\b(?:open(?:ing)?|(?:go|switch)\s+to)\s+(?:up\s+)?the\s+(?:[\w&+-]+\s+){0,3}?(?:panel|tab|menu|window)\b",
    r"\bdrag(?:ging)?(?:\s+and\s+drop)?\s+(?:the|your|it|this|that|any|each|clips?|files?|media|tracks?)\b",
    r"\bpreview\s+[^.!?;,\n]{0,40}?(?:in|on)\s+the\s+timeline\b",
    r"(?:点击|点按|单击|双击)[^，。！？；\s]{1,8}",
    r"打开[^，。！？；\s]{1,8}?(?:面板|菜单|窗口|选项卡)",
    r"拖[拽动放][^，。！？；\s]{1,6}",
    r"时间[线轴][^，。！？；\s]{0,4}预览",
)
_PATTERN: Final = re.compile("|".join(_TALK), re.IGNORECASE)
# Words that belong to such talk; a sentence with one of them may be put in other words altogether.
_HINT: Final = re.compile(
    r"click|\bdrag|\bpanel|button|\bicon|toolbar|sidebar|slider|\bpreview|\bopen\b|\bexport|\btab\b|\bmenu|"
    r"\bwindow|\bpress\b|\btap\b|点击|点按|单击|双击|打开|拖拽|拖动|拖放|预览|面板|按钮|图标|滑块|导出|窗口|菜单|选择",
    re.IGNORECASE,
)


_WORD_LEAST: Final = 3  # letters
_WORDS_MOST: Final = 8  # a longer rest says more than where to click


def unquoted(text: str) -> str:
    """Return a text without what stands in quotes: a title may well say "Click here"."""
    return QUOTED.sub(" ", text)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; one with a stop inside quotes stays whole."""
    found: list[str] = []
    start = 0
    for stop in _STOP.finditer(text):
        part = text[start : stop.end()]
        if part.count('"') % 2 == 0 and part.count("“") == part.count("”"):
            found.append(part.strip())
            start = stop.end()
    return tuple(one for one in (*found, text[start:].strip()) if one)


def gui_phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a text that speak of a GUI, quotes left aside."""
    return tuple(found[0] for found in _PATTERN.finditer(unquoted(text)))


def mentions_gui(sentence: str) -> bool:
    """Tell whether a sentence speaks of a GUI in any way, so that a client may put it in other words."""
    return _HINT.search(sentence) is not None


@rule("C-GUI-1", "gui.talk-translated", "Phrases about clicking, panels and dragging do not reach the user.")
def _translated(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        said = reader_of(run, chat)
        if said is None or chat.events is None:
            continue
        read = _plain(unquoted(said.text))
        content = _plain(said_in(run))
        for phrase in dict.fromkeys(gui_phrases("\n".join(summarize_stream(chat.events).texts))):
            if _plain(phrase) not in content:  # what the user wrote is content, also in a reply
                yield RuleResult(
                    _plain(phrase) not in read,
                    "talk of a GUI is turned into what the user can do here",
                    f"the user reads {phrase!r}",
                    at=chat,
                )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@rule(
    "C-GUI-1", "gui.content-unchanged", "Quoted content stays word for word, also where it speaks of a GUI."
)
def _content_stays(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        said = reader_of(run, chat)
        if said is None or said.left or outcome(chat) != "complete":
            continue
        read = _plain(said.text)
        for sentence in sentences(summarize_stream(chat.events or ()).said):
            for quoted in QUOTED.findall(sentence) if not mentions_gui(unquoted(sentence)) else ():
                if mentions_gui(quoted):
                    stays = _plain(quoted[1:-1]) in read
                    yield RuleResult(
                        stays, f"the user reads {quoted}", "it is nowhere in what was read", at=chat
                    )


# What the clause puts in the place of some talk: the phrase, what stands for it, and in which words.
_INSTEAD: Final = (
    (r"preview\b.*\btimeline|时间[线轴].*预览", "a track summary, or how to have one",
     r"\btracks\b|\bstatus\b|\(\s*\d+(?:\.\d+)?\s*s?\s*[-–]\s*\d|条轨道|状态"),
    (r"click\b.*\bexport|点击.*导出", "how to export", r"export|导出"),
)  # fmt: skip


@rule(
    "C-GUI-1",
    "gui.talk-replaced",
    "A preview becomes a track summary, the Export button an export, or its whole sentence is left out.",
)
def _in_its_place(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        said = reader_of(run, chat)
        if said is None or said.left or outcome(chat) != "complete" or _cannot_look(run, said, chat):
            continue
        reply = summarize_stream(chat.events or ()).said
        for sentence in sentences(reply):
            wanted = _wanted(sentence)
            if wanted:
                given = (
                    any(_count(words, said.text) > _count(words, _without_talk(reply)) for _, words in wanted)
                    or _done_instead(run, said, chat)
                    or (_is_export_only(wanted) and _left_out(sentence, said))
                )
                what = " or ".join(name for name, _ in wanted)
                yield RuleResult(given, f"in place of {sentence!r}: {what}", "nothing of it", at=chat)


def _done_instead(run: ClientRun, said: UserLine, chat: Exchange) -> bool:
    """Tell whether the client exported the project itself, in place of saying how."""
    return any(one.operation == "render.submit" and one.seq > chat.seq for one in run.during(said))


def _is_export_only(wanted: list[tuple[str, str]]) -> bool:
    return all(name == _INSTEAD[1][1] for name, _ in wanted)


def _left_out(sentence: str, said: UserLine) -> bool:
    """Tell whether nothing of a sentence is shown, and it holds nothing that the user would miss."""
    rest = _PATTERN.sub(" ", sentence)
    if QUOTED.search(sentence) or re.search(r"\d", sentence) or not said.text.strip():
        return False
    words = [word for word in re.findall(r"\w+", rest.casefold()) if len(word) >= _WORD_LEAST]
    shown = _plain(said.text)
    # A part of the sentence that stands alone is worse than none: a person cannot act on it.
    return not any(part in shown for part in _parts(rest)) and len(words) <= _WORDS_MOST


def _parts(text: str) -> list[str]:
    """Return the runs of words that a client would have left standing."""
    parts = (_plain(part).strip(" .!?,;:。！？，") for part in re.split(r"[,;，；.!?。！？]|\s{2,}", text))
    return [part for part in parts if len(part) >= _WORD_LEAST]


def _wanted(sentence: str) -> list[tuple[str, str]]:
    """Return what may stand in place of a sentence's talk; one thing for a sentence is enough."""
    talk = gui_phrases(sentence)
    return [
        (name, words)
        for phrase, name, words in _INSTEAD
        if any(re.search(phrase, one, re.IGNORECASE) for one in talk)
    ]


def _cannot_look(run: ClientRun, said: UserLine, chat: Exchange) -> bool:
    """Tell whether the client tried to see the project, and could not."""
    later = [one for one in run.during(said) if one.seq > chat.seq and one.operation == "state"]
    return any(not one.succeeded for one in later)


def _count(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text, re.IGNORECASE))


def _without_talk(reply: str) -> str:
    return _PATTERN.sub(" ", reply)
