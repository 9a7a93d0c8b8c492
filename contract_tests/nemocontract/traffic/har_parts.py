"""The parts of a HAR 1.2 file that the suite reads, and what they must be."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from nemocontract.traffic.exchange import Ending


class _Part(BaseModel):
    """Part of a HAR; unknown fields are let through, as the format asks."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Pair(_Part):
    """A header."""

    name: str
    value: str


class Param(_Part):
    """A field of a form."""

    name: str
    value: str | None = None
    file_name: str | None = Field(None, alias="fileName")


class PostData(_Part):
    """A request's body: its text, or a form's fields."""

    mime: str = Field("", alias="mimeType")
    text: str | None = None
    params: list[Param] = []
    encoding: str | None = Field(None, alias="_encoding")


class Request(_Part):
    """What was sent."""

    method: str
    url: str
    headers: list[Pair] = []
    post_data: PostData | None = Field(None, alias="postData")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, told: str) -> str:
        try:
            httpx.URL(told)
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from None
        return told


class Content(_Part):
    """An answer's body."""

    mime: str | None = Field(None, alias="mimeType")
    size: int = 0
    text: str | None = None
    encoding: str | None = None


class Response(_Part):
    """What was answered; status 0 where nothing was."""

    status: int
    headers: list[Pair] = []
    content: Content = Field(default_factory=lambda: Content.model_validate({}))
    error: str | None = Field(None, alias="_error")


class Entry(_Part):
    """One exchange, ``time`` in milliseconds; fields with an underscore are the fake's own."""

    started: AwareDatetime = Field(alias="startedDateTime")
    time: float | None = None
    request: Request
    response: Response
    seq: int | None = Field(None, alias="_seq")
    ending: Ending | None = Field(None, alias="_ending")
    notes: list[str] = Field([], alias="_notes")
    events: list[dict[str, Any]] | None = Field(None, alias="_events")
