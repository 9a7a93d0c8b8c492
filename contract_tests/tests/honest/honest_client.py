"""An honest client in a style of its own: one file of asyncio streams, with HTTP/1.1 written by hand.

It is here to be found innocent. `Honest` is a `nemocontract.subject.Subject`; the same file is a program
(``python honest_client.py < lines``, or lines as arguments). Its task wishes for what takes time or is to be
read, and `say` grants that, so that nothing below it knows on whose clock it sleeps.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
import types
import uuid
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from nemocontract.subject import Setting

SKILL = {"X-Skill-Source": "honest-hand", "X-Skill-Version": "0.3.0"}
FORMATS = "mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a, aac"
LOOK_S, PATIENCE_S, NOTE_S, DEAD_S, ALONE_S, LIMIT_S = 0.2, 120.0, 120.0, 300.0, 600.0, 900.0
UNREACHED = 599  # no answer, or none that makes sense
Json: TypeAlias = dict[str, Any]
Parts: TypeAlias = list[bytes | Path]
Thing: TypeAlias = tuple[int, dict[str, str]] | bytes | None  # a head, a piece of a body, a look in vain

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
ROUTES = {  # C-ROU-1, the first that fits
    "export": r"\bexport\b|导出|\bdownload\b|send me the video",
    "credits": r"\bcredits\b|积分|\bbalance\b|余额",
    "upload": r"\bupload\b|上传",
    "status": r"\bstatus\b|状态|show tracks",
}
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


class Told(Exception):  # noqa: N818  what the user is told in place of a result
    """Ends a line with these words."""


class Refused(Exception):  # noqa: N818  an answer, not a mistake
    """The service said no, for the reason in ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Lost(Exception):  # noqa: N818
    """An answer did not come, or not to its end."""


class TooLong(Lost):
    """Nobody waits for it any longer."""


class Frame:
    """Takes the body of one answer out of its wrapping: length, chunks, gzip."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.chunked = "chunked" in headers.get("transfer-encoding", "")
        length = None if self.chunked else headers.get("content-length")
        self.left, self.rest, self.over = int(length or 0), b"", length == "0"
        self.endless = not self.chunked and length is None
        self.unzip = zlib.decompressobj(31) if headers.get("content-encoding") == "gzip" else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self.chunks(data) if self.chunked else self.plain(data):
            yield self.unzip.decompress(piece) if self.unzip else piece

    def plain(self, data: bytes) -> Iterator[bytes]:
        self.left -= len(data)
        self.over = not self.endless and self.left <= 0
        yield data

    def chunks(self, data: bytes) -> Iterator[bytes]:
        self.rest += data
        while self.rest and not self.over:
            if self.left:
                piece, self.rest = self.rest[: self.left], self.rest[self.left :]
                self.left -= len(piece)
                yield piece
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest = rest
            if line:  # an empty one is the end of the chunk before
                self.left = int(line.partition(b";")[0], 16)
                self.over = self.left == 0


class Ear:
    """Hears an answer: a JSON body as it is, a stream as words and tools, in both dialects."""

    def __init__(self) -> None:
        self.status, self.headers, self.body, self.raw = 0, dict[str, str](), b"", b""
        self.data: list[str] = []
        self.text, self.partial, self.calls, self.results = "", "", 0, 0

    @property
    def streams(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    def take(self, thing: Thing) -> None:
        if isinstance(thing, tuple):
            self.status, self.headers = thing
        elif not self.streams:
            self.body += thing or b""
        elif thing:
            *lines, self.raw = re.split(rb"\r\n|\n|\r(?!\Z)", self.raw + thing)
            for line in lines:
                self.line(line.decode("utf-8", "replace").lstrip("\ufeff"))

    def line(self, line: str) -> None:
        if line.startswith("data:"):
            self.data.append(line[5:])
        elif not line:
            told, self.data = "\n".join(self.data), []
            with suppress(ValueError):
                event = json.loads(told)
                if isinstance(event, dict):
                    self.event(event, event.get("content"))

    def event(self, event: Json, content: Any) -> None:
        self.calls += event.get("type") == "tool_call"
        self.results += event.get("type") == "tool_result"
        if isinstance(content, str):
            self.text += content if event.get("type") == "text" else ""
        elif isinstance(content, dict):
            parts = [part for part in content.get("parts") or () if isinstance(part, dict)]
            self.calls += sum("functionCall" in part for part in parts)
            self.results += sum("functionResponse" in part for part in parts)
            said = "".join(str(part["text"]) for part in parts if "text" in part and not part.get("thought"))
            if event.get("partial"):
                self.partial += said
            elif said:  # the whole once more, after its pieces
                said, self.partial = said.removeprefix(self.partial), ""
            self.text += said

    def meaning(self) -> tuple[int, Json]:
        """Return an answer's code and data, whatever its profile (ENV-1 to ENV-3, REN-7)."""
        bare = {401: 1001, 413: 4002, 415: 4001}.get(self.status, self.status)
        with suppress(ValueError):
            if isinstance(told := json.loads(self.body), dict):
                code = told.get("code", 0 if self.status == 200 else bare)
                data = told.get("data", told)
                return int(code), data if isinstance(data, dict) else {}
        return (UNREACHED if bare == 200 else bare), {}


class Honest:
    """The client; see `nemocontract.subject.Subject`."""

    def open(self, setting: Setting) -> None:
        told = setting.environment
        self.clock, self.home, self.language = setting.clock, setting.home, setting.language
        self.api = (told.get("NEMO_API_URL") or "https://mega-api-prod.nemovideo.ai").rstrip("/")
        self.web = (told.get("NEMO_WEB_URL") or "https://nemovideo.com").rstrip("/")
        self.token, self.session, self.user, self.exports = told.get("NEMO_TOKEN") or "", "", "", 0
        self.skill = {**SKILL, "X-Skill-Platform": told.get("SKILL_SOURCE") or "unknown"}
        self.loop = asyncio.new_event_loop()
        self.wishes: asyncio.Queue[tuple[str | float, asyncio.Future[None]] | None] = asyncio.Queue()

    def close(self) -> None:
        self.loop.close()

    def say(self, line: str) -> Iterator[str]:
        task = self.loop.create_task(self.serve(line))
        try:
            while (wish := self.loop.run_until_complete(self.wishes.get())) is not None:
                if isinstance(wish[0], str):
                    yield wish[0] + "\n"
                else:
                    self.clock.sleep(max(0.0, wish[0]))
                wish[1].set_result(None)
            self.loop.run_until_complete(task)
        finally:
            task.cancel()
            self.loop.run_until_complete(asyncio.wait([task]))
            self.wishes = asyncio.Queue()

    async def wish(self, what: str | float) -> None:
        """Show a text, or let seconds pass."""
        done = self.loop.create_future()
        self.wishes.put_nowait((what, done))
        await done

    async def serve(self, line: str) -> None:
        try:
            await self.answer(line)
        except Told as told:
            await self.wish(str(told))
        except Refused as no:
            guest = no.code == 2001 and self.user.startswith("anon")
            bound = f"You have no credits left. Register here: {self.web}/register?bind={self.user}"
            await self.wish(bound if guest else REFUSALS.get(no.code, UNREACHABLE))
        finally:
            self.wishes.put_nowait(None)

    async def answer(self, line: str) -> None:
        bare = CONTENT.sub(" ", line)
        kind = next((name for name, words in ROUTES.items() if re.search(words, bare, re.IGNORECASE)), "chat")
        if kind == "chat" and not re.sub(rf"https?://\S+|{FILE}", "", line).strip():
            kind = "upload"
        if not self.session:
            await self.wish("Connecting...")
            if not self.token:
                await self.sign_in()
            await self.begin()
            await self.wish("Ready.")
        await getattr(self, kind)(line)

    # -- requests --------------------------------------------------------------------------------

    async def exchange(
        self, method: str, url: str, told: dict[str, str], body: Parts
    ) -> AsyncIterator[Thing]:
        """Yield the head, then pieces of the body, and None for each look in vain; raise Lost."""
        to, secure = urlsplit(url), url.startswith("https")
        size = sum(part.stat().st_size if isinstance(part, Path) else len(part) for part in body)
        told = {"Host": to.netloc, "Connection": "close", "Content-Length": str(size), **told}
        head = [
            f"{method} {to._replace(scheme='', netloc='').geturl()} HTTP/1.1",
            *map(": ".join, told.items()),
        ]
        port = to.port or (443 if secure else 80)
        reader, writer = await asyncio.open_connection(to.hostname, port, ssl=secure or None)
        try:
            for piece in pieces([("\r\n".join(head) + "\r\n\r\n").encode(), *body]):
                writer.write(piece)
                await writer.drain()
            rest, frame = b"", None
            while frame is None or not frame.over:
                try:
                    async with asyncio.timeout(LOOK_S):
                        data = await reader.read(1 << 16)
                except TimeoutError:
                    yield None
                    continue
                if not data and frame and frame.endless:
                    return
                if not data:
                    raise Lost
                if frame is None:
                    rest, found, data = (rest + data).partition(b"\r\n\r\n")
                    if not found:
                        continue
                    first, *lines = rest.decode("latin-1").split("\r\n")
                    pairs = (line.partition(":") for line in lines)
                    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
                    frame = Frame(headers)
                    yield int(first.split()[1]), headers
                for piece in frame.feed(data):
                    yield piece
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def follow(self, step: Callable[[Thing], Awaitable[float]], looks: int, *request: Any) -> None:
        """Hand all that comes to ``step``, which tells until when to wait for more; raise Lost.

        Where a backend's time does not pass by itself while nothing comes, it is made to pass.
        """
        vain, seen = 0, self.clock.now()
        try:
            async with aclosing(cast("Any", self.exchange(*request))) as line:
                async for thing in line:
                    vain = vain + 1 if thing is None else 0
                    until = await step(thing)
                    if vain >= looks and self.clock.now() == seen:
                        await self.wish(until - seen)
                    seen = self.clock.now()
        except (OSError, ValueError, IndexError, zlib.error):
            raise Lost from None

    async def fetch(self, take: Callable[[Thing], object], looks: int, *request: Any) -> None:
        """Hand all of an answer to ``take``; raise Lost, after two minutes of nothing at the latest."""
        until = self.clock.now() + PATIENCE_S

        async def step(thing: Thing) -> float:
            nonlocal until
            now = self.clock.now()
            take(thing)
            until = until if thing is None else now + PATIENCE_S
            if until <= now:
                raise TooLong
            return until

        await self.follow(step, looks, *request)

    def request(self, method: str, path: str, payload: Any) -> tuple[str, str, dict[str, str], Parts]:
        headers = {**self.skill, "Accept": "text/event-stream" if path == "/run_sse" else "application/json"}
        if path == "/api/auth/anonymous-token":
            return method, self.api + path, {**headers, "X-Client-Id": self.client_id()}, []
        headers["Authorization"] = f"Bearer {self.token}"  # C-ATT-1
        if not isinstance(payload, list):
            headers["Content-Type"] = "application/json"
            return method, self.api + path, headers, [json.dumps(payload).encode()] if payload else []
        border, body = uuid.uuid4().hex, []
        for file in payload:
            named = f'name="files"; filename="{file.name.replace(chr(34), "%22")}"'
            body += [f"--{border}\r\nContent-Disposition: form-data; {named}\r\n\r\n".encode(), file, b"\r\n"]
        headers["Content-Type"] = f"multipart/form-data; boundary={border}"
        return method, self.api + path, headers, [*body, f"--{border}--\r\n".encode()]

    async def once(self, method: str, path: str, payload: Any) -> tuple[int, Json]:
        """Make one request; return its code, 0 for success, and its data."""
        ear = Ear()
        try:
            await self.fetch(ear.take, 10, *self.request(method, path, payload))
        except Lost:
            return UNREACHED, {}
        return ear.meaning()

    async def listen(self, method: str, path: str, payload: Any) -> tuple[int, Json]:
        """Send a message and hear its stream to the end; return how it ended as well (C-SSE-2)."""
        ear, began, ended = Ear(), self.clock.now(), "whole"
        noted = news = byte = began

        async def step(thing: Thing) -> float:
            nonlocal noted, news, byte
            now = self.clock.now()
            while now - noted >= NOTE_S and now - began < LIMIT_S:
                noted += NOTE_S
                await self.wish("⏳ Still working...")
            known = len(ear.text), ear.calls, ear.results
            ear.take(thing)
            noted = noted if known[0] == len(ear.text) else now
            news = news if known == (len(ear.text), ear.calls, ear.results) else now
            byte = byte if thing is None else now
            until = min(began + LIMIT_S, news + ALONE_S, byte + DEAD_S)
            if until <= now:
                raise TooLong
            return min(until, noted + NOTE_S)

        try:
            await self.follow(step, 3, *self.request(method, path, payload))
            ear.take(b"\n" if ear.raw.endswith(b"\r") else b"")
        except Lost as lost:
            ended = "slow" if isinstance(lost, TooLong) else "cut"
        code = 0 if ear.streams else ear.meaning()[0]
        if ended == "whole" and code and not 300 <= code < 400 and not 500 <= code < 600:
            return code, {}  # refused before it was taken (SSE-2)
        return 0, {"ear": ear, "ended": "cut" if ended == "whole" and not ear.streams else ended}

    async def call(
        self,
        method: str,
        make: Callable[[], tuple[str, Any]],
        *,
        cures: tuple[int, ...] = (1001, 1002, 429),
        tries: int = 3,
    ) -> Json:
        """Make a request, cure what can be cured, each once, and return its data; raise Refused.

        Where no answer comes, only what changes nothing is asked again.
        """
        left = set(cures)
        while True:
            path, payload = make()
            code, data = await (self.listen if path == "/run_sse" else self.once)(method, path, payload)
            if code == 0:
                return data
            if 500 <= code < 600 and method == "GET" and tries > 1:
                tries -= 1
                await self.wish(2.0)
            elif code not in left:
                raise Refused(code)
            elif code == 429:  # C-AUTH-3
                await self.wish("It is busy right now; I try once more in 30 s.")
                await self.wish(30.0)
            elif code == 1001:  # C-AUTH-2
                await self.wish("Your access has ended; I go on as a new guest.")
                await self.sign_in()
            else:  # C-SES-1
                await self.wish("The project is gone; I begin a new one.")
                await self.begin()
            left.discard(code)

    def client_id(self, *, fresh: bool = False) -> str:
        file = self.home / ".config/nemovideo/client_id"
        kept = file.read_text("utf-8").strip() if file.is_file() else ""
        if fresh or not kept:
            kept = str(uuid.uuid4())
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(kept, "utf-8")
        return kept

    async def sign_in(self) -> None:
        asked = "/api/auth/anonymous-token", None
        try:
            made = await self.call("POST", lambda: asked, cures=(429,))
        except Refused as no:
            if no.code != 400:
                raise
            self.client_id(fresh=True)
            made = await self.call("POST", lambda: asked, cures=(429,))
        self.token, self.user = str(made.get("token", "")), str(made.get("user_id", ""))

    async def begin(self) -> None:
        asked = "/api/tasks/me/with-session/nemo_agent", {"task_name": "project", "language": self.language}
        made = await self.call("POST", lambda: asked, cures=(1001, 429))
        self.session, self.user = str(made.get("session_id", "")), str(made.get("user_id") or self.user)

    async def state(self, *, cures: tuple[int, ...] = (1001, 1002, 429)) -> Json:
        where = "/api/state/nemo_agent/me/"
        told = await self.call("GET", lambda: (f"{where}{self.session}/latest", None), cures=cures)
        return told.get("state") or {}

    # -- what a user can ask for -----------------------------------------------------------------

    async def credits(self, _line: str) -> None:
        told = await self.call("GET", lambda: ("/api/credits/balance/simple", None))
        await self.wish(f"{told.get('available', 0)} credits available, {told.get('frozen', 0)} in use.")

    async def status(self, _line: str) -> None:
        tracks = list(tracks_of(await self.state()))
        told = [f"{nth}. {name}: {', '.join(items)}" for nth, (name, items) in enumerate(tracks, start=1)]
        head = f"Timeline ({len(told)} track{'s' * (len(told) != 1)}): "
        await self.wish(head + " ".join(told) if told else "The timeline is empty.")

    async def upload(self, line: str) -> None:
        urls = re.findall(r"https?://[^\s，。\"”]+", line)
        rest = re.sub(r"https?://\S+|(?i:\bupload\b)|上传", " ", line).strip()
        quoted = re.findall(r"[“\"]([^”\"]+)[”\"]", rest)
        alone = [rest] if rest and (self.home / rest).is_file() else re.findall(r"[^\s，、,]+\.\w+", rest)
        files = [self.home / name for name in quoted or alone]
        if not urls and not files:
            raise Told("Which file or web address shall I send?")
        if missing := [file.name for file in files if not file.is_file()]:
            raise Told(f"There is no file {missing[0]} here.")
        if any(file.suffix[1:].lower() not in FORMATS.split(", ") for file in files):
            raise Told(REFUSALS[4001])
        if any(file.stat().st_size > 500 << 20 for file in files):
            raise Told(REFUSALS[4002])
        for load in filter(None, ({"urls": urls, "source_type": "url"} if urls else None, files)):

            def make(load: Any = load) -> tuple[str, Any]:
                return f"/api/upload-video/nemo_agent/me/{self.session}", load

            told = await self.call("POST", make)
            await self.wish("Uploaded: " + ", ".join(map(file_of, told.get("files") or ())))

    async def chat(self, line: str) -> None:
        before = await self.state()

        def make() -> tuple[str, Any]:
            message = {"app_name": "nemo_agent", "user_id": "me", "session_id": self.session}
            return "/run_sse", {**message, "new_message": {"parts": [{"text": line}]}}

        reply = await self.call("POST", make)
        ear, ended = cast("Ear", reply["ear"]), reply["ended"]
        if said := spoken(ear.text):
            await self.wish(said)
        if ended == "whole" and ear.calls <= ear.results:
            if said or await self.compare(before, final=ear.calls > 0):
                return
        else:
            slow = "This takes too long; I look how far it is."
            await self.wish(
                slow if ended == "slow" else "The connection was lost; I look whether it was done."
            )
        for wait_s in (0.0 if ended == "slow" else 30.0, 60.0, 60.0, 60.0, 60.0):  # C-SSE-4
            await self.wish(wait_s)
            with suppress(Unseen):
                if await self.compare(before, final=False):
                    return
        await self.wish("That did not work: nothing in the project changed.")

    async def compare(self, before: Json, *, final: bool) -> bool:
        """Read the state and tell what changed; tell that nothing did where this look is ``final``."""
        try:
            changes = changed(before, await self.state(cures=(1001, 429)))
        except Refused as no:
            if no.code != 1002:
                raise Unseen(no.code) from None
            await self.wish("The project is gone, so I cannot see what came of it.")
            await self.begin()
            return True
        if changes or final:
            await self.wish("\n".join(changes) or "It is over, and nothing in the project changed.")
        return bool(changes) or final

    async def export(self, _line: str) -> None:
        draft = (await self.state()).get("draft") or {}
        if not any(track.get("sg") for track in draft.get("t") or ()):  # STA-3
            raise Told("There is nothing to export yet.")
        await self.wish("Making your film...")
        job = await self.render(draft)
        if job is None:
            await self.wish("Making the film failed; I try once more.")
            job = await self.render(draft)
        if job is None:
            raise Told("The film could not be made. Please try again later.")
        await self.save(job)

    async def render(self, draft: Json) -> Json | None:
        """Export under a new id; return the finished job, None where it failed (C-REN-1)."""
        try:
            name = await self.submit(draft)
        except Refused as no:
            if no.code != 409:
                raise
            name = await self.submit(draft)  # REN-4: another id, once
        for _ in range(10):
            await self.wish(30.0)
            asked = f"/api/render/proxy/lambda/{name}", None
            try:
                job = await self.call("GET", lambda asked=asked: asked, cures=(1001,), tries=1)  # type: ignore[misc]
            except Refused as no:
                if no.code == 404:  # REN-10: it was the former guest's
                    return None
                if no.code != 429 and not 500 <= no.code < 600:
                    raise
                continue
            if job.get("status") == "completed":
                return {**job, "id": name}
            if job.get("status") in ("failed", "cancelled"):
                return None
        raise Told("The film takes longer than usual. Please try again later.")

    async def submit(self, draft: Json) -> str:
        self.exports += 1
        name = f"render_{self.clock.now() * 1000:.0f}_{self.exports}"
        told = {"id": name, "draft": draft, "output": {"format": "mp4", "quality": "high"}}
        await self.call("POST", lambda: ("/api/render/proxy/lambda", {**told, "sessionId": self.session}))
        return name

    async def save(self, job: Json) -> None:
        """Fetch the film under a passing name, from its address or else from the service (C-REN-2)."""
        address = (job.get("output") or {}).get("url") or job.get("outputUrl") or ""
        door = f"{self.api}/api/render/proxy/{job['id']}/download"
        film = self.home / f"{job['id']}.mp4"
        passing = film.with_suffix(".part")
        try:
            for url in (urljoin(self.api, address), urljoin(self.api, address), door):
                if await self.download(url, passing):
                    passing.replace(film)
                    return await self.wish(f"Your film is here: {film.name}")
                await self.wish(2.0)
        finally:
            passing.unlink(missing_ok=True)
        raise Told("The film could not be fetched. Please try again.")

    async def download(self, url: str, file: Path) -> bool:
        """Tell whether all of it is there now. The token goes to the service alone (C-SEC-1)."""
        bearer = {"Authorization": f"Bearer {self.token}"} if url.startswith(self.api) else {}
        status: list[int] = []
        with file.open("wb") as out, suppress(Lost):

            def take(thing: Thing) -> None:
                status.append(thing[0]) if isinstance(thing, tuple) else out.write(thing or b"")

            await self.fetch(take, 50, "GET", url, {**self.skill, **bearer}, [])
            return status == [200] and out.tell() > 0
        return False


