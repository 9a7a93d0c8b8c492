"""Which extra brings which library, and the sentence for a library that is missing."""

from __future__ import annotations

# Top-level modules that an extra of pyproject.toml brings, beyond what the package itself needs.
EXTRAS: dict[str, tuple[str, ...]] = {
    "media": ("av", "numpy", "PIL", "pylopdf_fonts_zh_cn"),
    "contract": ("hypothesis", "jinja2", "junitparser", "markdown_it", "rich"),
    "postgresql": ("psycopg",),
    "run": ("cryptography", "trustme"),
}


def missing_extra(error: ModuleNotFoundError) -> str | None:
    """Return one sentence that says which extra to install; None if the module belongs to no extra."""
    module = (error.name or "").partition(".")[0]
    extra = next((name for name, modules in EXTRAS.items() if module in modules), None)
    if extra is None:
        return None
    return f"this needs the extra {extra!r} ({module} is missing): pip install 'nemofake[{extra}]'"
