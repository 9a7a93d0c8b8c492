"""What the user user_sees: refusals, replies without talk of a screen, projects and their changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .wire import Json

FORMATS: Final = "mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a, aac"
REFUSALS = {
    1001: "You could not be signed in. Please try again later.",
    1002: "The project is gone. Please say it again.",
    2001: "Top up credits in your account",
    4001: f"That file is not supported. Use one of: {FORMATS}.",
    4002: "That file is too large (500 MB at most). Please compress or trim it.",
    400: "I could not take it like that. Please say it differently.",
    402: "Register or upgrade your plan to unlock export.",
    403: "Your access does not allow that.",
    409: "The film could not be begun. Please try again.",
    429: "The limit is reached for now. Please come back later.",
}
UNREACHABLE = "The service cannot be reached right now. Please try again later."
FILE = rf"[^\s“”\"，。：/]+\.(?:{FORMATS.replace(', ', '|')})\b"
CONTENT = re.compile(rf"“[^”]*”|\"[^\"]*\"|「[^」]*」|《[^》]*》|{FILE}")
NOISE = re.compile(r"\s*I encountered a temporary issue[^\n]*\Z", re.IGNORECASE)  # C-SSE-5
GUI = (  # C-GUI-1: words of a screen, and what to say instead
    (r"\bExport\b|导出", 'Say "export" and I save the film.', "说“导出”，我就保存影片。"),
    (
        r"(?i:\bpreview\b(?! win)|\bopen\b.*\b(?:panel|menu|tab)\b)|预览(?!窗口)|打开",
        'Say "status" and I list the tracks.',
        "说“状态”，我就列出轨道。",
    ),
    (
        r"(?i:\b(?:click|drag|button|panel|toolbar|slider|icon|window)\w*)|[点单双]击|点按|拖[拽动]|面板|按钮|图标|窗口",
        "Tell me in words what to change and I do it.",
        "想改什么，直接告诉我。",
    ),
)
SCREEN = re.compile("|".join(pattern for pattern, _, _ in GUI))


def spoken(text: str) -> str:
    """Return a reply as the user may read it: no noise at its end, no talk of a screen (C-GUI-1)."""
    kept = CONTENT.findall(text)
    numbers = iter(range(len(kept)))
    hints, lines = [], []
    for line in NOISE.sub("", CONTENT.sub(lambda _: f"\x02{next(numbers)}\x03", text)).splitlines():
        said: list[str] = []
        for sentence in re.split(r"(?<=[.!?])\s+|(?<=[。！？])\s*", line):
            found = [one for one in GUI if re.search(one[0], sentence)]
            said += beside(sentence) if found else [sentence]
            tongue = 2 if re.search(r"[一-鿿]", sentence) else 1
            hints += [one[tongue] for one in found if one is not GUI[-1] or len(found) == 1]
        lines.append(" ".join(filter(None, said)))
    whole = "\n".join(filter(None, [*lines, " ".join(dict.fromkeys(hints))]))
    return re.sub(r"\x02(\d+)\x03", lambda found: kept[int(found[1])], whole).strip()


def beside(sentence: str) -> Iterator[str]:
    """Yield what a sentence says besides its talk of a screen."""
    for clause in re.split(r"[,;，；]\s*|\s(?:and|then)\s", sentence):
        leads = re.match(r"(?i)(?:when|if|once|to|after|then|and|or)\b|满意|如果|即可|可以|选择", clause)
        if clause.strip(" .。") and not SCREEN.search(clause) and not leads:
            yield clause.rstrip(" .。") + "."


def tracks_of(state: Json) -> Iterator[tuple[str, list[str]]]:
    """Yield each track's name, and what stands on it (STA-2, STA-4)."""
    kinds = {0: "Video", 1: "Audio", 7: "Text"}
    for track in (state.get("draft") or {}).get("t") or ():
        shared, kind = track.get("m") or {}, track.get("tt")
        items = [item_of({**part, "m": part.get("m") or {}}, kind) for part in track.get("sg") or ()]
        facts = facts_of({key: value for key, value in shared.items() if key != "name"}, kind)
        yield " ".join([str(shared.get("name") or kinds.get(kind, "Track")), *facts]), items


def item_of(part: Json, kind: int) -> str:
    start, length, items = part.get("s", 0) / 1000, part.get("d", 0) / 1000, part["m"]
    name = f'"{items["text"]}"' if "text" in items else str(items.get("name") or "clip")
    return f"{name} ({', '.join([f'{start:g}-{start + length:g}s', *facts_of(items, kind)])})"


def facts_of(fields: Json, kind: int) -> list[str]:
    """Return what else is worth telling of a segment or a track."""
    volume, speed = fields.get("volume"), fields.get("speed", 1)
    facts = [f"{volume * 100:.0f}%"] if volume is not None and (kind == 1 or volume != 1) else []
    facts += [f"{speed:g}x"] * (speed != 1) + ["muted"] * bool(fields.get("muted"))
    for key in ("look", "effects", "transition", "position", "lang"):
        value = fields.get(key) or []
        value = list(value.values()) if isinstance(value, dict) else value
        facts += [value] if isinstance(value, str) else [one for one in value if isinstance(one, str)]
    return facts


def file_of(one: Json) -> str:
    name, length = str(one.get("filename") or one.get("name") or "clip"), one.get("duration")
    return f"{name} ({length:g} s)" if length else name


def changed(before: Json, after: Json) -> list[str]:
    """Return what is different, a line each (C-SSE-3)."""
    old, new = ({f"{name}: {one}" for name, all_ in tracks_of(s) for one in all_} for s in (before, after))
    clips = [
        one for one in after.get("generated_media") or () if one not in (before.get("generated_media") or ())
    ]
    lines = [f"A new clip was made: {file_of(one)}" for one in clips]
    lines += [f"Now there: {item}" for item in sorted(new - old)]
    lines += [f"No longer there: {item}" for item in sorted(old - new)]
    was, lasts = ((one.get("draft") or {}).get("d", 0) / 1000 for one in (before, after))
    lines += [f"The film lasts {lasts:g} s now; before it was {was:g} s."] * (was != lasts)
    frame, now = (one.get("canvas_config") or {} for one in (before, after))
    lines += [f"The picture is {now.get('width')}×{now.get('height')} now."] * (frame != now)
    return lines or ["Details of the project changed."] * (before.get("draft") != after.get("draft"))
