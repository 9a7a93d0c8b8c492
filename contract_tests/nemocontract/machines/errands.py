"""What people do in a history: sessions, messages, files, exports, and looks at them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Final

from nemocontract.cases.endpoints import DRAFT
from nemocontract.machines.player import Place, Player, Task

# STA-3: drafts to export, by what is told of them; the first ones are ready.
READY: Final[dict[str, Any]] = {
    "of two seconds": DRAFT,
    "of sound alone": {"t": [{"tt": 1, "sg": [{"s": 0, "d": 2000, "m": {}}], "m": {}}]},
}
UNREADY: Final[dict[str, Any]] = {
    "without tracks": {},
    "without segments": {"t": [{"tt": 0, "sg": [], "m": {}}]},
}
# REN-3: headers that an export goes without, by what is told of it.
LACKING: Final[dict[str, tuple[str, ...]]] = {
    "without attribution": ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform"),
    "without X-Skill-Source": ("X-Skill-Source",),
    "without X-Skill-Platform": ("X-Skill-Platform",),
}


def session(player: Player, guest: int, language: str | None, user: str) -> int | None:
    """Make a session, as `me`, by one's `own` user id, or as an `other`."""
    who, body = player.guests[guest], {"task_name": "project", "language": language}
    if language is None:
        del body["language"]
    users = {"me": "me", "own": who.user_id, "other": "anon_0000000000000000"}
    made = who.create_session(body, users[user])
    if not made.succeeded:
        return None
    player.places.append(Place(guest, str(made.data.get("session_id")), str(made.data.get("task_id"))))
    return len(player.places) - 1


def upload(player: Player, session: int, by: int, urls: tuple[str, ...]) -> None:
    """Upload by address."""
    player.guests[by].upload_urls(player.places[session].session_id, *urls)


def say(player: Player, session: int, by: int, text: str, upto: int | None) -> None:
    """Send a message, and hang up after ``upto`` events, or read to the end."""
    player.followed = True
    with player.guests[by].chatting(player.places[session].session_id, text) as stream:
        if upto != 0:
            for nth, _ in enumerate(stream, 1):
                if nth == upto:
                    break


def open_(player: Player, session: int, by: int, text: str) -> int | None:
    """Send a message and leave the stream open, unread."""
    player.followed = False
    stack = ExitStack()
    stream = stack.enter_context(player.guests[by].chatting(player.places[session].session_id, text))
    if stream.whole:  # no stream at all: it was refused
        stack.close()
        return None
    player.streams.append((stack, stream))
    return len(player.streams) - 1


def read(player: Player, stream: int) -> None:
    """Read an open stream to its end."""
    if (held := player.streams[stream]) is not None:
        for _ in held[1]:
            pass
        player.leave(stream)


def leave(player: Player, stream: int) -> None:
    """Leave an open stream."""
    player.leave(stream)


def credits_(player: Player, guest: int) -> None:
    """Read a balance."""
    player.guests[guest].credits()


def state(player: Player, session: int, by: int) -> None:
    """Read a state."""
    player.guests[by].state(player.places[session].session_id)


def claim(player: Player, session: int, by: int) -> None:
    """Ask for a claim token, and keep it."""
    place = player.places[session]
    told = player.guests[by].claim(place.session_id, place.task_id)
    player.claims += [str(told.data.get("claim_token"))] if told.succeeded else []


def submit(player: Player, session: int, by: int, render_id: str, draft: str, how: str) -> int | None:
    """Ask for an export."""
    place, headers = player.places[session], dict.fromkeys(LACKING.get(how, ()))
    drafts = {**READY, **UNREADY}
    told = player.guests[by].submit(render_id, place.session_id, drafts[draft], headers=headers)
    player.jobs += [Task(by, render_id)] if told.succeeded else []
    return len(player.jobs) - 1 if told.succeeded else None


def poll(player: Player, job: int, by: int) -> None:
    """Look at an export."""
    player.guests[by].job(player.jobs[job].render_id)


def cancel(player: Player, job: int, by: int) -> None:
    """Stop an export."""
    player.guests[by].cancel(player.jobs[job].render_id)


def download(player: Player, job: int, by: int) -> None:
    """Download a film."""
    player.guests[by].download(player.jobs[job].render_id)
