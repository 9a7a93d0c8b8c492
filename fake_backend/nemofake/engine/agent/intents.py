"""What can be asked for: one table, read from the top; the first row that accounts for a whole clause wins.

A row names the meanings a clause must have, the slots that use up its details, and what else may stand
in it without saying more. A clause of which anything is left over is not that row's: with no row left,
the agent asks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from . import concepts as c
from .clause import Clause, Taker
from .model import Instruction, Kind
from .slots.base import Fields, Slot
from .slots.styles import (
    effect_target,
    effects,
    look,
    loudness,
    music_for_sound,
    music_style,
    pace,
    resolution,
    shape,
    text_size,
    tongue,
    transition,
)
from .slots.texts import existing, new_moment, new_texts, new_words, place
from .slots.things import clip_move, file_type, going, named_texts, sounds, track_move, which
from .slots.times import (
    added_length,
    effect_moment,
    kept_pause,
    length,
    minimum,
    moment,
    new_length,
    point,
    when,
    when_cut,
)

_CHANGE = c.CHANGE | c.MAKE | c.PUT
_GONE = c.REMOVE | c.CUT
_MADE = c.GENERATE | c.MAKE_A | c.MAKE
_ADD = c.ADD | c.PUT | c.WANT | _MADE | c.APPEND
_WHOLE = c.VIDEO | c.TIMELINE | c.EVERYTHING | c.OWN | c.CLIP | c.SCREEN
_DRESS = c.EFFECT | c.FX | c.TRANSITION | c.GRADE | c.LOOK
_STYLE = c.GENRE | c.MOOD


class Intent(NamedTuple):
    """``needs``: one meaning of each; ``slots``: what reads the details; ``also``: what adds nothing."""

    kind: Kind
    needs: tuple[int, ...]
    slots: tuple[Slot, ...] = ()
    also: int = 0
    style: str = ""
    never: int = 0


I = Intent  # noqa: E741  (so that the table stays narrow)
INTENTS: tuple[Intent, ...] = (
    # Steps back and forth
    I(Kind.UNDO, (c.UNDO,), also=c.CHANGE | c.EDIT),
    I(Kind.REDO, (c.REDO,)),
    I(Kind.LANGUAGE, (c.SPEAK | c.CHANGE | c.ADD, c.TONGUE), (tongue,), c.SPEAK | c.CHANGE | c.ADD,
      never=c.TEXTS),
    # Silences, before anything else that is cut
    I(Kind.SILENCES, (c.ADD, c.CUT, c.SILENCE), (when,), _WHOLE),
    I(Kind.SILENCES, (_GONE | c.SHORTEN | c.LOWER, c.SILENCE),
      (kept_pause, minimum, when), _WHOLE | c.BETWEEN_THEM | c.KEEP | c.MUTE | c.EDIT | c.SOUND),
    I(Kind.SILENCES, (c.KEEP | c.LEAVE, c.TIME, c.SILENCE | c.BETWEEN_THEM), (kept_pause,),
      c.BETWEEN_THEM | c.WITH | _WHOLE),
    I(Kind.UNMUTE, (c.UNMUTE,), (sounds, when), c.SOUND | _WHOLE),
    # What stays as it is
    I(Kind.DECLINED, (c.KEEP | c.LEAVE, c.LEAVE, c.SPAN | c.PART | c.TEXTS | c.MUSIC | c.SOUND
        | c.CLIP | c.EVERYTHING
        | c.VIDEO | c.DEFINITE | c.SPEED | c.SHAPE | _DRESS | c.NAME), (when, effect_target, which),
      _WHOLE | c.KEEP | c.LEAVE | c.SPEED | _DRESS, "left", c.ONLY),
    I(Kind.DECLINED, (c.KEEP, c.TEXTS | c.MUSIC | c.SOUND | _DRESS | c.SPEED), (effect_target, which),
      _WHOLE | _DRESS | c.SPEED | c.STATE, "left", c.ONLY),
    # Which clip or track comes where
    I(Kind.MOVE_CLIP, (c.REVERSE,), (clip_move,), c.CLIP | c.VIDEO),
    I(Kind.MOVE_CLIP, (c.SWAP, c.CLIP | c.ORDINAL | c.NUMBER | c.NAME), (clip_move,),
      c.CLIP | c.VIDEO | c.MOVE),
    I(Kind.MOVE_CLIP,
      (c.MOVE | c.PUT, c.CLIP | c.ORDINAL | c.NUMBER | c.NAME, c.STARTING | c.ENDING | c.NUMBER | c.CLIP),
      (clip_move,), c.CLIP | c.VIDEO | c.PUT | c.HEIGHT),
    I(Kind.PLACE_TEXT, (c.TEXTS, c.RAISE | c.LOWER, c.HEIGHT), (named_texts, place),
      c.SCREEN | c.MOVE | _CHANGE),
    I(Kind.PLACE_TEXT, (c.MOVE, c.TEXTS, c.SIDE | c.SCREEN | c.POINT | c.TARGET | c.SPAN),
      (named_texts, place, new_moment), c.SCREEN | c.VIDEO),
    I(Kind.PLACE_TEXT, (c.MOVE, c.TEXTS, c.HEIGHT), (named_texts, place), c.SCREEN | c.VIDEO, never=c.TRACK),
    I(Kind.PLACE_TEXT, (c.ADD | c.PUT, c.TEXTS, c.SPAN | c.POINT | c.LASTING | c.STARTING | c.ENDING),
      (existing, named_texts, place, new_moment), c.SCREEN | c.VIDEO, never=c.QUOTE),
    I(Kind.MOVE_TRACK, (c.MOVE | c.SWAP, c.TEXTS | c.MUSIC | c.SOUND | c.TRACK | c.VIDEO), (track_move,),
      c.PUT),
    I(Kind.MOVE_TRACK, (c.PUT, c.TRACK, c.HEIGHT | c.ABOVE | c.BELOW), (track_move,)),
    I(Kind.MOVE_TRACK, (c.PUT, c.TEXTS | c.MUSIC | c.SOUND | c.VIDEO, c.ABOVE | c.BELOW), (track_move,)),
    I(Kind.MOVE_TRACK, (c.PUT, c.VIDEO | c.MUSIC, c.ORDINAL), (track_move,)),
    I(Kind.PLACE_TEXT, (_CHANGE, c.TEXTS, c.HEIGHT | c.SIDE | c.POINT | c.SPAN),
      (named_texts, place, new_moment), c.SCREEN | c.VIDEO | c.STATE),
    I(Kind.PLACE_TEXT, (_CHANGE, c.TEXTS, c.TIME | c.LASTING | c.TARGET), (named_texts, new_moment), c.LENGTH,
      never=c.EXTEND | c.SHORTEN),
    I(Kind.PLACE_TEXT, (c.EXTEND | c.SHORTEN, c.TEXTS, c.TARGET), (named_texts, new_moment), c.LENGTH),
    I(Kind.PLACE_TEXT, (c.SHOW, c.TITLE | c.LOWER_THIRD, c.LASTING | c.TIME | c.POINT | c.SPAN),
      (named_texts, new_moment), c.SCREEN | c.VIDEO, never=c.QUOTE | c.SAYS | c.TARGET),
    I(Kind.TEXT_SIZE, (c.BIGGER | c.SMALLER, c.TEXTS), (text_size, named_texts),
      _CHANGE | c.STATE | c.ADD),
    I(Kind.TEXT_SIZE, (c.RAISE | c.LOWER, c.TEXTS, c.VERSION), (text_size, named_texts)),
    # Sound
    I(Kind.REMOVE, (c.MUTE, c.TEXTS | c.FX | c.EFFECT | c.TRANSITION | c.GRADE), (going,)),
    I(Kind.MUSIC, (c.CHANGE, c.SOUND, c.MUSIC | _STYLE), (music_for_sound,), _WHOLE | c.TARGET),
    I(Kind.MUTE, (c.MUTE | c.HUSH,), (sounds, when), _WHOLE | c.SILENCE | _CHANGE | c.ADD | c.VOLUME),
    I(Kind.MUTE, (c.SILENCE, c.MUSIC | c.SOUND | c.VIDEO | c.CLIP | c.TRACK), (sounds, when),
      _WHOLE | c.MAKE),
    I(Kind.MUTE, (_GONE, c.SOUND), (sounds, when), _WHOLE),
    I(Kind.MUTE, (_GONE, c.MUSIC, c.SPAN | c.POINT | c.PART), (sounds, when), _WHOLE),
    I(Kind.EFFECT, (c.EFFECT, c.MUSIC | c.SOUND), (effects, effect_target, effect_moment),
      _CHANGE | c.ADD | c.FX | _WHOLE),
    I(Kind.VOLUME, (c.LOWER | c.RAISE, c.MUSIC | c.SOUND | c.VOLUME), (loudness, sounds, when),
      _WHOLE | c.VOLUME | _CHANGE | c.STATE | c.TARGET),
    I(Kind.VOLUME, (c.LOWER | c.RAISE, c.VIDEO | c.CLIP | c.NAME, c.PERCENT | c.VOLUME),
      (loudness, sounds, when), _WHOLE | c.VOLUME | _CHANGE),
    I(Kind.VOLUME, (c.VOLUME, c.PERCENT | c.FACTOR | c.NUMBER | c.RATIO | _CHANGE),
      (loudness, sounds, when), _WHOLE | c.VOLUME | _CHANGE | c.TARGET | c.PLAY),
    I(Kind.VOLUME, (c.MUSIC | c.SOUND, c.PERCENT | c.FACTOR), (loudness, sounds, when),
      _WHOLE | _CHANGE | c.PLAY | c.TARGET),
    I(Kind.MUSIC, (c.ADD | c.PUT | c.WANT | c.GENERATE | c.MAKE_A | c.APPEND | c.WITH | c.PLAY, c.MUSIC),
      (music_style, loudness, moment),
      _WHOLE | c.VOLUME | c.BELOW | c.ABOVE | c.LOWER | c.RAISE | _ADD | _CHANGE | c.WITH | c.TRACK),
    I(Kind.MUSIC, (c.CHANGE | c.MAKE, c.MUSIC, _STYLE | c.QUOTE | c.NAME | c.NEW | c.LOOK | c.MILD),
      (music_style, loudness, moment),
      _WHOLE | c.VOLUME | c.BELOW | c.ABOVE | c.LOWER | c.RAISE | _ADD | _CHANGE | c.WITH | c.TRACK),
    I(Kind.MUSIC, (c.ADD | c.PUT | c.WANT | c.CHANGE | c.WITH, _STYLE), (music_style, loudness, moment),
      _ADD | _CHANGE | c.VOLUME | c.BELOW | c.LOWER | c.RAISE),
    I(Kind.MUSIC, (c.MUSIC, _STYLE), (music_style, loudness, moment), c.VOLUME | c.LOWER | c.RAISE),
    # The shape of the picture
    I(Kind.CANVAS, (c.SHAPE,), (shape,),
      _MADE | _CHANGE | c.CUT | c.SHORTEN | c.VERSION | _WHOLE | c.ADD | c.STATE),
    # Time
    I(Kind.SPEED, (c.REMOVE | c.UNDO, c.SPEED | c.FASTER | c.SLOWER), (pace, when, which),
      _WHOLE | c.CHANGE | c.FX),
    I(Kind.SPEED, (c.FASTER | c.SLOWER,), (pace, which, when),
      _WHOLE | c.RAISE | c.LOWER | c.SPEED | _CHANGE | c.PLAY | c.ADD | c.FX),
    I(Kind.SPEED, (c.SPEED, c.FACTOR | c.PERCENT | c.RAISE | c.LOWER), (pace, which, when),
      _WHOLE | c.RAISE | c.LOWER | c.SPEED | _CHANGE | c.PLAY),
    I(Kind.SPEED, (c.FACTOR,), (pace, which, when), _WHOLE | _CHANGE | c.PLAY | c.SPEED | c.ADD,
      never=c.VOLUME),
    I(Kind.KEEP, (c.KEEP, c.SPAN | c.PART), (when, which), _WHOLE | c.LEAVE),
    I(Kind.KEEP, (c.ONLY, c.SPAN | c.PART), (when, which), _WHOLE | c.ADD | c.PLAY),
    I(Kind.KEEP, (_GONE | _CHANGE | c.SHORTEN, c.SPAN, c.TARGET), (when, which),
      _WHOLE | c.TARGET | c.LOWER),
    I(Kind.KEEP, (c.SHORTEN, c.SPAN, c.TARGET), (when, which), _WHOLE),
    I(Kind.KEEP, (c.BEGIN,), (when,), _WHOLE | c.MAKE | c.PLAY),
    I(Kind.DURATION, (_GONE | c.SHORTEN | c.EXTEND | _CHANGE | c.LENGTH | c.KEEP, c.TARGET | c.RATIO),
      (new_length, which), _WHOLE | c.LENGTH | c.LOWER | c.TARGET | _CHANGE | c.VERSION),
    I(Kind.CUT, (_GONE, c.SPAN | c.PART | c.BY | c.TIME | c.LASTING | c.BEGIN), (when_cut, which),
      _WHOLE | c.BY),
    I(Kind.CUT, (c.SHORTEN, c.BY | c.TIME), (when_cut, which), _WHOLE | _CHANGE | c.LENGTH),
    I(Kind.CUT, (_GONE, c.STARTING | c.ENDING), (), _WHOLE | c.STARTING | c.ENDING, never=c.TEXTS),
    I(Kind.DURATION, (c.EXTEND, c.BY | c.TIME), (added_length, which), _WHOLE | _CHANGE | c.LENGTH),
    I(Kind.DURATION, (c.MAKE_A | _CHANGE | c.LENGTH | c.KEEP, c.TIME | c.LASTING | c.RATIO),
      (new_length, which), _WHOLE | c.LENGTH | c.VERSION | _MADE | _CHANGE),
    I(Kind.DURATION, (c.EXTEND | c.SHORTEN, c.PERCENT), (new_length, which), _WHOLE | c.LENGTH | _CHANGE),
    I(Kind.DURATION, (c.EXTEND | c.SHORTEN,), (which,), _WHOLE | _CHANGE),
    I(Kind.DURATION, (c.RATIO,), (new_length, which), _WHOLE | c.LENGTH),
    I(Kind.SPLIT, (c.SPLIT, c.POINT | c.TIME | c.TARGET), (point,), _WHOLE),
    I(Kind.SPLIT, (c.CUT, c.POINT), (point,), _WHOLE, never=c.BEGIN),
    I(Kind.SPLIT, (c.SPLIT,), (), _WHOLE),
    # What goes
    I(Kind.EFFECT, (c.NOISE,), (effects, which),
      _ADD | _GONE | c.LOWER | c.SHORTEN | _WHOLE | c.SOUND | c.FX),
    I(Kind.REMOVE, (_GONE | c.UNDO, c.TEXTS | c.MUSIC | c.TRACK | _DRESS), (going,),
      c.SCREEN | c.VIDEO | c.OWN | c.CHANGE | c.BETWEEN_THEM),
    I(Kind.REMOVE, (_GONE, c.CLIP | c.ORDINAL | c.EVERYTHING | c.VIDEO | c.TIMELINE | c.QUOTE | c.NAME),
      (going,)),
    # Text
    I(Kind.RETITLE, (c.CHANGE, c.TITLE | c.LOWER_THIRD | c.SUBTITLE, c.QUOTE), (new_words, named_texts),
      c.SCREEN | c.SAYS | c.TITLE | _CHANGE | c.TARGET),
    I(Kind.RETITLE, (c.CHANGE, c.TITLE | c.LOWER_THIRD), (named_texts,), c.SCREEN),
    I(Kind.LOWER_THIRD, (c.LOWER_THIRD,), (new_texts,),
      _ADD | _CHANGE | c.LOWER_THIRD | c.TITLE | c.SAYS | _WHOLE | c.WITH),
    I(Kind.SUBTITLES, (c.SUBTITLE,), (new_texts,),
      _ADD | _CHANGE | c.SUBTITLE | c.SAYS | _WHOLE | c.SOUND | c.SPEAK),
    I(Kind.TITLE, (c.TITLE, _ADD | c.QUOTE | c.WITH), (new_texts,),
      _ADD | _CHANGE | c.TITLE | c.SAYS | _WHOLE, never=c.EACH),
    I(Kind.TITLE, (c.ADD | c.PUT | c.WANT, c.QUOTE), (new_texts,),
      _ADD | c.SAYS | c.SCREEN | c.VIDEO | c.TITLE),
    # Looks
    I(Kind.TRANSITION, (c.TRANSITION,), (transition,), _ADD | _CHANGE | c.BETWEEN_THEM | _WHOLE | c.FX),
    I(Kind.EFFECT, (c.EFFECT | c.FX, _ADD | _CHANGE | c.EFFECT),
      (effects, effect_target, which, effect_moment), _ADD | _CHANGE | c.FX | _WHOLE),
    I(Kind.GRADE, (c.LOOK, c.FX | c.GRADE), (look, when, which), _ADD | _CHANGE | c.GRADE | c.FX | _WHOLE),
    I(Kind.GRADE, (c.LOOK,), (look, when, which), _WHOLE),
    I(Kind.GRADE, (c.GRADE, c.MILD), (look, when, which), _WHOLE | c.GRADE, never=c.ADD | _CHANGE),
    I(Kind.GRADE, (c.GRADE, c.GRADE_IT | c.ADD | _CHANGE | c.WITH), (look, when, which),
      _ADD | _CHANGE | c.GRADE | _WHOLE | c.FX),
    I(Kind.GRADE, (c.ADD | c.WANT | _CHANGE | c.RAISE, c.LOOK | c.MILD), (look, when, which),
      _ADD | _CHANGE | c.RAISE | _WHOLE | c.VERSION),
    I(Kind.RETITLE, (c.CHANGE, c.QUOTE), (new_words,), c.TARGET),
    # UploadedMedia
    I(Kind.APPEND, (c.ADD | c.PUT | c.APPEND, c.CLIP | c.VIDEO | c.NEW | c.OWN | c.NAME), (file_type, which),
      c.VIDEO | c.CLIP | c.NEW | c.OWN | c.ENDING | c.ADD | c.PUT | c.APPEND | c.TIMELINE, never=c.ONLY),
    I(Kind.ASK, (c.EDIT,), (which,), _WHOLE | c.NEW, "edit"),
    I(Kind.ASK, (_MADE | c.CHANGE, c.OWN), (length, which), _WHOLE | _ADD | c.NEW | c.CHANGE
        | c.SHAPE, "footage"),
    I(Kind.ASK, (c.TRAILER,), (length, which), _WHOLE | _ADD | c.NEW | c.CUT | c.SHORTEN | c.SHAPE,
      "footage"),
    # Talk
    I(Kind.EXPORT, (c.EXPORT,), (resolution,),
      _WHOLE | c.RESOLUTION | c.ADD | c.SHAPE | c.FORMAT | c.VERSION | c.NEW | c.PLAY),
    I(Kind.EXPORT, (c.RESOLUTION,), (resolution,), _WHOLE | _ADD | _CHANGE | c.VERSION),
    I(Kind.QUESTION, (c.HELP | c.COST | c.FORMAT,), (), _WHOLE | c.SPEAK | c.THANKS),
    I(Kind.THANKS, (c.THANKS,), (), c.STATE | c.OPINION | _WHOLE | c.HELLO),
    I(Kind.GREETING, (c.HELLO,), (), c.THANKS),
    # A word from the editor's screen, alone: what it is about
    I(Kind.QUESTION, (c.PLAY | c.MUSIC | c.SOUND | c.TITLE | c.TRACK | c.TIMELINE | c.SPEED | c.VOLUME
        | c.VIDEO | c.LENGTH | c.SHAPE | c.SILENCE | c.NEW | c.CLIP | c.FX | c.SUBTITLE | c.GRADE
        | c.TRANSITION,), (),
      c.PLAY | _WHOLE | c.MUSIC | c.SOUND | c.TITLE | c.TRACK | c.NEW | c.SPEED | c.VOLUME | c.LENGTH,
      never=c.WANT | c.ONLY),
)  # fmt: skip


# A question's topic, by the meanings beside the question.
TOPICS: tuple[tuple[str, int], ...] = (
    ("cost", c.COST),
    ("formats", c.FORMAT),
    ("help", c.HELP | c.GRADE | c.EFFECT | c.FX | c.TRANSITION),
    ("export", c.EXPORT | c.RESOLUTION),
    ("silences", c.SILENCE),
    ("subtitles", c.SUBTITLE),
    ("titles", c.TITLE | c.LOWER_THIRD),
    ("music", c.MUSIC | c.VOLUME),
    ("canvas", c.SHAPE | c.VERSION),
    ("speed", c.SPEED | c.FACTOR),
    ("length", c.LENGTH),
    ("tracks", c.TRACK | c.VIDEO | c.TIMELINE | c.CLIP | c.PLAY | c.SOUND),
)


def topic_of(bits: int) -> str:
    """Return what a question is about; "other" if it does not say."""
    return next((topic for topic, meanings in TOPICS if bits & meanings), "other")


def match(clause: Clause) -> tuple[Instruction, ...]:
    """Return what the first row makes of a clause that accounts for every word of it; () if none does."""
    bits = tuple(dict.fromkeys(token.bits for token in clause.tokens))
    for intent in _candidates(bits):
        taker = Taker(clause)
        variants: list[Fields] = [{}]
        for slot in intent.slots:
            found = slot.read(taker)
            variants = [variant | fields for variant in variants for fields in found]
        if variants and not taker.leftover(intent.also | _needed(intent)):
            return tuple(_instruction(intent, fields, taker) for fields in variants)
    return ()


def _instruction(intent: Intent, fields: Fields, taker: Taker) -> Instruction:
    style = intent.style or (topic_of(taker.bits) if intent.kind is Kind.QUESTION else "")
    given: Fields = {"kind": intent.kind, "language": taker.language, **({"style": style} if style else {})}
    given |= {name: value for name, value in fields.items() if value is not None}
    given["kind"] = Kind(given["kind"])
    return Instruction(**given)


def _needed(intent: Intent) -> int:
    needed = 0
    for need in intent.needs:
        needed |= need
    return needed & ~_FIGURES


# Figures are never accounted for by being needed: a slot must have used them.
_FIGURES = (
    c.SPAN | c.POINT | c.TIME | c.TARGET | c.BY | c.LASTING | c.PART | c.PERCENT | c.FACTOR | c.RATIO
      | c.NUMBER
    | c.ORDINAL | c.QUOTE | c.NAME | c.SHAPE | c.TONGUE
)  # fmt: skip


@lru_cache(maxsize=4096)
def _candidates(bits: tuple[int, ...]) -> tuple[Intent, ...]:
    """Return the rows that can account for tokens of these meanings."""
    every = 0
    for token in bits:
        every |= token
    return tuple(
        intent
        for intent, accepts in _accepts()
        if not every & intent.never
        and all(every & need for need in intent.needs)
        and all(token & accepts for token in bits)
    )


@lru_cache(maxsize=1)
def _accepts() -> tuple[tuple[Intent, int], ...]:
    rows: list[tuple[Intent, int]] = []
    for intent in INTENTS:
        accepts = intent.also | c.GLUE
        for bits in (*intent.needs, *(slot.bits for slot in intent.slots)):
            accepts |= bits
        rows.append((intent, accepts))
    return tuple(rows)
