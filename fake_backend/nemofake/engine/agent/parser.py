"""A message to instructions: rule-based, English and Chinese; what is not understood is asked about.

The law: only a clause of which every word is accounted for becomes an instruction. The clauses of a
message that are understood are done and the others asked about; but a condition, or a negation or an
exception that is not understood, may change what the others mean, and then nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from ..library import Library
from . import concepts as c
from .clause import Clause, bits_of
from .clauses import is_question, split, verbs_of, without_rest
from .generation import STAGES, again, asks_for_own_footage, clips, is_generation, is_impossible
from .intents import match, topic_of
from .lexer import ParsedMessage, Token, read
from .model import Instruction, Kind
from .ordering import in_order

MAX_INSTRUCTIONS = 40
MAX_TOKENS = 40  # a longer clause is not understood
MAX_ASKED_CHARS = 60

_SMALL_TALK = frozenset({Kind.GREETING, Kind.THANKS})
_ONCE = frozenset(
    {Kind.SILENCES, Kind.EXPORT, Kind.GREETING, Kind.THANKS, Kind.ASK, Kind.DECLINED, Kind.UNDO}
)
_CAN = frozenset("能可")
_OBJECTS = frozenset({"it", "them", "this", "that"})  # right after a verb
_FORMS = ("s", "ing", "ed")  # of verbs that give no order
_RETIMING = frozenset({Kind.CUT, Kind.KEEP, Kind.DURATION, Kind.SPEED, Kind.SILENCES})
_DETAILS = c.TIME | c.LASTING | c.SHAPE | c.SPAN | c.TARGET | c.VERSION
_QUESTIONS = c.WHAT | c.STATE | c.HELP | c.COST | c.FORMAT
_PLACED = c.SPAN | c.POINT | c.PART
_FIGURES = _PLACED | c.PERCENT | c.FACTOR | c.RATIO | c.BY | c.TARGET | c.LOOK | c.MILD
_QUALIFIES = (
    _PLACED | c.STARTING | c.ENDING | c.HEIGHT | c.SIDE | c.TONGUE | c.LOOK | c.TIME | c.PERCENT | c.FACTOR
)
_ADD, _REMOVE = (Token(bits, None, 0, 0) for bits in (c.ADD, c.REMOVE))

Made = tuple[Instruction, ...]
Found = tuple[Clause, Made]


@dataclass(slots=True)
class Part:
    """A clause and what became of it: instructions, a clip to generate, or nothing understood."""

    clause: Clause
    made: Made = ()
    generates: bool = False
    declined: Made = ()
    ignored: bool = False  # accounted for, and asks for nothing

    @property
    def understood(self) -> bool:
        """Whether every word of it is accounted for."""
        return bool(self.made or self.generates or self.declined or self.ignored)


def parse_message(message: str, library: Library = Library()) -> Made:  # noqa: B008 (frozen)
    """Return what a message asks for, in order; ASK or DECLINED alone if that is nothing to do.

    ``library`` tells which names stand for clips, and whether there is footage to edit. Never raises and
    takes time linear in the message. Quoted text and what is negated asks for nothing.
    """
    names = tuple(f.filename for f in library.footage) + tuple(g.name for g in library.generated)
    return instructions_of(message, names, bool(library.footage))


# Test suites send the same few messages over and over; what they ask for depends on these values alone.
@lru_cache(maxsize=256)
def instructions_of(message: str, names: tuple[str, ...], has_uploads: bool) -> Made:
    """Return what a message asks for where these names stand for clips."""
    return _Parser(read(message, names), has_uploads=has_uploads).instructions()


class _Parser:
    def __init__(self, parsed: ParsedMessage, *, has_uploads: bool) -> None:
        self.parsed = parsed
        self.has_uploads = has_uploads
        self.parts: list[Part] = []
        self.unsure = ""  # why nothing at all may be done
        self._clip: Part | None = None  # the clip that the sentence asks for
        self._refusing = False  # within "without music, titles or effects"

    def instructions(self) -> Made:
        """Return the instructions of all clauses, and a question about what is not understood."""
        for clause in split(self.parsed):
            self._read(clause)
        unclear = [p for p in self.parts if not p.understood]
        if self.unsure or any(self._bends_others(part) for part in unclear):
            texts = [p.clause.text for p in unclear or self.parts]
            return (self._ask(self.unsure or "unclear", " ".join(texts)),)
        self._drop_qualified()
        made = _both_tongues(self._in_order())
        asked = next((self._ask("unclear", p.clause.text) for p in unclear), None)
        if any(i.kind not in _SMALL_TALK and i.kind is not Kind.DECLINED for i in made):
            made = [i for i in made if i.kind not in _SMALL_TALK and i.kind is not Kind.DECLINED]
        elif asked:
            made = []
        made = made[: MAX_INSTRUCTIONS - 1] + ([asked] if asked else [])
        if made:
            return tuple(made)
        if any(p.declined or p.ignored for p in self.parts):
            return (Instruction(Kind.DECLINED, self.parsed.language),)
        return (self._ask("unclear", ""),)

    # -- one clause after the other ------------------------------------------------------------

    def _read(self, clause: Clause) -> None:
        last = self.parts[-1] if self.parts and not clause.joined & c.STOP else None
        if last is None:
            self._clip = None
        if self._clip:
            self._beside_clip(clause, self._clip)
        elif last and last.made and last.clause.bits & _QUESTIONS and last.made[0].kind is Kind.QUESTION:
            self._after_question(clause, last)
        elif clause.negated or (last and self._is_negated_too(clause, last)):
            self._read_negated(clause, last)
        elif clause.bits & c.REST:
            self._read_rest(clause, last)
        elif (
            clause.bits & c.WHAT
            and self.parsed.pieces[clause.first] in _CAN
            and clause.tokens[-1].bits & c.WHAT
        ):
            self._read_plain(clause.with_tokens(clause.tokens[:-1]), last)  # 能导出吗 asks for it
        elif is_question(clause):
            self._add(clause, (self._made(Kind.QUESTION, topic_of(clause.bits)),))
        else:
            self._read_plain(clause, last)

    def _read_plain(self, clause: Clause, last: Part | None) -> None:
        if last and clause.joined & c.OR and not last.clause.bits & c.REMOVE:
            self.unsure = "unclear"  # "the first or last 5 seconds": which, is the user's to say
        if all(token.bits & c.GLUE for token in clause.tokens) and not clause.bits & (c.THANKS | c.HELLO):
            self.parts.append(Part(clause, ignored=bool(clause.joined & c.STOP)))
            return
        joins = last is not None and not last.declined and not last.ignored
        if last and last.made and last.made[0].kind in (Kind.REGENERATE, Kind.REDO):
            both = last.clause.joined_to(clause)
            if both.bits & c.AGAIN and (clause.joined & c.WITH or not _match(clause)):
                self.parts[-1] = Part(both, (again(both),))
                return
        if last and joins and self._goes_with(clause, last):
            return
        alone = () if clause.bits & c.PART and self._time_has_changed() else _match(clause)
        if last and alone and (earlier := self._with_later_verb(clause, last)):
            self.parts[-1] = Part(last.clause, earlier)
        if alone and not (last and _is_bare(clause, alone)):
            self._add(clause, alone)
        elif clause.bits & c.AGAIN:
            self._add(clause, (again(clause),))
        elif is_generation(clause):
            self._read_generation(clause)
        elif halves := _match_halves(clause):
            self.parts += [Part(*half) for half in halves]
        else:
            self._add(clause, ())

    def _goes_with(self, clause: Clause, last: Part) -> bool:
        """Take a clause as a detail of the one before, or as one more thing that its verb is said of."""
        if clause.bits & c.ACTIONS and clause.bits & c.THINGS and last.made:
            return False
        if (
            last.made
            and clause.bits & c.THINGS
            and not clause.joined & c.WITH
            and not _ends_a_list(last, clause)
        ):
            shared = clause.with_tokens([*verbs_of(last.clause), *clause.tokens])
            if verbs_of(last.clause) and (made := _match(shared)):
                self._add(shared, made)
                return True
        both = last.clause.joined_to(clause)
        made = () if _says_twice(last.clause, clause) else _match(both)
        if made and (not last.made or made[0].kind is last.made[0].kind or _is_bare(last.clause, last.made)):
            self.parts[-1] = Part(both, made)
            return True
        if clause.joined & c.WITH and clause.bits & c.EFFECT and last.clause.bits & (c.MUSIC | c.TEXTS):
            self._add(clause, ())  # "music with a fade out": whose effect that is, is not clear
            return True
        verbs = verbs_of(last.clause)
        shared = clause.with_tokens([*verbs, *clause.tokens])
        if last.made and verbs and not clause.bits & c.ACTIONS and (made := _match(shared)):
            if clause.joined & c.WITH and last.clause.bits & c.CHANGE:
                self.parts.pop()  # "replace jazz with rock"
            self._add(shared, made)
            return True
        return False

    def _time_has_changed(self) -> bool:
        """Tell whether an earlier clause cuts or stretches: by then "the second half" is another."""
        return any(i.kind in _RETIMING for part in self.parts for i in part.made)

    def _with_later_verb(self, clause: Clause, last: Part) -> Made:
        """Return what "subtitles" of "subtitles and titles, remove them" asks for: the verb comes last."""
        verb_last = bool(clause.tokens) and clause.tokens[-1].bits & c.ACTIONS
        if not verb_last or last.clause.bits & (c.ACTIONS | c.WANT) or not clause.joined & c.LINK:
            return ()
        return _match(last.clause.with_tokens([*last.clause.tokens, *verbs_of(clause)]))

    def _after_question(self, clause: Clause, last: Part) -> None:
        """Take what follows in the same sentence as part of the question, unless it asks for an edit."""
        made = _match(clause) if clause.bits & c.ACTIONS and clause.joined & c.COMMA else ()
        if made and not self._ends_with_question(clause):
            self._add(clause, made)
        else:
            self.parts[-1] = Part(last.clause.joined_to(clause), last.made)

    def _ends_with_question(self, clause: Clause) -> bool:
        stops = (t.first for t in self.parsed.tokens if t.bits & c.STOP and t.first >= clause.after)
        return self.parsed.pieces[next(stops, self.parsed.size)] in {"?", "？"}

    # -- negations and the rest ----------------------------------------------------------------

    def _is_negated_too(self, clause: Clause, last: Part) -> bool:
        """Tell whether a "don't" reaches over a conjunction: not over a verb after a comma."""
        if not last.clause.negated or clause.joined & c.RESET or clause.bits & (c.ONLY | c.WANT):
            return False
        if not clause.bits & c.ACTIONS or clause.joined & c.OR:
            return True
        if clause.joined & c.COMMA or not last.declined:
            return False
        self.unsure = "negation"
        return True

    def _read_negated(self, clause: Clause, last: Part | None) -> None:
        clause.negated = True
        known = not any(token.bits & (c.UNKNOWN | c.OPINION) for token in clause.tokens)
        verbs = clause.bits & (c.ACTIONS | c.HUSH) or (last and last.clause.negated and last.declined)
        goes = clause.joined & c.REMOVE or (last and last.clause.joined & c.REMOVE)
        if goes and not verbs and clause.tokens:
            placed = last is not None and not last.understood and _is_place(last.clause)
            said = last.clause.joined_to(clause) if last and placed else clause
            if made := _match(said.with_tokens([_REMOVE, *said.tokens])):
                if placed:
                    self.parts.pop()  # "from 5 to 10 s no music"
                self._add(clause, made)
                return
        if last and not clause.tokens and not clause.joined & (c.COMMA | c.STOP) and last.made:
            gone = last.clause.with_tokens([_REMOVE, *last.clause.tokens])
            if goes and not last.clause.bits & c.ACTIONS and (made := _match(gone)):
                self.parts[-1] = Part(last.clause, made)  # 音乐不要了
                return
            self.unsure = "negation"  # 第二个不要: the verb before it is not said of this one
        if last and last.made and not verbs and clause.bits & _QUALIFIES & ~last.clause.bits:
            self.unsure = "negation"  # "subtitles, but not in English"
        declined = _match(clause) or _match(clause.with_tokens([_ADD, *clause.tokens]))
        self.parts.append(Part(clause, declined=declined, ignored=known))

    def _read_rest(self, clause: Clause, last: Part | None) -> None:
        """Read what is to be done to the rest of what was named before."""
        if clause.bits & (c.KEEP | c.LEAVE):
            self.parts.append(Part(clause, ignored=True))
            return
        kept = bool(last and last.clause.bits & (c.KEEP | c.LEAVE | c.EXCEPT))
        spelled = without_rest(clause, last.clause if last else None)
        made = _match(spelled) if spelled else ()
        kind = last.made[0].kind if last and last.made else None
        if last and kind is Kind.KEEP and clause.bits & (c.REMOVE | c.CUT):
            self.parts.append(Part(clause, ignored=True))
        elif last and made and kept:
            self.parts[-1] = Part(last.clause, ignored=True)
            self._add(clause, made)
        elif last and made and kind is Kind.SPEED:
            self.parts.insert(-1, Part(clause, made))  # later times first, so that both are right
        else:
            self._add(clause, made if kind not in (Kind.CUT, Kind.KEEP) else ())

    def _bends_others(self, part: Part) -> bool:
        """Tell whether a part that is not understood may change what the others mean."""
        if part.clause.bits & c.CONDITION:
            self.unsure = "condition"
        elif part.clause.negated:
            self.unsure = "negation"
        elif part.clause.bits & (c.EXCEPT | c.KEEP | c.LEAVE) or _is_place(part.clause):
            self.unsure = "unclear"
        elif part.clause.bits & c.NEGATIVE and len(self.parts) == 1:
            self.unsure = "negative"
        return bool(self.unsure)

    def _drop_qualified(self) -> None:
        """Let go of what a further clause without a verb qualifies in a way that is not understood."""
        for before, part in zip(self.parts, self.parts[1:], strict=False):
            joined = part.clause.joined
            near = not joined & c.STOP and (joined & c.WITH or not joined & c.RESET)
            if not part.understood and near and not part.clause.bits & c.ACTIONS:
                before.made, before.generates = (), False

    # -- clips to be generated -----------------------------------------------------------------

    def _read_generation(self, clause: Clause) -> None:
        if is_impossible(clause):
            self.parts.append(Part(clause, (self._ask("negative", clause.text),)))
        elif clause.tokens[-1].bits & c.STARTING:
            self._add(clause, ())  # a new clip comes at the end
        elif asks_for_own_footage(clause, has_uploads=self.has_uploads):
            self.parts.append(Part(clause, (self._made(Kind.ASK, "footage"),)))
        else:
            self._clip = Part(clause, generates=True)
            self.parts.append(self._clip)

    def _beside_clip(self, clause: Clause, clip: Part) -> None:
        """Read what stands beside a clip: a stage, another edit, a detail, or more of what it shows."""
        last = self.parts[-1]
        unknown = any(token.bits & c.UNKNOWN for token in clause.tokens)
        going_on = self._refusing and not clause.bits & c.ACTIONS and not clause.joined & c.RESET
        self._refusing = clause.negated or going_on
        if self._refusing:
            made = _match(clause.with_tokens([_ADD, *clause.tokens])) or _match(clause)
            clip.declined += made
            if unknown and not made:
                self._describe(clause, clip)
        elif last is not clip and last.made and (made := self._detail(clause, last)):
            self.parts[-1] = Part(last.clause.joined_to(clause), made)
        elif (made := _match(clause)) and not _is_description(clause):
            self._add(clause, made)
        elif clause.bits & c.AGAIN:
            self._add(clause, (again(clause),))
        elif is_generation(clause):
            self._read_generation(clause)
        elif not unknown and clause.bits & _DETAILS and not clause.bits & c.ACTIONS:
            clip.clause = clip.clause.joined_to(clause)
        elif last is clip and not _is_order(clause):
            self._describe(clause, clip)
        else:
            self._add(clause, ())

    def _detail(self, clause: Clause, last: Part) -> Made:
        if clause.bits & c.ACTIONS and clause.bits & c.THINGS:
            return ()
        return _match(last.clause.joined_to(clause))

    def _describe(self, clause: Clause, clip: Part) -> None:
        clip.clause = clip.clause.joined_to(clause)

    # -- together ------------------------------------------------------------------------------

    def _in_order(self) -> list[Instruction]:
        made: list[Instruction] = []
        for at, part in enumerate(self.parts):
            if part.generates:
                made += self._clips(at, part)
            elif not self._is_stage(at):
                made += [i for i in part.made if i.kind not in _ONCE or i not in made]
        return in_order(made)

    def _clips(self, at: int, part: Part) -> Made:
        stages = [i for p in self._beside(at) for i in p.made if i.kind in STAGES]
        suppressed = frozenset(i.kind for i in part.declined)
        return clips(part.clause, stages, suppressed)

    def _beside(self, at: int) -> Iterable[Part]:
        for part in self.parts[at + 1 :]:
            if part.generates:
                return
            yield part

    def _is_stage(self, at: int) -> bool:
        before = any(part.generates for part in self.parts[:at])
        return before and bool(self.parts[at].made) and all(i.kind in STAGES for i in self.parts[at].made)

    def _add(self, clause: Clause, made: Made) -> None:
        self.parts.append(Part(clause, made))

    def _made(self, kind: Kind, style: str = "") -> Instruction:
        return Instruction(kind, self.parsed.language, style=style)

    def _ask(self, style: str, text: str) -> Instruction:
        return Instruction(Kind.ASK, self.parsed.language, style=style, text=text[:MAX_ASKED_CHARS])


def _both_tongues(made: list[Instruction]) -> list[Instruction]:
    """Return instructions with "English subtitles and Chinese subtitles" as one of two languages."""
    kept: list[Instruction] = []
    for one in made:
        last = kept[-1] if kept else None
        if last and one.kind is Kind.SUBTITLES and one.style and replace(one, style=last.style) == last:
            kept[-1] = replace(last, style="+".join(dict.fromkeys(f"{last.style}+{one.style}".split("+"))))
        else:
            kept.append(one)
    return kept


def _match(clause: Clause) -> Made:
    return match(clause) if 0 < len(clause.tokens) <= MAX_TOKENS else ()


def _match_halves(clause: Clause) -> list[Found]:
    """Return what the two halves do that the second verb of a clause divides it into."""
    if len(clause.tokens) > MAX_TOKENS:
        return []
    for at, token in enumerate(clause.tokens):
        if at and token.bits & c.ACTIONS:
            halves = clause.with_tokens(clause.tokens[:at]), clause.with_tokens(clause.tokens[at:])
            first, second = (_match(half) for half in halves)
            if first and second and not _is_bare(halves[0], first):
                return [(halves[0], first), (halves[1], second)]
    return []


def _ends_a_list(last: Part, clause: Clause) -> bool:
    """Tell "the first and last 5 seconds of clip 2": the clip is said once for all ranges before it."""
    clips = c.CLIP | c.NAME | c.VIDEO
    only_here = clause.bits & _FIGURES and not last.clause.bits & _FIGURES
    if only_here and not last.clause.bits & (c.REMOVE | c.CUT):
        return True  # "lower the music and the voice to 20%"
    return bool(
        clause.bits & _PLACED
        and last.clause.bits & _PLACED
        and not clause.bits & c.THINGS & ~clips
        and not last.clause.bits & c.THINGS
    )


def _says_twice(first: Clause, second: Clause) -> bool:
    """Tell "warm from 0 to 5 s, cold from 5 to 10 s": two things, each at its own time."""
    if not (first.bits & _PLACED and second.bits & _PLACED):
        return False
    if not first.bits & c.THINGS and not second.bits & c.THINGS & ~(c.CLIP | c.NAME | c.VIDEO):
        return bool(bits_of(second.tokens) & (c.LOOK | c.MILD | c.EFFECT | c.FACTOR | c.PERCENT))
    return bool(bits_of(t for t in second.tokens if not t.bits & (_PLACED | c.GLUE)) & ~c.QUOTE)


def _is_bare(clause: Clause, made: Made) -> bool:
    """Tell a mere noun, which says nothing beside something else."""
    return made[0].kind is Kind.QUESTION and not clause.bits & _QUESTIONS


def _is_description(clause: Clause) -> bool:
    """Tell words that could be an edit but, beside a clip, say what it shows: a look, a bare noun."""
    return not clause.bits & (
        c.ACTIONS | c.WITH | c.QUOTE | c.EFFECT | c.MUSIC | c.TEXTS | c.TRANSITION | c.EXPORT
    )


def _is_place(clause: Clause) -> bool:
    """Tell a mere range, which says where something else is to be done."""
    return bool(clause.tokens) and all(token.bits & (_PLACED | c.GLUE) for token in clause.tokens)


def _is_unknown_order(clause: Clause) -> bool:
    """Tell "and flurb it", an order that is not understood, from "and a dog", more of what a clip shows."""
    tokens, pieces = clause.tokens, clause.parsed.pieces
    at = next((n for n, token in enumerate(tokens) if not token.bits & c.UNKNOWN), len(tokens))
    verb = [pieces[token.first] for token in tokens[:at]]
    if not verb or at == len(tokens) or tokens[0].first != clause.first or verb[-1].endswith("ing"):
        return False
    is_pronoun = pieces[tokens[at].first] in _OBJECTS | {"它"}
    thing = bits_of(tokens[at + 1 :]) & c.THINGS
    return bool(tokens[at].bits & c.DEFINITE and (thing or (is_pronoun and at + 1 == len(tokens))))


def _is_order(clause: Clause) -> bool:
    """Tell "and remove the pan", "and upload it" or "and flurb it" from "adding salt": no description."""
    token, pieces = clause.tokens[0], clause.parsed.pieces
    if pieces[token.after] in _OBJECTS and not pieces[token.after - 1].endswith(_FORMS):
        return True
    is_known = bool(token.bits & c.ACTIONS) and not pieces[token.first].endswith("ing")
    return is_known or _is_unknown_order(clause)
