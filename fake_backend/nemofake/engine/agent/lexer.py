"""A message to tokens: every phrase with what it can mean, in order; words without meaning are left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from . import concepts as c
from .lexicon import find
from .masking import FILE, QUOTE, mask, unmask
from .time_ranges import STARTS, timed
from .tokenizer import folded, is_chinese, is_figure, listed, places, words

MAX_CHARS = 20_000
_PADDING = [""] * 16  # so that looking ahead never needs a check

_MARKS: dict[str, int] = {
    **dict.fromkeys((".", "!", "?", ";", "。", "\n", "•"), c.STOP),
    **dict.fromkeys((",", "、", "…", "—", "–", "-", "(", ")", "[", "]", "/"), c.COMMA),
    ":": c.COMMA | c.WITH,
    **dict.fromkeys(("&", "+"), c.LINK),
}
_HEADINGS = c.TITLE | c.LOWER_THIRD
_DIGITS = "0123456789"
_CLIP_OF = listed("of about showing featuring depicting where :")
_ARTICLES = listed("the a an any some my this that all your our no")
_ONE = listed(
    "a an another one some two three four five six seven eight nine ten 2 3 4 5 6 7 8 9 10 一 两 三 四 五"
)


class Token(NamedTuple):
    """A phrase: ``bits`` of concepts, a value, its first piece of the message and the one after it."""

    bits: int
    value: Any
    first: int
    after: int


class ParsedMessage(NamedTuple):
    """A message as read: ``text`` is masked, in its own case; ``size`` counts pieces without padding."""

    text: str
    low: str
    masked: tuple[str, ...]
    tokens: list[Token]
    pieces: list[str]
    size: int
    language: str
    where: list[tuple[int, int]]  # where each piece stands; filled when first needed

    def plain(self, first: int, after: int) -> str:
        """Return some pieces of the message as they were written, in one line."""
        if not self.where:
            self.where.extend(places(self.low))
        where = self.where[first:after]
        if not where:
            return ""
        return " ".join(unmask(self.text, where[0][0], where[-1][1], self.masked).split())


def read(message: str, names: tuple[str, ...] = ()) -> ParsedMessage:
    """Return what a message says, phrase by phrase, in linear time; ``names`` are known clips and files."""
    text, masked = mask(message[:MAX_CHARS], names)
    low = folded(text)
    pieces = words(low)
    size = len(pieces)
    pieces += _PADDING
    parsed = ParsedMessage(text, low, masked, [], pieces, size, "zh" if is_chinese(low) else "en", [])
    tokens = parsed.tokens
    known = _name_index(names) if names else {}
    at = seen = meant = 0
    while at < size:
        first, piece = at, pieces[at]
        bits, value, at = _named(at, pieces, known) or _phrase(at, piece, pieces)
        if piece in (QUOTE, FILE):
            bits, value, seen = *_masked(piece, masked[seen], names), seen + 1
        elif piece == "-" and _is_sign(parsed, first):
            bits = c.NEGATIVE
        if bits:
            tokens.append(Token(bits, value, first, min(at, size)))
            meant = 0 if bits & c.STOP else meant | bits
        if meant & (c.TEXTS | c.ADD | c.PUT) and _announces(bits, piece, pieces[at - 1], meant, tokens):
            after = _unquoted_end(at, pieces)
            if after > at:
                tokens.append(Token(c.QUOTE, parsed.plain(at, after), at, after))
                meant, at = meant | c.QUOTE, after
    return parsed


def _masked(piece: str, value: str, names: tuple[str, ...]) -> tuple[int, Any]:
    """Return the meaning of a quotation or a file name; one that is not known has none."""
    found = tuple(name for name in names if name.lower() == value.lower())
    if piece == FILE or (found and "." in value):
        return (c.NAME, found) if found else (c.UNKNOWN, value)
    return c.QUOTE, value


def _is_sign(parsed: ParsedMessage, at: int) -> bool:
    """Tell the sign of a negative figure from a dash: a figure follows, and none stands before."""
    if not is_figure(parsed.pieces[at + 1]) or (at and is_figure(parsed.pieces[at - 1])):
        return False
    if not parsed.where:
        parsed.where.extend(places(parsed.low))
    start, end = parsed.where[at]
    return (
        parsed.where[at + 1][0] == end
        and (at > 0 or start == 0)
        and not parsed.low[start - 1 : start].isalnum()
    )


# -- names -------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _name_index(names: tuple[str, ...]) -> dict[str, list[tuple[list[str], tuple[str, ...]]]]:
    """Return first piece -> (further pieces, names) of whole names and of single words in them."""
    index: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(names):
        stem, dot, ending = name.rpartition(".")
        pieces = words(
            folded((stem if dot and len(ending) <= 4 else name).replace("_", " ").replace("-", " "))
        )
        for key in {tuple(pieces), *((piece,) for piece in pieces if piece.isalpha() and piece.isascii())}:
            if key:
                index.setdefault(key, []).append(name)
    result: dict[str, list[tuple[list[str], tuple[str, ...]]]] = {}
    for key in sorted(index, key=len, reverse=True):
        result.setdefault(key[0], []).append((list(key[1:]), tuple(index[key])))
    return result


def _named(
    at: int, pieces: list[str], known: dict[str, list[tuple[list[str], tuple[str, ...]]]]
) -> tuple[int, Any, int] | None:
    """Return the name that starts at a piece; a word that means something else needs "clip" after it."""
    for rest, names in known.get(pieces[at], ()) if known else ():
        end = at + 1 + len(rest)
        if pieces[at + 1 : end] != rest:
            continue
        plain = find(at, pieces)
        after = find(end, pieces)
        is_whole = bool(rest) and any(
            is_figure(p) or find(at + n, pieces) is None for n, p in enumerate([pieces[at], *rest])
        )
        is_clip = bool(after and after[0][0] & (c.CLIP | c.VIDEO) and not after[0][0] & c.SHAPE)
        figure = is_figure(pieces[at]) or pieces[at] in STARTS
        if is_clip and not (plain and plain[0][0] & (c.NEW | c.OWN | c.DEFINITE | c.VIDEO | c.CLIP)):
            return c.NAME, names, end
        if is_whole or (plain is None and not figure):
            return c.NAME, names, end
    return None


# -- phrases -----------------------------------------------------------------------------------


def _phrase(at: int, piece: str, pieces: list[str]) -> tuple[int, Any, int]:
    """Return the meaning of what starts at a piece, 0 for words that add none, and where it ends."""
    if (piece[0] in _DIGITS or piece == "两") and (entry := find(at, pieces)):
        return (*entry[0], entry[1])
    size = find(at + 1, pieces) if piece in STARTS and is_figure(pieces[at + 1]) else None
    if size is not None and size[0][0] & c.RESOLUTION:
        return 0, "", at + 1  # "to 4k" is no figure
    if piece in STARTS or piece[0] in _DIGITS:
        figure = timed(at, pieces)
        if figure:
            return _figure(at, pieces, *figure)
    entry = find(at, pieces)
    is_phrase = entry is not None and entry[1] - at > 2
    if piece in _PARTICLES and not is_phrase and (verb := _phrasal_verb(at, pieces)):
        return *verb, at + 1
    if entry:
        (bits, value), end = entry
        return _in_context(bits, value, at, end, pieces)
    if piece in _MARKS:
        return _MARKS[piece], None, at + 1
    return (c.UNKNOWN if piece[0].isalnum() else 0), piece, at + 1


# Verbs whose meaning stands further back: "take the music out", "turn the sound off".
_GONE = (c.REMOVE, "")
_OUT = {"out": _GONE, "away": _GONE}
_SWITCH = {"off": (c.MUTE, ""), "on": (c.UNMUTE, "")}
_PARTICLES: dict[str, dict[str, tuple[int, str]]] = {
    "take": {**_OUT, "off": _GONE},
    "fade": {"in": (c.EFFECT, "fade in"), "out": (c.EFFECT, "fade out")},
    "leave": _OUT,
    "get": _OUT,
    "cut": _OUT,
    "edit": _OUT,
    "turn": _SWITCH,
    "switch": _SWITCH,
    "shut": _SWITCH,
}
_REACH = 8


def _phrasal_verb(at: int, pieces: list[str]) -> tuple[int, str] | None:
    """Return the meaning of a verb with its particle, None if none follows in the same clause."""
    particles = _PARTICLES[pieces[at]]
    for n, piece in enumerate(pieces[at + 1 : at + _REACH], at + 1):
        if piece in _MARKS or piece in {"and", "then", ""}:
            break
        if piece in particles and (pieces[n + 1] in _CLOSING or n == at + 1) and pieces[n + 1] != "of":
            return particles[piece]
    return None


_CLOSING = listed(
    ". , ! ? ; and then please from between at in over during after for completely entirely now again again"
) | {
    "",
    "\n",
}


def _figure(at: int, pieces: list[str], bits: int, value: Any, end: int) -> tuple[int, Any, int]:
    """Tell a list's numbering ("2." or "2)") from a figure."""
    if bits == c.NUMBER and (
        pieces[end] == ")" or (pieces[end] == "." and pieces[at - 1] in {"", "\n", ".", ";"})
    ):
        return c.STOP, None, end + 1
    return bits, value, end


