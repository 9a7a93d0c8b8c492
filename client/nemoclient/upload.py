"""Footage into the session: local files streamed from disk, or addresses for the service to fetch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nemoclient import constants, errors
from nemoclient.api import SESSION_RETRIES, connect, data_of, exchange
from nemoclient.context import Context
from nemoclient.effects import Flow, Notice, Part, Request, RunBlocking
from nemoclient.files import check, translate_os_errors
from nemoclient.json_values import number, objects_in, printable_text
from nemoclient.messages import localized
from nemoclient.results import UploadedFile, UploadResult

Source = str | Path
Progress = Callable[[int, int], None]


def is_address(source: Source) -> bool:
    """Say whether a source is a web address and not a file."""
    return isinstance(source, str) and source.lower().startswith(("http://", "https://"))


def upload(
    context: Context, sources: Sequence[Source], progress: Progress | None = None
) -> Flow[UploadResult]:
    """Upload files or addresses, all of them or none (UPL-5).

    ``progress(sent_bytes, total_bytes)`` is called while local files go out. Everything is checked before
    a byte is sent; raises ``UnsupportedFile``, ``FileTooLarge``, ``LocalFileError``, ``ValueError`` for
    nothing at all or a mixture of files and addresses.
    """
    addresses = [str(source) for source in sources if is_address(source)]
    if not sources or len(addresses) not in (0, len(sources)):
        raise ValueError("upload either files or web addresses, at least one")
    for address in addresses:
        _check_address(address)
    with translate_os_errors(Path(sources[0])):
        local = () if addresses else sources
        parts = yield RunBlocking(lambda: tuple(check(Path(source).expanduser()) for source in local))
        yield from connect(context)
        yield Notice("progress", localized("uploading", context.language), 0.0)
        send = _sender(context, addresses, parts, progress)
        uploaded = _read(data_of((yield from exchange(context, send, SESSION_RETRIES))))
    names = ", ".join(file.filename for file in uploaded.files)
    yield Notice("info", localized("uploaded", context.language, names=names))
    return uploaded


def _check_address(address: str) -> None:
    """UPL-3 for an address: a name that has an ending must have a known one."""
    name = urlsplit(address).path.rpartition("/")[2]
    if "." in name and Path(name).suffix.lower().removeprefix(".") not in constants.MEDIA_TYPES:
        raise errors.UnsupportedFile(detail=name)


def _sender(
    context: Context, addresses: list[str], parts: tuple[Part, ...], progress: Progress | None
) -> Callable[[], Request]:
    total = sum(part.size for part in parts)
    report = (lambda sent: progress(min(sent, total), total)) if progress else None

    def make() -> Request:
        body = {"urls": addresses, "source_type": "url"} if addresses else None
        request = context.request("POST", constants.UPLOAD_PATH, json=body, parts=parts)
        return replace(request, on_sent=report)

    return make


def _read(data: Mapping[str, Any]) -> UploadResult:
    """Read the answer (UPL-2)."""
    return UploadResult(
        tuple(_file(row) for row in objects_in(data.get("files"))), data.get("session_state_applied") is True
    )


def _file(row: Mapping[str, Any]) -> UploadedFile:
    width, height = number(row.get("width")), number(row.get("height"))
    return UploadedFile(
        filename=printable_text(row.get("filename")),
        file_type=printable_text(row.get("file_type")),
        cdn_url=printable_text(row.get("cdn_url")),
        duration_s=number(row.get("duration")),
        width=None if width is None else round(width),
        height=None if height is None else round(height),
        fps=number(row.get("fps")),
        hash=printable_text(row.get("hash")),
    )
