"""The whole journey on real media, in a terminal: connect, upload, chat, export, download, verify."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from nemoclient import NemoClient, NemoError, summarise
from nemoclient.attribution import Attribution
from nemoclient.effects import InstantClock
from nemoclient.terminal import Printer

from .engine.parameters import Parameters
from .testing import FakeServer, running

REQUEST = "cut silences, color grade the footage, and add lower-third titles"
_SLACK_MS = 100  # a video's last frame may end slightly before or after the draft's end


class Demo:
    """One run of the journey; ``out_dir`` gets the sample clip and the video."""

    def __init__(self, fake: FakeServer, out_dir: Path) -> None:
        self._printer = Printer(sys.stdout, rich=sys.stdout.isatty())
        self._out_dir = out_dir
        self._client = NemoClient(
            fake.url,
            attribution=Attribution("nemofake-demo", "1.0.0"),
            clock=InstantClock(),
            client_id_file=out_dir / "client_id",
            on_notice=self._printer.show,
        )

    def run(self, clip: Path) -> Path:
        """Walk the journey with a clip and return the video; raise NemoError."""
        with self._client as client:
            client.connect()
            before = client.credits()
            self._say(f"Credits: {before.available} available")
            self._upload(client, clip)
            self._chat(client, REQUEST)
            self._say(summarise(client.state().draft))
            exported = client.export(self._out_dir / "export.mp4")
            after = client.credits()
            self._say(f"Credits: {before.total} before, {after.total} after")
            self._verify(exported.path, client.state().draft.duration_ms)
        return exported.path

    def _upload(self, client: NemoClient, clip: Path) -> None:
        self._say(f"Uploading {clip.name}…")
        for file in client.upload(clip).files:
            size = f"{file.width}x{file.height}, " if file.width else ""
            self._say(f"  {file.filename}: {file.file_type}, {size}{file.duration_s or 0:g} s")

    def _chat(self, client: NemoClient, text: str) -> None:
        self._say(f"You: {text}")
        notices = client.chat(text)
        for notice in notices:
            self._printer.show(notice)
        self._printer.end_line()
        self._say(f"({notices.result.ending.value})")

    def _verify(self, video: Path, draft_ms: int) -> None:
        """Probe the video with other code than made it; raise ClickException if it is not as promised."""
        from .media import inspect_video

        report, box = inspect_video(video), Parameters()
        checks = {
            "H.264": report.codec == "h264",
            "MP4": "mp4" in report.container,
            "within 1080x1920, or 1920x1080": all(
                side <= limit
                for side, limit in zip(
                    sorted((report.width, report.height)),
                    sorted((box.render_max_width, box.render_max_height)),
                    strict=True,
                )
            ),
            f"{draft_ms / 1000:g} s as the draft": abs(report.duration_ms - draft_ms) <= _SLACK_MS,
            "every frame decodes": report.frames > 0,
        }
        measured = f"{report.codec}, {report.width}x{report.height}, {report.duration_ms / 1000:g} s"
        self._say(f"Probe of {video}: {measured}, {report.frames} frames, {report.size} bytes")
        for name, holds in checks.items():
            self._say(f"  {'ok' if holds else 'FAILED'}  {name}")
        if not all(checks.values()):
            raise click.ClickException("the video is not what the draft promises")

    def _say(self, text: str) -> None:
        self._printer.line(text)


@click.command()
@click.option(
    "--clip", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your own footage."
)
@click.option("--out", "out_dir", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-out"),
              show_default=True, help="Folder for the sample clip and the video.")  # fmt: skip
@click.option("--seed", default=42, show_default=True, help="What every id and figure comes from.")
def demo(clip: Path | None, out_dir: Path, seed: int) -> None:
    """Walk the whole journey on real media: upload, edit by chat, export, download, verify."""
    from .media import make_sample  # noqa: F401  fails now, not half way, if libraries are missing

    began_s = time.perf_counter()
    out_dir.mkdir(parents=True, exist_ok=True)
    footage = convert_if_needed(clip, out_dir) if clip else sample(out_dir)
    with running(seed=seed) as fake:
        click.echo(f"nemofake listening on {fake.url}")
        try:
            video = Demo(fake, out_dir).run(footage)
        except NemoError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Done in {time.perf_counter() - began_s:.1f} s: {video}")


def convert_if_needed(clip: Path, out_dir: Path) -> Path:
    """Return the user's clip in a format that uploads take; raise ClickException where that cannot be."""
    from .media import MediaError, converted

    try:
        return converted(clip, out_dir)
    except (MediaError, OSError) as error:
        raise click.ClickException(str(error)) from None


def sample(out_dir: Path) -> Path:
    """Make the sample clip, once, and return it."""
    from .media import make_sample

    path = out_dir / "sample.mp4"
    if not path.exists():
        click.echo(f"Making {path}: video and sound, some of it silent…")
        make_sample(path)
    return path
