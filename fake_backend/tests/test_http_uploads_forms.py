"""The form that files come in: names that lead nowhere, fields, boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_helpers import (
    Api,
    disk,
    failure,
    success,
    wire,
)
from .upload_helpers import Files, film, picture

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


@pytest.fixture(scope="module")
def files() -> Files:
    """Return a film and a picture."""
    return {"mp4": film("mp4"), "png": picture("png")}


NAMES = [
    "../../../../x.mp4", "/etc/passwd.mp4", "..\\..\\x.mp4", "..mp4", "....mp4", "a/b/c.mp4",
    "%2e%2e%2fx.mp4", 'say "hi".mp4', "it's.mp4", "a;b=c.mp4", "名字 😀.mp4", "e\u0301.mp4", "\u202egpj.mp4",
    "a\tb.mp4", "two  spaces .mp4",
    "CON.mp4", "-rf.mp4", "~.mp4", "$(x).mp4", "\x7f\x01.mp4", "x" * 251 + ".mp4", "é" * 100 + ".MP4",
]  # fmt: skip

# Of a path only the last segment is stored, and no control character.
STORED = {
    "../../../../x.mp4": "x.mp4", "/etc/passwd.mp4": "passwd.mp4", "..\\..\\x.mp4": "x.mp4",
    "a/b/c.mp4": "c.mp4", "a\tb.mp4": "ab.mp4", "\x7f\x01.mp4": ".mp4",
}  # fmt: skip


@pytest.mark.clause("UPL-2", "ENV-4")
@pytest.mark.parametrize("name", NAMES)
def test_filename_is_stored_without_path_and_leads_nowhere(api: Api, files: Files, name: str) -> None:
    outside = set(disk(api))
    body, kind = multipart(("files", name, files["mp4"]))
    (data,) = success(api.call("POST", api.upload_path(), content=body, headers=kind))["files"]
    assert data["filename"] == STORED.get(name, name)
    home = api.world.call(lambda world: world.directory)
    (added,) = set(disk(api)) - outside
    assert added.is_relative_to(home)
    assert added.resolve() == added
    assert data["cdn_url"].isascii()
    assert api.client.get(data["cdn_url"]).content == files["mp4"]
    for around in ("", "/..", "/%2e%2e/%2e%2e"):
        failure(api.client.get(f"{data['cdn_url'].rpartition('/')[0]}{around}/none.mp4"), 404)


def multipart(
    *parts: tuple[str, str | None, bytes], boundary: str = "b0undary"
) -> tuple[bytes, dict[str, str]]:
    """Return a multipart body of (field, filename, bytes) and its content type, quoted as browsers do."""
    body = b""
    for field, name, data in parts:
        quoted = None if name is None else name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        text = "" if quoted is None else f'; filename="{quoted}"'
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"{text}\r\n\r\n'.encode()
        body += data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {
        "Content-Type": f"multipart/form-data; boundary={boundary}"
    }


# -- the form -----------------------------------------------------------------------------------------------


@pytest.mark.clause("UPL-1", "ENV-4")
def test_form_without_a_file_is_400(api: Api, files: Files) -> None:
    before = api.credits(), api.state(), api.everything()
    png = files["png"]
    forms: list[list[tuple[str, str | None, bytes]]] = [
        [],
        [("file", "a.png", png)],
        [("Files", "a.png", png)],
        [("files[]", "a.png", png)],
        [("", "a.png", png)],
        [("files", None, png)],
        [("files", "", png)],
        [("files", "a.png", png), ("files", None, b"text")],
    ]
    for form in forms:
        body, kind = multipart(*form)
        failure(api.call("POST", api.upload_path(), content=body, headers=kind), 400, "files")
    assert (api.credits(), api.state(), api.everything()) == before


@pytest.mark.clause("ENV-4")
def test_undecodable_part_head_is_400_without_internals(api: Api, files: Files) -> None:
    body, kind = multipart(("files", "name.png", files["png"]))
    answer = api.call("POST", api.upload_path(), content=body.replace(b"name", b"\xff"), headers=kind)
    failure(answer, 400, "multipart")
    assert "Error" not in answer.text


@pytest.mark.clause("UPL-1")
def test_other_fields_of_the_form_are_ignored(api: Api, files: Files) -> None:
    body, kind = multipart(
        ("note", None, b"hi"), ("other", "x.exe", b"MZ"), ("files", "a.png", files["png"]), ("z", None, b"")
    )
    assert len(success(api.call("POST", api.upload_path(), content=body, headers=kind))["files"]) == 1


@pytest.mark.clause("UPL-1")
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data; boundary={}",
        'multipart/form-data; boundary="{}"',
        "Multipart/Form-Data; BOUNDARY={}",
        "multipart/form-data; charset=utf-8; boundary={}",
    ],
)
def test_content_type_is_case_insensitive(api: Api, files: Files, kind: str) -> None:
    body, _ = multipart(("files", "a.png", files["png"]), boundary="simple")
    headers = {"Content-Type": kind.format("simple")}
    assert success(api.call("POST", api.upload_path(), content=body, headers=headers))


@pytest.mark.clause("UPL-1", "ENV-4")
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=" + "x" * 300,
        "multipart/form-data; boundary=\xe9",
        "multipart/mixed; boundary=b0undary",
        "multipart/",
    ],
)
def test_unreadable_form_is_400(api: Api, files: Files, kind: str) -> None:
    body, _ = multipart(("files", "a.png", files["png"]))
    before = api.credits(), api.state(), api.everything()
    answer = api.call(
        "POST", api.upload_path(), content=body, headers={"Content-Type": kind.encode("latin-1")}
    )
    assert answer.status_code == 400
    failure(answer, 400, "multipart")
    assert (api.credits(), api.state(), api.everything()) == before
