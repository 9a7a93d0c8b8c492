"""Uploads: files or URLs into a session, all or none (UPL-1 to UPL-6)."""

from __future__ import annotations

import shutil
from typing import Any

from fastapi import APIRouter, Request, Response

from ...engine.backend import UploadPermit
from .. import context, responses, uploads
from ..openapi import models
from ..openapi.operations import data, operation
from ..request_models import UrlsBody, read_json
from .accounts import SESSION, USER

router = APIRouter(tags=["uploads"])


def _document() -> dict[str, Any]:
    document = operation(
        "upload",
        "Upload files, or name URLs",
        data("The files, all of them", models.Uploaded),
        *(400, 403, 507, 1001, 1002, 4001, 4002),
        body=UrlsBody,
        parameters=[USER, SESSION],
    )
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    files = {"type": "array", "minItems": 1, "items": file}
    form = {"type": "object", "required": ["files"], "properties": {"files": files}}
    document["openapi_extra"]["requestBody"]["content"]["multipart/form-data"] = {"schema": form}
    return document


@router.post("/api/upload-video/nemo_agent/{user}/{session_id}", name="upload", **_document())
async def upload(request: Request) -> Response:
    """Upload files as multipart field `files`, or name URLs in JSON; every file is probed."""
    ctx = context.context_of(request)
    token = ctx.token(request, "upload")
    user, session_id = request.path_params["user"], request.path_params["session_id"]
    permit = ctx.backend.open_upload(token, user, session_id)
    folder = uploads.upload_folder(ctx.world)
    try:
        return await _add(request, permit, uploads.UploadBatch(ctx.world, folder, request))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _add(request: Request, permit: UploadPermit, batch: uploads.UploadBatch) -> Response:
    ctx, parameters = context.context_of(request), permit.parameters
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        await batch.receive(parameters)
    else:
        body = await read_json(request, UrlsBody)
        await batch.fetch(body.urls, parameters)
    files = [upload.info for upload in batch.files]
    await batch.keep()
    data, paths = ctx.backend.add_files(permit, files, ctx.origin)
    batch.store(paths)
    if ctx.entry is not None:
        for info in files:
            ctx.entry.add_upload(info.filename, info.size, info.hash)
    return responses.data(data)
