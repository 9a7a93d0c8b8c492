"""The command ``nemofake``: options, then environment (NEMOFAKE_…), then defaults."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings import Settings
    from .uvicorn_server import ServerRunner

try:
    import click
except ImportError:  # pragma: no cover - only if the package is installed without its extra
    sys.exit("nemofake: the command line needs the server extra: pip install 'nemofake[server]'")


class ParameterType(click.ParamType[tuple[str, str]]):
    """``name=value``, one parameter of the protocol."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value; fail in one line."""
        if isinstance(value, tuple):
            return value
        name, sign, text = str(value).partition("=")
        if not sign:
            self.fail(f"{value!r} is not of the form name=value", param, ctx)
        return name.strip(), text.strip()


# Commands that load more than `serve` should wait for: name -> module and attribute.
_LAZY = {
    "chat": ("nemofake.chat_command", "chat"),
    "demo": ("nemofake.demo", "demo"),
    "drift": ("nemocontract.commands.compare", "drift"),
    "judge": ("nemocontract.commands.judge", "judge"),
    "lint": ("nemocontract.commands.lint", "lint"),
    "scenarios": ("nemofake.scenario_runner.cli", "scenarios"),
    "verify": ("nemocontract.commands.verify", "verify"),
}


class LazyGroup(click.Group):
    """A group that imports its rarer commands when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return sorted([*super().list_commands(ctx), *_LAZY])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported on demand."""
        if cmd_name in _LAZY:
            module, attribute = _LAZY[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
    "--seed", envvar="NEMOFAKE_SEED", default=42, type=int, help="Random seed for all ids and numbers."
)
@click.option(
    "--scenario", envvar="NEMOFAKE_SCENARIO", default="happy-path", metavar="NAME", help="Scenario."
)
@click.option(
    "--scenario-dir",
    envvar="NEMOFAKE_SCENARIO_DIR",
    metavar="DIR",
    help="Folder of your own scenarios, in addition to the packaged ones.",
)
@click.option(
    "--profile",
    envvar="NEMOFAKE_PROFILE",
    default="typed,envelope,render-flat",
    metavar="NAMES",
    help="Wire profile: typed|adk, envelope|http-status, render-flat|render-nested.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    type=ParameterType(),
    envvar="NEMOFAKE_PARAMS",
    help="Override a protocol parameter, as in silent_share=1; can be repeated.",
)
@click.option("--no-control", is_flag=True, envvar="NEMOFAKE_NO_CONTROL", help="Disable the control API.")
@click.option(
    "--admin-token",
    envvar="NEMOFAKE_ADMIN_TOKEN",
    help="Token required by the control API; mandatory unless bound to loopback.",
)
@click.option("--public-url", envvar="NEMOFAKE_PUBLIC_URL", help="Base URL used in media links.")
@click.option(
    "--fetch-host",
    "fetch_hosts",
    multiple=True,
    envvar="NEMOFAKE_FETCH_HOSTS",
    help="Host that URL uploads may really fetch from; can be repeated.",
)
@click.option(
    "--media-workers",
    envvar="NEMOFAKE_MEDIA_WORKERS",
    default=2,
    type=click.IntRange(0, 64),
    help="Processes that read and render media; 0 does it in the server's own process.",
)
def serve(
    params: tuple[tuple[str, str], ...],
    fetch_hosts: tuple[str, ...],
    scenario_dir: str | None,
    no_control: bool,
    **options: Any,
) -> None:
    """Start the fake and print what to export."""
    from .settings import Settings, with_parameters

    try:
        settings = Settings(**options, control=not no_control, fetch_hosts=frozenset(fetch_hosts))
        settings = replace(settings, parameters=with_parameters(settings.parameters, dict(params)))
        runner = _runner(settings, scenario_dir)
    except ValueError as error:  # SettingError, or a profile that does not exist
        raise click.UsageError(str(error)) from None
    _run(runner)


def _runner(settings: Settings, scenario_dir: str | None) -> ServerRunner:
    from .scenario_loader import ScenarioRegistry
    from .uvicorn_server import ServerRunner

    return ServerRunner(settings, ScenarioRegistry.of(scenario_dir))


def _run(runner: ServerRunner) -> None:
    runner.server.on_ready = lambda: _announce(runner.url)
    try:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the usual way to stop a server
            runner.run()
    finally:
        runner.close()  # once more: a second Ctrl-C may interrupt the first one's work


def _announce(url: str) -> None:
    click.echo(f"nemofake listening on {url}")
    click.echo(f"  export NEMO_API_URL={url}")
    click.echo("  Ctrl-C stops it")
    sys.stdout.flush()


def main() -> None:
    """Run the command; a wrong option is one clear line on stderr and exit 2."""
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
        code = error.exit_code  # 1, but 2 for a suite that could not run
    except (click.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