def _in_context(bits: int, value: str, at: int, end: int, pieces: list[str]) -> tuple[int, Any, int]:
    """Add what the next word tells: "make a", "video of"."""
    if bits & c.MAKE and (pieces[end] in _ONE or (pieces[end] == "me" and pieces[end + 1] in _ONE)):
        return bits | c.MAKE_A, value, end
    if bits & c.GRADE_IT and pieces[at - 1] in _ARTICLES:
        return bits & ~c.GRADE_IT, value, end
    if bits & (c.CLIP | c.VIDEO) and pieces[end] in _CLIP_OF:
        return bits | c.FOOTAGE_OF, value, end + 1
    return bits, value, end


# -- text without quotation marks --------------------------------------------------------------

_MAX_PIECES = 24
_ENDS = frozenset((",", ".", "!", "?", ";", "。", "、", "…", "\n", "•", QUOTE, "", "然", "并", "再"))
_PREPOSITIONS = frozenset(("at", "in", "on", "from", "for", "with", "and", "then", "to", "在", "于"))
_PLACED = c.HEIGHT | c.SIDE | c.SPAN | c.POINT | c.LASTING | c.STARTING | c.ENDING | c.TEXTS | c.MUSIC


def _announces(bits: int, piece: str, last: str, meant: int, tokens: Sequence[Token]) -> bool:
    """Tell whether a title's text follows without quotation marks: "saying …", "title: …", 标题改成…."""
    if bits & c.SAYS:
        return True
    if piece == ":":
        return len(tokens) > 1 and bool(tokens[-2].bits & c.TEXTS)
    if piece == "to" and meant & c.CHANGE and not meant & c.MOVE:
        return not bits and bool(tokens[-1].bits & _HEADINGS)
    return bool(bits & c.CHANGE and meant & _HEADINGS) and last in {"成", "为"} and not meant & c.GRADE


