"""Everything that can go wrong, one class for each thing a caller does differently.

NemoError
├── ServiceUnavailable       check the network or the address, try later
├── ProtocolError            the response makes no sense: report it, do not retry
├── RequestRejected          the request itself is wrong: change it
│   ├── Forbidden            use an account with the right to do this
│   └── SessionNotFound      there is no session and none can be made: connect again
├── AuthenticationFailed     get a new token by hand
├── RateLimited              wait for ``retry_after_s``
├── OutOfCredits             open ``registration_url``, or top up where it is None
├── UnsupportedFile          pick one of ``formats``
├── FileTooLarge             compress or trim below ``limit_bytes``
├── LocalFileError           name a file that can be read, a place that can be written
├── NothingToExport          make an edit first
├── ExportBlocked            register or upgrade
├── RenderFailed             change the edit, then export again
│   └── RenderTimeout        wait and export again: it was still rendering
└── DownloadFailed           export again: the video is there but did not arrive whole

``str(error)`` is what a user may read: never a token, a code or JSON (C-SEC-1, C-UX-1). ``detail`` is
for developers: the service's own words, tokens masked.
"""

# ruff: noqa: N818  (a name says what happened; that it is an error, `except` says)
from __future__ import annotations

import re

from nemoclient import constants

_SECRET = r"(?i)(?:nmv_usr_|clm_)[\w-]*|(?<=Bearer )\S+"  # noqa: S105  a pattern


def mask(text: str) -> str:
    """Return the text with every token in it replaced by stars (C-SEC-1)."""
    return re.sub(_SECRET, "***", text)


class NemoError(Exception):
    """The root of the tree above; ``str()`` is for users, ``detail`` (masked) for developers."""

    says = "Something went wrong."

    def __init__(self, says: str | None = None, *, detail: str = "") -> None:
        super().__init__(says or self.says)
        self.detail = mask(detail)


class ServiceUnavailable(NemoError):
    """The service cannot be reached, or its infrastructure answers in its place."""

    says = "The video service cannot be reached right now. Please check the connection and try again."


class ProtocolError(NemoError):
    """The answer is not one that the protocol knows."""

    says = "The video service gave an answer that cannot be understood."


class RequestRejected(NemoError):
    """The request was understood and turned down."""

    says = "The video service did not accept this request."


class Forbidden(RequestRejected):
    """The token lacks the scope for this (AUTH-7)."""

    says = "This account is not allowed to do that."


class SessionNotFound(RequestRejected):
    """There is no such session, and a new one did not help."""

    says = "The editing session is gone. Please connect again."


class AuthenticationFailed(NemoError):
    """The token is no longer good and no new one can be had (C-AUTH-2)."""

    says = "Signing in again did not work. Please get a new access token."


class RateLimited(NemoError):
    """Too many requests, also after the pause (C-AUTH-3); ``retry_after_s`` is None when unknown."""

    says = "The service is getting too many requests. Please try again later."

    no_account = f"{says} This machine has had its anonymous account; use a token you have (NEMO_TOKEN)."

    def __init__(
        self, says: str | None = None, *, detail: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(says, detail=detail)
        self.retry_after_s = retry_after_s


class OutOfCredits(NemoError):
    """No credits left; ``registration_url`` is set for an anonymous account, None for a registered one."""

    says = "Top up credits in your account"

    def __init__(self, *, detail: str = "", registration_url: str | None = None) -> None:
        register = f"You are out of credits. Register to get more: {registration_url}"
        super().__init__(register if registration_url else None, detail=detail)
        self.registration_url = registration_url


class UnsupportedFile(NemoError):
    """The file is of no format that the service takes; ``formats`` are those it takes (UPL-3)."""

    formats = tuple(constants.MEDIA_TYPES)
    says = f"This file type is not supported. Supported formats: {', '.join(formats)}."


class FileTooLarge(NemoError):
    """The file is over ``limit_bytes`` (UPL-4)."""

    limit_bytes = constants.MAX_UPLOAD_BYTES
    says = "This file is too large (the limit is 500 MB). Please compress or trim it."


class LocalFileError(NemoError):
    """A file of this machine cannot be read or written."""

    says = "The file cannot be read or written."


class NothingToExport(NemoError):
    """The timeline has nothing on it yet (STA-3)."""

    says = "There is nothing to export yet. Add footage or make an edit first."


class ExportBlocked(NemoError):
    """The plan does not include export; credits have nothing to do with it (402)."""

    says = "Register or upgrade your plan to unlock export."


class RenderFailed(NemoError):
    """The export failed, also when tried anew (C-REN-1)."""

    says = "The export failed twice. Please change the edit a little and try again."


class RenderTimeout(RenderFailed):
    """The export was still running when the polls were used up (C-REN-1)."""

    says = "The export is taking longer than expected. Please try again in a few minutes."


class DownloadFailed(NemoError):
    """The video was made but did not arrive whole; nothing stands under its name (C-REN-2)."""

    says = "The video is ready, but the download did not finish. Please export again."


BY_CODE: dict[int, type[NemoError]] = {
    constants.BAD_TOKEN: AuthenticationFailed,
    constants.NO_SESSION: SessionNotFound,
    constants.NO_CREDITS: OutOfCredits,
    constants.UNSUPPORTED_FILE: UnsupportedFile,
    constants.FILE_TOO_LARGE: FileTooLarge,
    constants.EXPORT_BLOCKED: ExportBlocked,
    constants.FORBIDDEN: Forbidden,
    constants.RATE_LIMITED: RateLimited,
}


class TransportError(Exception):
    """From a driver to a flow: the connection failed. ``sent`` is False only when nothing was sent."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(mask(reason))
        self.sent = sent
