"""Numbers with their units, as English and Chinese documents write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Dimension = Literal["time", "size", "percent", "times", "credits", "tokens"]

_WORDS: Final = {
    "half a": 0.5, "half an": 0.5, "a quarter of an": 0.25, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "a hundred": 100, "one hundred": 100, "two hundred": 200,
    "five hundred": 500, "a thousand": 1000, "one thousand": 1000,
}  # fmt: skip
_ZH: Final = {char: nth for nth, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS: Final[dict[str, tuple[Dimension, float]]] = {
    r"ms|milliseconds?|毫秒": ("time", 0.001),
    r"s|secs?|seconds?|秒钟?": ("time", 1),
    r"m|mins?|minutes?|分钟|分(?![之析])": ("time", 60),
    r"h|hrs?|hours?|个?小时|个?钟头": ("time", 3600),
    r"刻钟": ("time", 900),
    r"d|days?|天|日": ("time", 86_400),
    r"weeks?|周|个?星期|个?礼拜": ("time", 604_800),
    r"months?|个月": ("time", 2_592_000),
    r"years?|年": ("time", 31_536_000),
    r"kb|kib|kilobytes?": ("size", 0.001),
    r"mb|mib|megabytes?|兆(?:字节)?": ("size", 1),
    r"gb|gib|gigabytes?": ("size", 1000),
    r"%|percent|per cent": ("percent", 1),
    r"in ten|out of (?:ten|10)|in 10|成(?![功为员])": ("percent", 10),
    r"(?:more |unchanged |consecutive |identical )*(?:times|polls|attempts|tries|queries|reads|retries)|次|遍": ("times", 1),
    r"(?:free |starter |trial |bonus |initial |welcome )*credits?|(?:个|点)?(?:免费|初始|试用|赠送)?的?积分|/session|/clip": ("credits", 1),
    r"(?:free |anonymous )*tokens?|(?:个|枚)?(?:免费|匿名)?(?:token|令牌)": ("tokens", 1),
}  # fmt: skip
_NUMBER: Final = (
    r"(?:\d[\d,]*(?:\.\d+)?|(?<![a-z])(?:"
    + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
    + r")(?![a-z])|[零〇一二两三四五六七八九十百千半]+)"
)
_UNIT: Final = "|".join(f"(?P<u{nth}>{unit})" for nth, unit in enumerate(_UNITS))
_PLAIN_UNIT: Final = "|".join(_UNITS)
_RANGE: Final = r"\s*(?:[-–—~]|to|and|至|到)\s*"
_QUANTITY: Final = re.compile(
    rf"(?<![A-Za-z0-9_.$§-])(?P<low>{_NUMBER})(?:[\s-]*(?:{_PLAIN_UNIT})?{_RANGE}(?P<high>{_NUMBER}))?"
    rf"[\s-]*(?:{_UNIT})(?![a-z])",
    re.IGNORECASE,
)
_FIXED: Final[tuple[tuple[re.Pattern[str], Dimension, float], ...]] = (
    (
        re.compile(r"\bonce\b(?! (?:you|the|it|a|done|per|every|all|we|they|your)\b)", re.IGNORECASE),
        "times",
        1,
    ),
    (re.compile(r"\btwice\b", re.IGNORECASE), "times", 2),
    (re.compile(r"\bthrice\b", re.IGNORECASE), "times", 3),
    (re.compile(r"一分半钟?", re.IGNORECASE), "time", 90),
    (re.compile(r"十分之三"), "percent", 30),
    (re.compile(r"百分之三十"), "percent", 30),
    (re.compile(r"\b(?:a|one)[- ]third\b|三分之一", re.IGNORECASE), "percent", 33),
    (re.compile(r"\bhalf of\b|一半", re.IGNORECASE), "percent", 50),
    (re.compile(r"\bweekly\b|\b(?:every|each|per) week\b", re.IGNORECASE), "time", 604_800),
    (re.compile(r"\b(?:every|each) second\b(?! (?:time|clip|one))|每秒(?!钟)", re.IGNORECASE), "time", 1),
    (re.compile(r"\b(?:every|each|per) minute\b|每分钟", re.IGNORECASE), "time", 60),
    (re.compile(r"\b(?:hourly|(?:every|each|per) hour)\b|每(?:个)?小时", re.IGNORECASE), "time", 3600),
    (re.compile(r"每分钟(?:两|2)次"), "time", 30),
    (re.compile(r"\b(?:daily|(?:every|each|per) day)\b|每(?:天|日)", re.IGNORECASE), "time", 86_400),
)
_CREDITS_FIRST: Final = re.compile(r"(?:\bcredits?\"?|积分)\s*(?:[:=]|为|是|共)\s*(\d[\d,]*)", re.IGNORECASE)
_MEGA: Final = re.compile(r"(?<![\w.])(\d[\d,]*)\s*([MG])(?![\w/])")


_PHRASES: Final = (
    (re.compile(r"\b(?:a|one) minute and a half\b|\bone and a half minutes\b", re.IGNORECASE), "90 seconds"),
    (re.compile(r"\btwice (?:a|per|every) minute\b", re.IGNORECASE), "every 30 s"),
    (re.compile(r"\bonce (?:a|per|every) second\b", re.IGNORECASE), "every 1 s"),
    (re.compile(r"\bonce (?:a|per|every) minute\b", re.IGNORECASE), "every 60 s"),
    (re.compile(r"\b(?:\w+|\d+) times (?:a|per|every) minute\b", re.IGNORECASE), "every 6 s"),
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range, in seconds, megabytes, percent or pieces; ``start`` and ``end`` are its place."""

    dimension: Dimension
    low: float
    high: float
    start: int
    end: int
    text: str

    @property
    def is_range(self) -> bool:
        """Whether it has two ends."""
        return self.low != self.high


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the quantities of a text, in order of kind."""
    for phrase, plainer in _PHRASES:  # as long as they were, so that places stay what they are
        text = phrase.sub(lambda found, given=plainer: given.ljust(len(found[0])), text)  # type: ignore[misc]
    for found in _QUANTITY.finditer(text):
        if re.fullmatch(r"an?[\s-]+(?:second|token|credits?)s?", found[0], re.IGNORECASE):
            continue  # "a second" is mostly an ordinal
        group = found.lastgroup or ""
        dimension, factor = list(_UNITS.values())[int(group[1:])]
        if found[group] in ("M", "D", "H", "S"):
            continue
        low = number(found["low"])
        high = number(found["high"]) if found["high"] else low
        low *= _low_factor(found[0], factor, dimension) if found["high"] else factor
        yield Quantity(dimension, low, high * factor, found.start(), found.end(), found[0])
    for pattern, dimension, value in _FIXED:
        for found in pattern.finditer(text):
            yield Quantity(dimension, value, value, found.start(), found.end(), found[0])
    for found in _CREDITS_FIRST.finditer(text):
        value = number(found[1])
        yield Quantity("credits", value, value, found.start(), found.end(), found[0])
    for found in _MEGA.finditer(text):
        value = number(found[1]) * (1 if found[2] == "M" else 1000)
        yield Quantity("size", value, value, found.start(), found.end(), found[0])


def _low_factor(text: str, factor: float, dimension: Dimension) -> float:
    """Return what the lower end of a range counts in, where it has a unit of its own."""
    first = re.match(rf"{_NUMBER}[\s-]*({_PLAIN_UNIT})(?![a-z]){_RANGE}", text, re.IGNORECASE)
    if first is None:
        return factor
    for unit, (kind, own) in _UNITS.items():
        if kind == dimension and re.fullmatch(unit, first[1], re.IGNORECASE):
            return own
    return factor


def number(text: str) -> float:
    """Return the value of a number in digits, in an English word, or in Chinese numerals."""
    message = text.lower().strip()
    if message[0].isdigit():
        return float(message.replace(",", ""))
    return float(_WORDS[message]) if message in _WORDS else _chinese(message)


def _chinese(text: str) -> float:
    if text == "半":
        return 0.5
    total, digit = 0.0, 0
    for char in text:
        if char in _ZH:
            digit = _ZH[char]
        elif char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        elif char == "半":
            total += 0.5
    return total + digit
