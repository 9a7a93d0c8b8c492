"""Uploads: files or URLs into a session, all or none (UPL-1 to UPL-6)."""

from __future__ import annotations

import shutil

from fastapi import APIRouter, Request, Response

from ...engine.backend import Admission
from .. import answers, exchange, intake
from ..bodies import UrlsBody, read_json
from ..docs import data_plane as docs

router = APIRouter(tags=["uploads"])


@router.post("/api/upload-video/nemo_agent/{user}/{session_id}", name="upload", **docs.UPLOAD)
async def upload(request: Request) -> Response:
    """Upload files as multipart field `files`, or name URLs in JSON; every file is probed."""
    here = exchange.of(request)
    token = here.token(request, "upload")
    user, session_id = request.path_params["user"], request.path_params["session_id"]
    admission = here.backend.open_upload(token, user, session_id)
    folder = intake.scratch(here.room)
    try:
        return await _add(request, admission, intake.Intake(here.room, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _add(request: Request, admission: Admission, taken: intake.Intake) -> Response:
    here, rules = exchange.of(request), admission.rules
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        await taken.receive(request, rules)
    else:
        body = await read_json(request, UrlsBody)
        await taken.fetch(body.urls, rules)
    files = [file.facts for file in taken.files]
    data, paths = here.backend.add_files(admission, files, here.origin)
    taken.keep(paths)
    if here.entry is not None:
        for facts in files:
            here.entry.add_upload(facts.filename, facts.size, facts.hash)
    return answers.data(data)
