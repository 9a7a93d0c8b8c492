"""Which meanings together ask for what: one table, read from the top."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..lexer import concepts as c
from ..model import Kind

_STYLE = c.GENRE | c.MOOD
_WORDS = c.MUSIC | c.SOUND
_CHANGE = c.CHANGE | c.MAKE
_GONE = c.REMOVE | c.CUT
_DRESS = c.EFFECT | c.FX | c.TRANSITION | c.GRADE | c.LOOK
_MADE = c.GENERATE | c.MAKE_A


class IntentRule(NamedTuple):
    """A clause asks for ``kind`` if it has one meaning of each of ``needs`` and none of ``without``."""

    kind: Kind
    needs: tuple[int, ...]
    without: int = 0


RULES: tuple[IntentRule, ...] = (
    # What is to be made
    IntentRule(Kind.REGENERATE, (c.AGAIN,)),
    IntentRule(Kind.GENERATE, (c.GENERATE, c.FOOTAGE_OF), c.SUBTITLE),
    IntentRule(
        Kind.LANGUAGE,
        (c.SPEAK | c.CHANGE | c.ADD, c.TONGUE),
        c.TEXTS | c.MUSIC | _MADE | c.FOOTAGE_OF | c.VIDEO | c.SOUND,
    ),
    IntentRule(
        Kind.GENERATE,
        (c.MAKE_A | c.WANT | c.ADD, c.FOOTAGE_OF),
        c.TEXTS | c.MUSIC | _DRESS | c.DEFINITE | c.NEW,
    ),
    IntentRule(Kind.SUBTITLES, (_MADE, c.SUBTITLE)),
    IntentRule(Kind.LOWER_THIRD, (_MADE, c.LOWER_THIRD)),
    IntentRule(Kind.TITLE, (_MADE, c.TITLE), c.CLIP | c.TIME | c.CHANGE),
    IntentRule(Kind.MUSIC, (_MADE, c.MUSIC), c.CLIP | c.TIME | c.CHANGE),
    IntentRule(Kind.TRANSITION, (_MADE, c.TRANSITION), c.CLIP | c.VIDEO | c.TIME),
    IntentRule(Kind.EFFECT, (_MADE, c.EFFECT | c.FX), c.CLIP | c.VIDEO | c.TIME),
    IntentRule(Kind.CANVAS, (_MADE | _CHANGE, c.SHAPE, c.VERSION), c.FOOTAGE_OF | c.GENERATE),
    IntentRule(Kind.DURATION, (_MADE | _CHANGE, c.TIME, c.VERSION), c.FOOTAGE_OF | c.GENERATE),
    IntentRule(Kind.GENERATE, (c.GENERATE,), c.CHANGE | c.SILENCE),
    IntentRule(Kind.GENERATE, (c.MAKE_A, c.VIDEO | c.CLIP), c.SPLIT | c.FASTER | c.SLOWER | c.CHANGE),
    IntentRule(
        Kind.GENERATE,
        (c.MAKE_A, c.TIME),
        c.TEXTS | c.MUSIC | _DRESS | c.SILENCE | c.VERSION | c.CHANGE | c.DEFINITE,
    ),
    IntentRule(
        Kind.GENERATE, (c.WANT, c.TIME, c.VIDEO | c.CLIP), c.TEXTS | c.MUSIC | _DRESS | c.DEFINITE | _GONE
    ),
    IntentRule(
        Kind.GENERATE, (c.FOOTAGE_OF, c.TIME), c.ACTIONS | c.WHAT | c.TEXTS | c.MUSIC | c.STATE | c.DEFINITE
    ),
    IntentRule(Kind.EXPORT, (c.EXPORT,), c.SOUND),
    # Silences before anything else that is cut; 静音 is also a verb
    IntentRule(Kind.SILENCES, (_GONE | c.SHORTEN, c.SILENCE), c.MUSIC),
    IntentRule(Kind.UNMUTE, (c.UNMUTE,)),
    # Order and place
    IntentRule(Kind.MOVE_CLIP, (c.MOVE | c.SWAP, c.CLIP), c.TRACK | c.TEXTS | _WORDS),
    IntentRule(Kind.MOVE_CLIP, (c.REVERSE,), c.TRACK),
    IntentRule(
        Kind.PLACE_TEXT, (c.MOVE, c.TEXTS, c.SIDE | c.SCREEN | c.POINT | c.TARGET | c.SPAN), c.TRACK | c.QUOTE
    ),
    IntentRule(Kind.MOVE_TRACK, (c.MOVE | c.SWAP, c.TEXTS | _WORDS | c.TRACK | c.VIDEO)),
    IntentRule(Kind.MOVE_TRACK, (c.PUT, c.TRACK, c.HEIGHT | c.ABOVE | c.BELOW)),
    IntentRule(Kind.MOVE_TRACK, (c.PUT, c.TEXTS | _WORDS | c.VIDEO, c.ABOVE | c.BELOW), c.QUOTE | c.MAKE_A),
    IntentRule(Kind.MOVE_CLIP, (c.MOVE | c.SWAP, c.ORDINAL | c.NUMBER)),
    IntentRule(
        Kind.PLACE_TEXT,
        (c.PUT | _CHANGE, c.TEXTS, c.HEIGHT | c.SIDE | c.POINT | c.SPAN),
        c.QUOTE | c.MAKE_A | c.ADD | c.TONGUE,
    ),
    IntentRule(
        Kind.PLACE_TEXT, (_CHANGE | c.EXTEND | c.SHORTEN, c.TEXTS, c.WHEN), c.QUOTE | c.MAKE_A | c.ADD
    ),
    # Sound
    IntentRule(Kind.REMOVE, (c.MUTE, c.TEXTS | c.FX | c.EFFECT | c.TRANSITION | c.GRADE)),
    IntentRule(Kind.MUTE, (c.MUTE | c.HUSH,)),
    IntentRule(Kind.MUTE, (c.SILENCE, _WORDS | c.VIDEO | c.CLIP | c.TRACK), c.ADD | c.STATE | c.WHAT),
    IntentRule(Kind.MUTE, (_GONE, c.SOUND), c.MUSIC | c.NOISE | c.TEXTS),
    IntentRule(Kind.MUTE, (_GONE, c.MUSIC, c.SPAN | c.POINT), c.TEXTS),
    IntentRule(Kind.EFFECT, (c.EFFECT, _WORDS), c.ADD | _STYLE | _GONE),
    IntentRule(Kind.MUSIC, (c.ADD | c.PUT | c.APPEND, c.MUSIC), _GONE | c.KEEP),
    IntentRule(Kind.MUSIC, (c.CHANGE, c.MUSIC, _STYLE)),
    IntentRule(Kind.MUSIC, (c.MUSIC, _STYLE), c.ACTIONS | c.STATE | c.OPINION | c.WHAT),
    IntentRule(Kind.VOLUME, (c.LOWER | c.RAISE, _WORDS | c.VOLUME)),
    IntentRule(Kind.VOLUME, (c.VOLUME,), _GONE | c.KEEP | c.WHAT),
    IntentRule(Kind.VOLUME, (_WORDS, c.PERCENT), c.ADD | _STYLE | _GONE | c.KEEP),
    IntentRule(Kind.CANVAS, (c.CUT | c.SHORTEN | _CHANGE, c.SHAPE), c.TEXTS | c.SPAN | _MADE),
    # Time
    IntentRule(Kind.SPEED, (c.FASTER | c.SLOWER,)),
    IntentRule(Kind.SPEED, (c.SPEED, c.FACTOR | c.PERCENT | c.RAISE | c.LOWER | c.CHANGE), c.WHAT),
    IntentRule(Kind.SPEED, (c.REMOVE, c.SPEED | c.FASTER | c.SLOWER)),
    IntentRule(Kind.SPEED, (c.FACTOR,), _WORDS | c.VOLUME | c.TEXTS | c.EFFECT | c.TRANSITION | _GONE),
    IntentRule(Kind.KEEP, (c.KEEP, c.SPAN), c.REMOVE | c.TEXTS | _WORDS | _DRESS),
    IntentRule(Kind.KEEP, (c.ONLY, c.SPAN), (c.ACTIONS & ~c.ADD) | c.TEXTS | _WORDS | _DRESS),
    IntentRule(Kind.KEEP, (c.CUT | _CHANGE, c.SPAN, c.TARGET), c.TEXTS | _WORDS | _DRESS),
    IntentRule(Kind.KEEP, (c.SHORTEN, c.SPAN), c.TEXTS | _WORDS | _DRESS),
    IntentRule(Kind.CUT, (_GONE, c.SPAN | c.BY), c.TEXTS | c.MUSIC | c.EFFECT | c.FX | c.TRANSITION),
    IntentRule(Kind.CUT, (c.SHORTEN, c.BY), c.TEXTS | _WORDS),
    IntentRule(Kind.CUT, (_GONE | c.SHORTEN, c.TIME, c.STARTING | c.ENDING), c.TEXTS | _WORDS),
    IntentRule(Kind.CUT, (_GONE, c.STARTING | c.ENDING), c.TEXTS | _WORDS | c.TARGET | c.TRACK | c.CLIP),
    IntentRule(
        Kind.DURATION,
        (c.CUT | c.SHORTEN | c.EXTEND | _CHANGE | c.LENGTH | c.KEEP, c.TARGET),
        c.TEXTS | _WORDS | _DRESS,
    ),
    IntentRule(Kind.SPLIT, (c.SPLIT,), c.EFFECT),
    IntentRule(Kind.SPLIT, (c.CUT, c.POINT), c.SPAN | c.TIME | c.TEXTS | _WORDS),
    IntentRule(
        Kind.DURATION,
        (_CHANGE | c.EXTEND | c.SHORTEN | c.LENGTH | c.KEEP, c.TIME | c.LASTING),
        c.TEXTS | _WORDS | _DRESS | c.WHAT,
    ),
    # What goes
    IntentRule(Kind.EFFECT, (c.NOISE,), c.STATE | c.WHAT),
    IntentRule(Kind.REMOVE, (_GONE, c.TEXTS | c.MUSIC | c.TRACK | _DRESS | c.EVERYTHING)),
    IntentRule(Kind.REMOVE, (_GONE, c.CLIP | c.ORDINAL), c.TIME),
    IntentRule(Kind.REMOVE, (c.REMOVE, c.VIDEO | c.TIMELINE | c.QUOTE), c.TIME),
    IntentRule(Kind.CUT, (c.CUT,)),
    IntentRule(Kind.CUT, (c.REMOVE, c.TIME)),
    IntentRule(Kind.DURATION, (c.EXTEND | c.SHORTEN,), c.TEXTS | _WORDS | _DRESS),
    # Text
    IntentRule(Kind.RETITLE, (c.CHANGE, c.TITLE | c.LOWER_THIRD), c.ADD),
    IntentRule(Kind.RETITLE, (c.CHANGE, c.SUBTITLE, c.QUOTE), c.ADD),
    IntentRule(Kind.EFFECT, (c.EFFECT, c.TEXTS), c.QUOTE | c.ADD),
    IntentRule(Kind.LOWER_THIRD, (c.LOWER_THIRD,), c.KEEP),
    IntentRule(Kind.SUBTITLES, (c.SUBTITLE,), c.KEEP | c.LOWER | c.RAISE),
    IntentRule(Kind.TITLE, (c.TITLE,), c.KEEP | c.LOWER | c.RAISE),
    IntentRule(Kind.TITLE, (c.ADD | c.PUT, c.QUOTE), c.VIDEO | c.CLIP | c.EFFECT | c.LOOK),
    # Looks
    IntentRule(Kind.MUSIC, (c.MUSIC,), c.KEEP | c.LENGTH),
    IntentRule(
        Kind.MUSIC,
        (c.ADD | c.CHANGE | c.PUT, _STYLE),
        c.CLIP | c.VIDEO | _DRESS | c.QUOTE | c.SHAPE | c.TRACK,
    ),
    IntentRule(Kind.MUSIC, (c.GENRE, c.WITH), c.CLIP | c.VIDEO | c.ACTIONS),
    IntentRule(Kind.TRANSITION, (c.TRANSITION,), c.KEEP),
    IntentRule(Kind.GRADE, (c.LOOK, c.FX | c.GRADE), c.KEEP),
    IntentRule(Kind.EFFECT, (c.EFFECT | c.FX,), c.KEEP),
    IntentRule(Kind.CANVAS, (c.SHAPE,), c.SPEAK),
    IntentRule(Kind.GRADE, (c.GRADE | c.LOOK,), c.KEEP),
    IntentRule(Kind.GRADE, (_CHANGE | c.ADD, c.MILD)),
    IntentRule(Kind.RETITLE, (c.CHANGE, c.QUOTE), c.VIDEO | c.CLIP | c.TRACK | c.ADD),
    # Footage
    IntentRule(Kind.APPEND, (c.APPEND,)),
    IntentRule(Kind.APPEND, (c.ADD | c.PUT, c.CLIP | c.VIDEO | c.NEW)),
    # Talk
    IntentRule(Kind.QUESTION, (c.HELP | c.COST | c.FORMAT,), c.ACTIONS),
    IntentRule(Kind.THANKS, (c.THANKS,)),
    IntentRule(Kind.GREETING, (c.HELLO,)),
)


@lru_cache(maxsize=4096)
def kind_of(bits: int) -> Kind | None:
    """Return what a clause with these meanings asks for, or None."""
    for kind, needs, without in RULES:
        if bits & without:
            continue
        for need in needs:
            if not bits & need:
                break
        else:
            return kind
    return None


# A question's topic, by the meanings beside the question.
TOPICS: tuple[tuple[str, int], ...] = (
    ("cost", c.COST),
    ("formats", c.FORMAT),
    ("help", c.HELP),
    ("export", c.EXPORT),
    ("silences", c.SILENCE),
    ("subtitles", c.SUBTITLE),
    ("titles", c.TITLE | c.LOWER_THIRD),
    ("music", c.MUSIC | c.VOLUME),
    ("canvas", c.SHAPE | c.VERSION),
    ("speed", c.SPEED | c.FACTOR),
    ("length", c.LENGTH),
    ("tracks", c.TRACK | c.VIDEO | c.TIMELINE | c.CLIP),
)


def topic_of(bits: int) -> str:
    """Return what a question is about; "other" where it is not told."""
    return next((topic for topic, meanings in TOPICS if bits & meanings), "other")
