"""Envelopes and errors, broken (ENV-1 to ENV-4)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from starlette.responses import Response

from nemofake.engine.errors import BackendError, ErrorSpec
from nemofake.http import responses as answers
from nemofake.http.request_models import read_model
from nemofake.wire.envelope import success

from ..patching import Apply, Mutant, around, entry, instead, more, together

_ROUTES = ("accounts", "uploads")  # the control API is not what is broken
_FAILURE = "nemofake.http.responses:failure"
_CATALOGUE = "nemofake.engine.errors:CATALOGUE"


def _failure(before: bytes, after: bytes) -> Any:
    """Return a change of the bytes of every refusal."""

    def change(real: Any, *args: Any) -> Any:
        failed = real(*args)
        return failed._replace(body=failed.body.replace(before, after))

    return around(_FAILURE, change)


def _success(before: bytes, after: bytes) -> Apply:
    """Return a change of the bytes of every success of the API itself."""

    def data(value: Any) -> Response:
        return answers.json_bytes(success(value).replace(before, after, 1))

    broken = SimpleNamespace(**{**vars(answers), "data": data})
    return together(*(instead(f"nemofake.http.routes.{name}:responses", broken) for name in _ROUTES))


def _without_words(real: Any, error: Any, *args: Any) -> Any:
    error.message = ""
    return real(error, *args)


async def _unknown_path(real: Any, request: Any, error: Any) -> Any:
    return Response(b'{"detail":"Not Found"}', error.status_code, media_type="application/json")


def _trips(real: Any, body: bytes, model: Any) -> Any:
    if not body.strip().startswith(b"{") or not body.strip().endswith(b"}"):
        raise BackendError(500, "unexpected end of JSON")
    return real(body, model)


async def _any_content(real: Any, request: Any, model: Any) -> Any:
    return await read_model(request, model)


_ERRORS = "nemofake.http.request_models:describe_errors"

MUTANTS = (
    Mutant("data-beside-code", "ENV-1", "An answer's data stands beside the code, not below `data`.",
           _success(b'"data":{', b'"result":{')),
    Mutant("code-as-text", "ENV-1", "The code of a success is the text \"0\".",
           _success(b'"code":0', b'"code":"0"')),
    Mutant("code-200", "ENV-1", "The code of a success is 200.",
           _success(b'"code":0', b'"code":200')),
    Mutant("success-without-message", "ENV-1", "A success has no message.",
           _success(b'"message":"success",', b"")),
    Mutant("refusal-with-data", "ENV-2", "The data of a refusal is an empty object, not null.",
           _failure(b'"data":null', b'"data":{}')),
    Mutant("refusal-without-words", "ENV-2", "A refusal's message is empty.",
           around(_FAILURE, _without_words)),
    Mutant("error-instead-of-message", "ENV-2", "A refusal calls its message `error`.",
           _failure(b'"message":', b'"error":')),
    Mutant("unknown-path-bare", "ENV-2", "An unknown path is answered without an envelope.",
           around("nemofake.http.app:_http_error", _unknown_path)),
    Mutant("1001-as-401", "ENV-3", "1001 comes with HTTP 401 in the default profile as well.",
           entry(_CATALOGUE, 1001, ErrorSpec(1001, 401, 401, "Token is invalid or has expired"))),
    Mutant("4001-strict-as-200", "ENV-3", "4001 comes with HTTP 200 in profile http-status too.",
           entry(_CATALOGUE, 4001, ErrorSpec(4001, 200, 200, "Unsupported file"))),
    Mutant("2001-strict-as-402", "ENV-3", "2001 comes with HTTP 402 in profile http-status.",
           entry(_CATALOGUE, 2001, ErrorSpec(2001, 200, 402, "Not enough credits"))),
    Mutant("402-as-200", "ENV-3", "402 comes with HTTP 200.",
           entry(_CATALOGUE, 402, ErrorSpec(402, 200, 402, "Export is not available on the free plan"))),
    Mutant("500-on-half-json", "ENV-4", "JSON that is cut off gives a 500.",
           together(more(_CATALOGUE, 500, ErrorSpec(500, 500, 500, "Internal error")),
                    around("nemofake.http.request_models:checked", _trips))),
    Mutant("field-not-named", "ENV-4", "A 400 does not say which field is wrong.",
           around(_ERRORS, lambda real, error: "the request is not valid")),
    Mutant("stack-trace-shown", "ENV-4", "A 400 shows a stack trace.",
           around(_ERRORS, lambda real, error: "Traceback (most recent call last):\n"
                  '  File "bodies.py", line 12, in checked\n' + real(error))),
    Mutant("any-content-type", "ENV-4", "JSON is read whatever content type it claims.",
           around("nemofake.http.request_models:read_json", _any_content)),
)  # fmt: skip
