"""The command ``nemofake``: options, then environment (NEMOFAKE_…), then defaults."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings import Settings
    from .uvicorn_server import ServerRunner

import click

from .extras import missing_extra


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


# Commands that are imported when they are called, so that `--help` and `serve` start fast:
# name -> module, attribute, help.
_LAZY = {
    "chat": ("nemofake.chat_command", "chat", "Talk to the service in a terminal or a pipe."),
    "demo": ("nemofake.demo", "demo", "Run the end-to-end demo on real media."),
    "doctor": ("nemofake.doctor", "doctor", "Show what this machine has, and what to do about the rest."),
    "drift": ("nemocontract.commands.compare", "drift", "Compare a recording with the fake."),
    "judge": ("nemocontract.commands.judge", "judge", "Judge a client by recorded traffic."),
    "lint": ("nemocontract.commands.lint", "lint", "Check a skill document for known mistakes."),
    "replay": ("nemofake.world_commands", "replay", "Run the commands of an exported world again."),
    "run": ("nemofake.interception.command", "run", "Run any command against a fake of production."),
    "scenarios": ("nemofake.scenario_runner.cli", "scenarios", "List, validate and run scenarios."),
    "verify": ("nemocontract.commands.verify", "verify", "Verify a client or a server."),
    "world": ("nemofake.world_commands", "world", "List, export and import stored worlds."),
}


class LazyGroup(click.Group):
    """A group that imports its rarer commands when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return sorted([*super().list_commands(ctx), *_LAZY])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported on demand."""
        if cmd_name in _LAZY:
            module, attribute, _ = _LAZY[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        rows = {name: text for name, (_, _, text) in _LAZY.items()}
        rows |= {name: command.get_short_help_str(limit=80) for name, command in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows.items()))


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
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="HOST",
    envvar="NEMOFAKE_ALLOWED_HOSTS",
    help="Host name under which the control API may be called, besides loopback; can be repeated.",
)
@click.option(
    "--cors",
    "cors_origins",
    multiple=True,
    is_flag=False,
    flag_value="*",
    metavar="[ORIGIN]",
    envvar="NEMOFAKE_CORS",
    help="Let pages of this origin use both APIs, of any origin if none is given; can be repeated.",
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
    "--db",
    envvar="NEMOFAKE_DB",
    metavar="FILE|URL",
    help="Database that keeps the worlds: a file, or postgresql://… for several servers.",
)
@click.option(
    "--max-worlds",
    envvar="NEMOFAKE_MAX_WORLDS",
    default=10_000,
    type=click.IntRange(1, 1_000_000),
    help="Worlds that are kept; when there are more, the one unused for longest is evicted.",
)
@click.option(
    "--journal-body-bytes",
    "max_journal_body_bytes",
    envvar="NEMOFAKE_JOURNAL_BODY_BYTES",
    default=64 * 1024,
    type=click.IntRange(0, 8 * 1024 * 1024),
    help="Bytes of a request's body in the journal; of a longer one also its length and hash.",
)
@click.option(
    "--same-ids",
    is_flag=True,
    envvar="NEMOFAKE_SAME_IDS",
    help="Draw the same ids and numbers in all worlds of one seed.",
)
@click.option(
    "--media-workers",
    envvar="NEMOFAKE_MEDIA_WORKERS",
    default=2,
    type=click.IntRange(0, 64),
    help="Processes that read and render media; 0 does it in the server's own process.",
)
@click.option(
    "--log-format",
    envvar="NEMOFAKE_LOG_FORMAT",
    default="text",
    type=click.Choice(["text", "json", "none"]),
    help="Format of the line per request.",
)
def serve(
    params: tuple[tuple[str, str], ...],
    fetch_hosts: tuple[str, ...],
    allowed_hosts: tuple[str, ...],
    cors_origins: tuple[str, ...],
    scenario_dir: str | None,
    no_control: bool,
    log_format: str,
    **options: Any,
) -> None:
    """Start the fake and print what to export."""
    from .settings import Settings, with_parameters

    if os.environ.get("NEMOFAKE_ADMIN_TOKEN") == "" and options["admin_token"] is None:
        options["admin_token"] = ""  # click takes an empty variable for none; it is more likely a mistake
    try:
        settings = Settings(
            **options,
            control=not no_control,
            fetch_hosts=frozenset(fetch_hosts),
            allowed_hosts=frozenset(allowed_hosts),
            cors_origins=frozenset(origin.rstrip("/") for origin in cors_origins),
        )
        settings = replace(settings, parameters=with_parameters(settings.parameters, dict(params)))
        runner = _runner(settings, scenario_dir)
    except ValueError as error:  # SettingError, or a profile that does not exist
        raise click.UsageError(str(error)) from None
    _run(runner, log_format)


def _runner(settings: Settings, scenario_dir: str | None) -> ServerRunner:
    from .scenario_loader import ScenarioRegistry
    from .uvicorn_server import ServerRunner

    registry = ScenarioRegistry.of(scenario_dir)
    registry.check()
    return ServerRunner(settings, registry)


def _run(runner: ServerRunner, log_format: str) -> None:
    from .http.request_log import LineWriter, request_log

    writer = LineWriter()
    runner.server.on_ready = lambda: _announce(runner.url)
    runner.app.on_request = request_log(log_format, writer.write, lambda: datetime.now().astimezone())
    try:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the usual way to stop a server
            runner.run()
    finally:
        writer.close()
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
    except ModuleNotFoundError as error:
        sentence = missing_extra(error)
        if sentence is None:
            raise
        click.echo(f"nemofake: {sentence}", err=True)
        code = 2
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
