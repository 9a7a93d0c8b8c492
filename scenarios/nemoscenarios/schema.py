"""The JSON Schema of scenario files, for editors: made from the model, published beside it."""

from __future__ import annotations

import json
from pathlib import Path

from .model import Scenario

SCHEMA_FILE = Path(__file__).with_name("scenario.schema.json")


def schema_text() -> str:
    """Return the schema as it is published."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(),
        "title": "A story for nemofake",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