def _unquoted_end(at: int, pieces: list[str]) -> int:
    """Return the piece after the last one of a text that starts at ``at``; the same if there is none."""
    if _is_placed(at, pieces):
        return at
    for end in range(at, at + _MAX_PIECES):
        piece = pieces[end]
        if piece == "," and _phrase(end + 1, pieces[end + 1] or ".", pieces)[0] == c.UNKNOWN:
            continue  # "Jane Doe, CEO"
        if piece in _ENDS or (piece in _PREPOSITIONS and _leads_away(end, pieces)):
            return end
    return at + _MAX_PIECES


def _leads_away(at: int, pieces: list[str]) -> bool:
    """Tell whether a preposition goes on to say where, when or what else: "… at the top", "… and add"."""
    skip = at + 1 + (pieces[at + 1] in {"the", "a"})
    found = find(at + 1, pieces)
    return _is_placed(at, pieces) or _is_placed(skip, pieces) or bool(found and found[0][0] & c.ACTIONS)


def _is_placed(at: int, pieces: list[str]) -> bool:
    """Tell whether a place, a time or another thing to add starts here."""
    if pieces[at] in STARTS or is_figure(pieces[at]):
        figure = timed(at, pieces)
        if figure and figure[0] & c.WHEN:
            return True
    found = find(at, pieces)
    return bool(found and found[0][0] & _PLACED)
