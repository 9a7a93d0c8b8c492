"""/openapi.json as the tools of other makers read it: linters, and generators for TypeScript and Python."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from nemofake.http.openapi import models
from nemofake.testing import FakeServer

TOOLS = Path(__file__).parent / "openapi_tools" / "node_modules" / ".bin"
needs_npm = pytest.mark.skipif(
    not (TOOLS / "redocly").exists(), reason="needs node, and npm at set-up time (make installs these tools)"
)
# The protocol's own paths: /api/render/proxy/lambda/{id} beside /api/render/proxy/{id}/download.
CONFIG = "extends: [recommended]\nrules:\n  no-ambiguous-paths: off\n"
EVENTS = (models.TextEvent, models.ToolCallEvent, models.ToolResultEvent, models.HeartbeatEvent)


@pytest.fixture(scope="module")
def document(nemofake_server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("openapi") / "openapi.json"
    path.write_bytes(httpx.get(f"{nemofake_server.base_url}/openapi.json", trust_env=False).content)
    return path


def run(*words: str | Path, cwd: Path) -> str:
    """Run a tool and return what it prints; it asks no server for news of itself."""
    env = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fields(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def test_document_is_valid_openapi_without_unused_components(document: Path) -> None:
    record: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    assert [error.message for error in OpenAPIV31SpecValidator(record).iter_errors()] == []
    text = json.dumps(record)
    for kind in ("schemas", "examples"):
        for name in record["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, name


@needs_npm
def test_document_has_no_problem_for_redocly(document: Path) -> None:
    (document.parent / "redocly.yaml").write_text(CONFIG, encoding="utf-8")
    output = run(TOOLS / "redocly", "lint", "openapi.json", "--format=json", cwd=document.parent)
    assert json.loads(output)["problems"] == []


@needs_npm
def test_typescript_generator_keeps_every_field_of_the_events(document: Path) -> None:
    run(TOOLS / "openapi-typescript", document, "-o", document.parent / "api.ts", cwd=document.parent)
    use = ["import type { components } from './api';", "type E = components['schemas'];"]
    for event in EVENTS:
        names = fields(event)
        use += [f"export type {event.__name__}_{name} = E['{event.__name__}']['{name}'];" for name in names]
        use.append(f"export const as_{event.__name__} = (e: E['{event.__name__}']): E['Event'] => e;")
    use.append("export const text = (e: E['Event']) => (e.type === 'text' ? e.content : '');")
    (document.parent / "use.ts").write_text("\n".join(use), encoding="utf-8")
    run(TOOLS / "tsc", "--noEmit", "--strict", "use.ts", cwd=document.parent)


def test_python_generator_keeps_every_field_of_the_events(document: Path) -> None:
    generated = document.parent / "generated_api.py"
    run(
        Path(sys.executable).parent / "datamodel-codegen", "--input", document, "--output", generated,
        "--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel",
        "--formatters", "builtin", "--disable-timestamp", cwd=document.parent,
    )  # fmt: skip
    spec = importlib.util.spec_from_file_location("generated_api", generated)
    assert spec
    assert spec.loader
    api = importlib.util.module_from_spec(spec)
    sys.modules["generated_api"] = api
    try:
        spec.loader.exec_module(api)
        for event in EVENTS:
            assert fields(getattr(api, event.__name__)) == fields(event)
        for line in models.STREAM.split("\n\n"):
            if payload := line.removeprefix("data:").strip():
                record = api.Event.model_validate_json(payload).model_dump(mode="json", exclude_unset=True)
                assert record == json.loads(payload)
    finally:
        del sys.modules["generated_api"]
