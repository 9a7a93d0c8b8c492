"""Worker processes for media: each call is limited in time, memory and output, and ends with its caller.

A hostile file can then occupy or crash a worker, but neither the server nor anything else that needs a
thread. Workers are plain subprocesses, so a program that embeds the fake needs no main guard.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_GRACE_S = 2.0  # the kernel ends a worker this long after its parent should have


class WorkerError(Exception):
    """A call did not finish: it took too long, needed too much, or its worker crashed."""


class CallerGone(WorkerError):  # noqa: N818
    """A call was ended with its caller."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use: wall-clock time, address space, size of a file it writes."""

    seconds: float = 30.0
    memory_bytes: int = 3 << 30
    output_bytes: int = 1 << 30


@dataclass(slots=True, eq=False)
class _Task:
    """A running call, and the worker to kill when it is cancelled."""

    process: subprocess.Popen[bytes] | None = None
    ended: WorkerError | None = None  # why its worker was killed
    lock: threading.Lock = field(default_factory=threading.Lock)

    def kill(self, reason: WorkerError) -> None:
        """Kill the worker; the call raises ``reason``."""
        with self.lock:
            self.ended = self.ended or reason
            if self.process is not None:
                self.process.kill()


class Workers:
    """Up to ``count`` calls at once, each in a process of its own; with 0, in the event loop's threads.

    Nothing is started before the first call. Safe to use from many threads.
    """

    def __init__(self, count: int = 0, limits: Limits | None = None) -> None:
        self.isolated = count > 0
        self._count = count
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """Run a picklable function in a worker; cancelling this kills the worker. Raise WorkerError."""
        return await self.in_thread(self.run, function, *args)

    async def in_thread(self, function: Callable[..., T], *args: Any) -> T:
        """Run a function in a thread, where it may use ``run``; cancelling this kills what it runs."""
        task = _Task()
        work = asyncio.get_running_loop().run_in_executor(
            self._executor(), self._with_task, task, function, *args
        )
        try:
            return await work
        except asyncio.CancelledError:
            task.kill(CallerGone("its client is gone"))
            raise

    def run(self, function: Callable[..., T], *args: Any) -> T:
        """Run a picklable function in this thread's worker and wait for it; raise WorkerError."""
        if not self.isolated:
            return function(*args)
        task: _Task = getattr(self._local, "task", None) or _Task()
        process = self._process()
        with task.lock:
            task.process = process
        try:
            return self._exchange(task, process, function, args)
        finally:
            with task.lock:
                task.process = None

    def close(self) -> None:
        """Kill all workers; calls in progress raise WorkerError."""
        with self._lock:
            self._closed = True
            processes, threads = list(self._processes), self._threads
        for process in processes:
            process.kill()
        if threads is not None:
            threads.shutdown(cancel_futures=True)
        for process in processes:
            self._discard(process)

    def _executor(self) -> ThreadPoolExecutor | None:
        if not self.isolated:
            return None  # the loop's own; a test may replace that
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self._count, "nemofake-media")
            return self._threads

    def _with_task(self, task: _Task, function: Callable[..., T], *args: Any) -> T:
        self._local.task = task
        try:
            return function(*args)
        finally:
            self._local.task = None

    def _process(self) -> subprocess.Popen[bytes]:
        """Return this thread's worker, started if there is none."""
        process: subprocess.Popen[bytes] | None = getattr(self._local, "process", None)
        if process is None or process.poll() is not None:
            process = self._local.process = _start()
        with self._lock:
            self._processes.add(process)
            if self._closed:
                process.kill()
        return process

    def _exchange(
        self, task: _Task, process: subprocess.Popen[bytes], function: Callable[..., T], args: tuple[Any, ...]
    ) -> T:
        assert process.stdin is not None
        assert process.stdout is not None
        seconds = self._limits.seconds
        timer = threading.Timer(seconds, task.kill, [WorkerError(f"it took longer than {seconds:g} s")])
        timer.daemon = True
        timer.start()
        if task.ended:
            task.kill(task.ended)
        try:
            pickle.dump((self._limits, function, args), process.stdin)
            process.stdin.flush()
            succeeded, result = pickle.load(process.stdout)  # noqa: S301  our own process wrote it
        except (EOFError, OSError, pickle.UnpicklingError):
            self._discard(process)
            raise task.ended or WorkerError("the worker crashed") from None
        finally:
            timer.cancel()
        if task.ended:  # killed just after it answered
            self._discard(process)
        if not succeeded:
            raise result
        return result  # type: ignore[no-any-return]

    def _discard(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with self._lock:
            self._processes.discard(process)


def _start() -> subprocess.Popen[bytes]:
    # One thread in NumPy's libraries: each would reserve address space.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", "from nemofake.media.workers import main; main()"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def main() -> None:
    """Serve calls from standard input until it ends; this is what a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not damage an answer
    with suppress(EOFError):
        while True:
            limits, function, args = pickle.load(sys.stdin.buffer)  # noqa: S301  the parent wrote it
            _answer(answers, limits, function, args)


def _answer(answers: BinaryIO, limits: Limits, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    _restrict(limits)
    try:
        answer = pickle.dumps((True, function(*args)))
    except Exception as error:  # noqa: BLE001  the parent raises it
        answer = _failure(error)
    _alarm(0)
    answers.write(answer)
    answers.flush()


def _failure(error: Exception) -> bytes:
    if isinstance(error, MemoryError):
        error = WorkerError("it needs more memory than one file may use")
    elif isinstance(error, OSError) and error.errno:  # a library's own kind cannot be read back
        error = OSError(error.errno, os.strerror(error.errno))
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301  some exceptions cannot be read back
    except Exception:  # noqa: BLE001  whatever such an exception raises
        return pickle.dumps((False, WorkerError(f"{type(error).__name__}: {error}")))
    return answer


def _restrict(limits: Limits) -> None:
    """Set the limits of one call; systems without them keep the parent's limit on time."""
    _alarm(limits.seconds + _GRACE_S)
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return
    for kind, amount in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        with suppress(ValueError, OSError):  # more than the system allows: its own limit holds
            resource.setrlimit(kind, (amount, most))


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