class Unseen(Refused):
    """A look at the project that showed nothing."""


def pieces(parts: Parts) -> Iterator[bytes]:
    """Yield bytes as they are, files bit by bit."""
    for part in parts:
        if isinstance(part, bytes):
            yield part
            continue
        with part.open("rb") as file:
            while piece := file.read(1 << 16):
                yield piece


def spoken(text: str) -> str:
    """Return a reply as the user may read it: no noise at its end, no talk of a screen (C-GUI-1)."""
    kept = CONTENT.findall(text)
    numbers = iter(range(len(kept)))
    hints, lines = [], []
    for line in NOISE.sub("", CONTENT.sub(lambda _: f"\x02{next(numbers)}\x03", text)).splitlines():
        said: list[str] = []
        for sentence in re.split(r"(?<=[.!?])\s+|(?<=[。！？])\s*", line):
            hint = next((one for one in GUI if re.search(one[0], sentence)), None)
            said += [sentence] if hint is None else beside(sentence)
            hints += [hint[2 if re.search(r"[一-鿿]", sentence) else 1]] if hint else []
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
    start, length, told = part.get("s", 0) / 1000, part.get("d", 0) / 1000, part["m"]
    name = f'"{told["text"]}"' if "text" in told else str(told.get("name") or "clip")
    return f"{name} ({', '.join([f'{start:g}-{start + length:g}s', *facts_of(told, kind)])})"


def facts_of(told: Json, kind: int) -> list[str]:
    """Return what else is worth telling of a segment or a track."""
    volume, speed = told.get("volume"), told.get("speed", 1)
    facts = [f"{volume * 100:.0f}%"] if volume is not None and (kind == 1 or volume != 1) else []
    facts += [f"{speed:g}x"] * (speed != 1) + ["muted"] * bool(told.get("muted"))
    for key in ("look", "effects", "transition", "position", "lang"):
        value = told.get(key) or []
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


def main() -> None:
    """Take lines from the arguments or from stdin, and print what comes of them."""
    clock = types.SimpleNamespace(now=time.time, sleep=time.sleep)
    language = "zh" if os.environ.get("LANG", "").startswith("zh") else "en"
    told = {"environment": os.environ, "clock": clock, "home": Path.home(), "language": language}
    client = Honest()
    client.open(cast("Setting", types.SimpleNamespace(**told)))
    try:
        for line in filter(str.strip, sys.argv[1:] or sys.stdin):
            for text in client.say(line.strip()):
                print(text, end="", flush=True)
    finally:
        client.close()


if __name__ == "__main__":
    main()
