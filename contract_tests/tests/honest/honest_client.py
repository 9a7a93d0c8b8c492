"""An honest client in a style of its own: asyncio streams, with HTTP/1.1 written by hand.

It is here to pass. `Honest` is a `ClientAdapter`; ``python -m honest`` is a
program that takes lines from stdin, or as arguments. Its task wishes for what takes time or is to be read,
and `say` grants that, so that nothing below it knows on whose clock it sleeps.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

from .calls import Calls, Refused, UserError
from .wire import Ear, Json, Lost, Thing
from .words import CONTENT, FILE, FORMATS, REFUSALS, changed, file_of, spoken, tracks_of

ROUTES = {  # C-ROU-1, the first that fits
    "export": r"\bexport\b|导出|\bdownload\b|send me the video",
    "credits": r"\bcredits\b|积分|\bbalance\b|余额",
    "upload": r"\bupload\b|上传",
    "status": r"\bstatus\b|状态|show tracks",
}


class Unseen(Refused):
    """A look at the project that showed nothing."""


class Honest(Calls):
    """The client; see `nemocontract.client_adapter.ClientAdapter`."""

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

    async def state(self, *, cures: tuple[int, ...] = (1001, 1002, 429)) -> Json:
        where = "/api/state/nemo_agent/me/"
        response = await self.call("GET", lambda: (f"{where}{self.session}/latest", None), cures=cures)
        return response.get("state") or {}

    # -- what a user can ask for -----------------------------------------------------------------

    async def credits(self, _line: str) -> None:
        response = await self.call("GET", lambda: ("/api/credits/balance/simple", None))
        await self.wish(
            f"{response.get('available', 0)} credits available, {response.get('frozen', 0)} in use."
        )

    async def status(self, _line: str) -> None:
        tracks = list(tracks_of(await self.state()))
        values = [f"{nth}. {name}: {', '.join(items)}" for nth, (name, items) in enumerate(tracks, start=1)]
        head = f"Timeline ({len(values)} track{'s' * (len(values) != 1)}): "
        await self.wish(head + " ".join(values) if values else "The timeline is empty.")

    async def upload(self, line: str) -> None:
        urls = re.findall(r"https?://[^\s，。\"”]+", line)
        rest = re.sub(r"https?://\S+|(?i:\bupload\b)|上传", " ", line).strip()
        quoted = re.findall(r"[“\"]([^”\"]+)[”\"]", rest)
        alone = [rest] if rest and (self.home / rest).is_file() else re.findall(r"[^\s，、,]+\.\w+", rest)
        files = [self.home / name for name in quoted or alone]
        if not urls and not files:
            raise UserError("Which file or web address shall I send?")
        if missing := [file.name for file in files if not file.is_file()]:
            raise UserError(f"There is no file {missing[0]} here.")
        if any(file.suffix[1:].lower() not in FORMATS.split(", ") for file in files):
            raise UserError(REFUSALS[4001])
        if any(file.stat().st_size > 500 << 20 for file in files):
            raise UserError(REFUSALS[4002])
        for load in filter(None, ({"urls": urls, "source_type": "url"} if urls else None, files)):

            def make(load: Any = load) -> tuple[str, Any]:
                return f"/api/upload-video/nemo_agent/me/{self.session}", load

            response = await self.call("POST", make)
            await self.wish("Uploaded: " + ", ".join(map(file_of, response.get("files") or ())))

    async def chat(self, line: str) -> None:
        before = await self.state()

        def make() -> tuple[str, Any]:
            message = {"app_name": "nemo_agent", "user_id": "me", "session_id": self.session}
            return "/run_sse", {**message, "new_message": {"parts": [{"text": line}]}}

        reply = await self.call("POST", make)
        ear, ended = cast("Ear", reply["ear"]), reply["ended"]
        if said := spoken(ear.text):
            await self.wish(said)
        if ended == "whole" and ear.calls <= ear.results and not ear.partial:
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
            raise UserError("There is nothing to export yet.")
        await self.wish("Making your film...")
        job = await self.render(draft)
        if job is None:
            await self.wish("Making the film failed; I try once more.")
            job = await self.render(draft)
        if job is None:
            raise UserError("The film could not be made. Please try again later.")
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
        raise UserError("The film takes longer than usual. Please try again later.")

    async def submit(self, draft: Json) -> str:
        self.exports += 1
        name = f"render_{self.clock.now() * 1000:.0f}_{self.exports}"
        fields = {"id": name, "draft": draft, "output": {"format": "mp4", "quality": "high"}}
        await self.call("POST", lambda: ("/api/render/proxy/lambda", {**fields, "sessionId": self.session}))
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
        raise UserError("The film could not be fetched. Please try again.")

    async def download(self, url: str, file: Path) -> bool:
        """Tell whether all of it is there now. The token goes to the service alone (C-SEC-1)."""
        bearer = {"Authorization": f"Bearer {self.token}"} if url.startswith(self.api) else {}
        status: list[int] = []
        with file.open("wb") as out, suppress(Lost):

            def take(thing: Thing) -> None:
                status.append(thing[0]) if isinstance(thing, tuple) else out.write(thing or b"")

            await self.fetch(take, 25, "GET", url, {**self.skill, **bearer}, [])
            return status == [200] and out.tell() > 0
        return False
