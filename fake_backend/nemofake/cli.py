"""The command ``nemofake``: flags, then environment (NEMOFAKE_…), then defaults."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .serving import Site
    from .settings import Settings

try:
    import click
except ImportError:  # pragma: no cover - only where the package is installed without its extra
    sys.exit("nemofake: the command line needs the server extra: pip install 'nemofake[server]'")


class RuleType(click.ParamType[tuple[str, str]]):
    """``name=value``, one rule of the protocol."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value; fail in one line."""
        if isinstance(value, tuple):
            return value
        name, sign, told = str(value).partition("=")
        if not sign:
            self.fail(f"{value!r} is not of the form name=value", param, ctx)
        return name.strip(), told.strip()


# Commands that load more than `serve` should wait for: name -> module and attribute.
_ELSEWHERE = {
    "chat": ("nemofake.chatting", "chat"),
    "demo": ("nemofake.demo", "demo"),
    "drift": ("nemocontract.commands.drift", "drift"),
    "judge": ("nemocontract.commands.judge", "judge"),
    "lint": ("nemocontract.commands.lint", "lint"),
    "scenarios": ("nemofake.stage.commands", "scenarios"),
    "verify": ("nemocontract.commands.verify", "verify"),
}


class Lazy(click.Group):
    """A group that imports its rarer commands when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported by now."""
        if cmd_name in _ELSEWHERE:
            module, attribute = _ELSEWHERE[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nemofake", prog_name="nemofake")
def cli() -> None:
    """Fake NemoVideo's backend, faithfully and in virtual time."""


@cli.command(context_settings={"show_default": True})
@click.option("--host", envvar="NEMOFAKE_HOST", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--port",
    envvar="NEMOFAKE_PORT",
    default=8787,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.",
)
@click.option(
    "--clock",
    envvar="NEMOFAKE_CLOCK",
    default="auto",
    metavar="MODE",
    help="auto (never waits), real, x60 (any factor) or manual (moves by the control API).",
)
@click.option(
    "--seed", envvar="NEMOFAKE_SEED", default=42, type=int, help="What every id and figure comes from."
)
@click.option(
    "--scenario", envvar="NEMOFAKE_SCENARIO", default="happy-path", metavar="NAME", help="Scenario."
)
@click.option(
    "--scenarios",
    "scenarios_folder",
    envvar="NEMOFAKE_SCENARIOS",
    metavar="DIR",
    help="A folder of your own scenarios, beside those that come with it.",
)
@click.option(
    "--profile",
    envvar="NEMOFAKE_PROFILE",
    default="typed,envelope,render-flat",
    metavar="NAMES",
    help="Wire profile: typed|adk, envelope|http-status, render-flat|render-nested.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    type=RuleType(),
    envvar="NEMOFAKE_RULES",
    help="Replace a figure of the protocol, as silent_share=1; may be repeated.",
)
@click.option(
    "--no-control",
    is_flag=True,
    envvar="NEMOFAKE_NO_CONTROL",
    help="Have no control API: a server like any other.",
)
@click.option(
    "--admin-token", envvar="NEMOFAKE_ADMIN_TOKEN", help="What the control API demands; needed off loopback."
)
@click.option("--public-url", envvar="NEMOFAKE_PUBLIC_URL", help="What stands in front of media paths.")
@click.option(
    "--fetch-host",
    "fetch_hosts",
    multiple=True,
    envvar="NEMOFAKE_FETCH_HOSTS",
    help="A host that URL uploads may really fetch from; may be repeated.",
)
def serve(
    rules: tuple[tuple[str, str], ...],
    fetch_hosts: tuple[str, ...],
    scenarios_folder: str | None,
    no_control: bool,
    **flags: Any,
) -> None:
    """Start the fake and print what to export."""
    from .settings import Settings, with_rules

    try:
        settings = Settings(**flags, control=not no_control, fetch_hosts=frozenset(fetch_hosts))
        site = _site(replace(settings, rules=with_rules(settings.rules, dict(rules))), scenarios_folder)
    except ValueError as error:  # SettingError, or a profile that does not exist
        raise click.UsageError(str(error)) from None
    _run(site)


def _site(settings: Settings, scenarios_folder: str | None) -> Site:
    from .serving import Site
    from .stories import StoryBook

    return Site(settings, StoryBook.of(scenarios_folder))


def _run(site: Site) -> None:
    site.server.on_ready = lambda: _announce(site.url)
    try:
        with suppress(KeyboardInterrupt):  # Ctrl-C is how one stops a server
            site.run()
    finally:
        site.close()  # once more: a second Ctrl-C may strike while the first one's work is done


def _announce(url: str) -> None:
    click.echo(f"nemofake listening on {url}")
    click.echo(f"  export NEMO_API_URL={url}")
    click.echo("  Ctrl-C stops it")
    sys.stdout.flush()


def main() -> None:
    """Run the command; a wrong flag is one clear line on stderr and exit 2."""
    try:
        code = cli.main(prog_name="nemofake", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = 2
    except click.UsageError as error:
        click.echo(f"nemofake: {error.format_message()}", err=True)
        code = 2
    except click.ClickException as error:
        click.echo(f"nemofake: {error.format_message()}", err=True)
        code = error.exit_code  # 1, but for a suite that could not run
    except (click.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
