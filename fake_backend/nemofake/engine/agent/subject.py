"""What a clip shows: the words of a message that are no figure, no verb and no word for a clip."""

from __future__ import annotations

from collections.abc import Sequence

from . import concepts as c
from .clause import Clause
from .tokenizer import listed

MAX_NAME_CHARS, MAX_TITLE_CHARS = 60, 40

_MAKERS = c.GENERATE | c.MAKE | c.MAKE_A | c.WANT | c.ADD
_FIGURES = c.TIME | c.LASTING | c.SHAPE | c.SPAN | c.TARGET
_PLAIN_CLIPS = listed("clip clips video videos footage movie film vid vids 视频 影片 片段 短片 小视频 短视频")
_LEADING = listed(
    "a an the of about showing featuring me us new please some for with : , - that is in one video clip "
    "it this but as make "
    "的 关于 一 个 只 头 座 辆 段 条 : 、 张 部 是 有 我 要"
)
_TRAILING = listed("with in and for at a an the of to : , . - 的 、 。 ; ! long")
# What has nothing to join any more when the figure after it is gone.
_LOOSE = listed("in , 、")
_STOPS = listed(". ! ; 。 \n") | {"\n"}


def subject_of(clause: Clause) -> str:
    """Return what a clip shows: the words after the verb that are no figure and no word for a clip."""
    quoted = next((token.value for token in clause.tokens if token.bits & c.QUOTE), None)
    of = next((token for token in clause.tokens if token.bits & c.FOOTAGE_OF), None)
    makers = [token for token in clause.tokens if token.bits & _MAKERS]
    maker = max(makers, key=lambda token: token.bits & c.GENERATE, default=None)
    begin = of.after if of else maker.after if maker else clause.first
    gone = _without(clause, _FIGURES | c.VERSION | (0 if of else c.NUMBER))
    gone.update(_clip_words(clause, after_of=of is not None))
    if (last := clause.tokens[-1]).bits & c.ENDING:  # where it goes, and a new clip goes there anyway
        gone.update(range(last.first, last.after))
    kept = [at for at in range(begin, _end(clause, begin)) if at not in gone]
    subject = _kept(clause, kept)
    if quoted and (not subject or subject == f"“{quoted}”"):
        return shortened(str(quoted), MAX_NAME_CHARS)
    return subject


def change_of(clause: Clause, begin: int, *, numbered: bool) -> str:
    """Return what is to be different in a clip made anew: the words after the verb."""
    gone = _without(clause, _FIGURES | (c.CLIP | c.NUMBER | c.ORDINAL if numbered else 0))
    change = _kept(clause, [at for at in range(begin, _end(clause, begin)) if at not in gone])
    return "" if change in _PLAIN_CLIPS else change


def title_of(subject: str) -> str:
    """Return a title for a clip: its subject in capitals, short enough to be read."""
    words = shortened(subject, MAX_TITLE_CHARS).split(" ")
    while len(words) > 1 and words[-1].lower().strip(",") in _TRAILING:
        words.pop()
    return " ".join(word[:1].upper() + word[1:] for word in words).rstrip(",")


def shortened(text: str, limit: int) -> str:
    """Return text of at most ``limit`` characters, cut between words where that is possible."""
    if len(text) <= limit:
        return text
    return text[:limit].rpartition(" ")[0] or text[:limit]


def _without(clause: Clause, bits: int) -> set[int]:
    """Return the pieces of figures and the like, with the comma or "in" that led to them."""
    gone: set[int] = set()
    for token in clause.tokens:
        if token.bits & bits:
            gone.update(range(token.first, token.after))
            if clause.parsed.pieces[token.first - 1] in _LOOSE:
                gone.add(token.first - 1)
    return gone


def _clip_words(clause: Clause, *, after_of: bool) -> set[int]:
    """Return the pieces that only say "clip": in English those before "of", in Chinese those at the end."""
    if after_of and clause.parsed.language == "en":
        return set()
    return {
        at
        for token in clause.tokens
        if token.bits & (c.CLIP | c.VIDEO)
        and "".join(clause.parsed.pieces[token.first : token.after]) in _PLAIN_CLIPS
        for at in range(token.first, token.after)
    }


def _end(clause: Clause, begin: int) -> int:
    """Return where the sentence ends that a clip is described in."""
    return next((at for at in range(begin, clause.after) if clause.parsed.pieces[at] in _STOPS), clause.after)


def _kept(clause: Clause, pieces: Sequence[int]) -> str:
    """Return pieces as they were written, without what leads nowhere at both ends."""
    begin, end = 0, len(pieces)
    while begin < end and clause.parsed.pieces[pieces[begin]] in _LEADING:
        begin += 1
    while begin < end and clause.parsed.pieces[pieces[end - 1]] in _TRAILING:
        end -= 1
    runs: list[list[int]] = []
    for at in pieces[begin : min(end, begin + MAX_NAME_CHARS)]:
        if runs and runs[-1][1] == at:
            runs[-1][1] = at + 1
        else:
            runs.append([at, at + 1])
    joint = "" if clause.parsed.language == "zh" else " "
    text = joint.join(clause.parsed.plain(first, after) for first, after in runs)
    return shortened(text.replace(" ,", ","), MAX_NAME_CHARS)
