"""Uploads: files or URLs into a session, all or none (UPL-1 to UPL-6)."""

from __future__ import annotations

import shutil

from fastapi import APIRouter, Request, Response

from ...engine.backend import UploadPermit
from .. import context, responses, uploads
from ..openapi import data_plane as docs
from ..request_models import UrlsBody, read_json

router = APIRouter(tags=["uploads"])


@router.post("/api/upload-video/nemo_agent/{user}/{session_id}", name="upload", **docs.UPLOAD)
async def upload(request: Request) -> Response:
    """Upload files as multipart field `files`, or name URLs in JSON; every file is probed."""
    ctx = context.context_of(request)
    token = ctx.token(request, "upload")
    user, session_id = request.path_params["user"], request.path_params["session_id"]
    admission = ctx.backend.open_upload(token, user, session_id)
    folder = uploads.upload_folder(ctx.world)
    try:
        return await _add(request, admission, uploads.UploadBatch(ctx.world, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _add(request: Request, admission: UploadPermit, taken: uploads.UploadBatch) -> Response:
    ctx, rules = context.context_of(request), admission.rules
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        await taken.receive(request, rules)
    else:
        body = await read_json(request, UrlsBody)
        await taken.fetch(body.urls, rules)
    files = [file.facts for file in taken.files]
    data, paths = ctx.backend.add_files(admission, files, ctx.origin)
    taken.keep(paths)
    if ctx.entry is not None:
        for facts in files:
            ctx.entry.add_upload(facts.filename, facts.size, facts.hash)
    return responses.data(data)
