"""The files that a scenario gives its user: small, real, and the same bytes every time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from nemoscenarios import File

if TYPE_CHECKING:
    import av
    import numpy as np
    import numpy.typing as npt

    Sound = npt.NDArray[np.float32]

_FPS, _FPS_LARGE = 5, 1  # pictures of more than a million dots take their time
_RATE = 16_000
_OPUS_RATE = 48_000  # Opus takes no lower one that AAC takes too
_PACKET = 1_024
_SIDE = (160, 90)
_FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
_AUDIO = {"mp3": ("mp3", "mp3"), "wav": ("wav", "pcm_s16le"), "m4a": ("mp4", "aac"), "aac": ("adts", "aac")}
_VIDEO = {
    "mp4": ("mp4", "libx264", "aac"),
    "mov": ("mov", "libx264", "aac"),
    "mkv": ("matroska", "libx264", "aac"),
    "avi": ("avi", "mpeg4", "mp3"),
    "webm": ("webm", "libvpx", "libopus"),
}
_TEXT = b"No picture and no sound, only words.\n"


class SampleFiles:
    """Files by what they are; each is made once in ``folder``. Several threads may ask at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def put(self, name: str, file: File, home: Path) -> Path:
        """Put a file of this name into the user's folder and return its path."""
        kind, ending = file.kind_of(name), name.rpartition(".")[2].lower()
        description = f"{kind} {ending} {file.model_dump_json(exclude={'size_bytes'})}"
        made = self._folder / f"{hashlib.sha256(description.encode()).hexdigest()[:24]}.{ending}"
        with self._lock:
            if not made.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                # Written aside: nobody ever reads half a file under its final name.
                aside = made.with_name(f"{made.stem}.part.{ending}")
                _make(aside, kind, ending, file)
                aside.replace(made)
        place = home / name
        place.write_bytes(made.read_bytes())
        if file.size_bytes is not None:
            with place.open("r+b") as handle:
                handle.truncate(file.size_bytes)  # a hole: it takes no room on the disk
        return place


def _make(path: Path, kind: str, ending: str, file: File) -> None:
    if kind == "text":
        path.write_bytes(_TEXT)
    elif kind == "image":
        _picture(path, _FORMATS.get(ending, "PNG"), file)
    else:
        _recording(path, kind, ending, file)


def _picture(path: Path, style: str, file: File) -> None:
    from PIL import Image

    Image.new("RGB", (file.width or _SIDE[0], file.height or _SIDE[1]), (40, 90, 160)).save(path, style)


def _recording(path: Path, kind: str, ending: str, file: File) -> None:
    import av

    if kind == "video":
        container, codec, sound_codec = _VIDEO.get(ending, _VIDEO["mp4"])
    else:
        (container, sound_codec), codec = _AUDIO.get(ending, _AUDIO["wav"]), ""
    with av.open(str(path), "w", format=container, options={"fflags": "+bitexact"}) as out:
        picture = _add_picture(out, codec, file) if codec else None
        rate = _OPUS_RATE if sound_codec == "libopus" else _RATE
        sound = cast("av.AudioStream", out.add_stream(sound_codec, rate=rate))
        sound.codec_context.layout = "mono"
        if picture is not None:
            for frame in _frames(file):
                out.mux(picture.encode(frame))
            out.mux(picture.encode(None))
        for heard in _heard(_wave(file, rate), rate):
            out.mux(sound.encode(heard))
        out.mux(sound.encode(None))


def _fps(file: File) -> int:
    return _FPS if (file.width or 0) * (file.height or 0) <= 1_000_000 else _FPS_LARGE


def _add_picture(out: av.container.OutputContainer, codec: str, file: File) -> av.VideoStream:
    options = {"preset": "ultrafast", "x264-params": "threads=1"} if codec == "libx264" else {}
    stream = cast("av.VideoStream", out.add_stream(codec, rate=_fps(file), options=options))
    stream.width, stream.height = file.width or _SIDE[0], file.height or _SIDE[1]
    stream.pix_fmt = "yuv420p"
    stream.codec_context.thread_count = 1
    return stream


def _frames(file: File) -> Iterator[av.VideoFrame]:
    import av
    import numpy as np

    width, height = file.width or _SIDE[0], file.height or _SIDE[1]
    fps = _fps(file)
    for number in range(max(1, round((file.seconds or 4.0) * fps))):
        grey = np.full((height, width, 3), number * 8 % 200, np.uint8)
        frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, fps)
        yield frame


def _wave(file: File, rate: int) -> Sound:
    """Return a tone that never fades but where the file is told to be silent."""
    import numpy as np

    time_s = np.arange(round((file.seconds or 4.0) * rate)) / rate
    wave = 0.3 * np.sin(2 * np.pi * 330 * time_s)
    for start_s, end_s in file.silences:
        wave[round(start_s * rate) : round(end_s * rate)] = 0
    result: Sound = wave.astype(np.float32)
    return result


def _heard(wave: Sound, rate: int) -> Iterator[av.AudioFrame]:
    import av

    for start in range(0, len(wave), _PACKET):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + _PACKET], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame
