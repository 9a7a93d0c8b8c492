"""A PostgreSQL of its own for tests: started on a private socket, stopped by its handle."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_START_S = 60
_numbers = count()


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL here, as Debian installs it or on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def missing() -> str | None:
    """Return why the tests cannot run here, None if they can. NEMOFAKE_POSTGRESQL=1 makes that a failure."""
    reason = None
    if binaries() is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
    else:
        try:
            import psycopg  # noqa: F401
        except ImportError:
            reason = "psycopg is not installed: pip install 'nemofake[postgresql]'"
    assert reason is None or os.environ.get("NEMOFAKE_POSTGRESQL") != "1", reason
    return reason


@contextmanager
def cluster() -> Iterator[str]:
    """Start PostgreSQL and yield a URL of its server, without a database name."""
    folder, programs = Path(tempfile.mkdtemp(prefix="nemofake-postgresql-")), binaries()
    assert programs is not None
    user = "postgres" if os.getuid() == 0 else None  # it refuses to run as root
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    run = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    data = folder / "data"
    subprocess.run(  # type: ignore[call-overload]
        [programs / "initdb", "--no-sync", "-A", "trust", "-U", "nemofake", "-D", data],
        check=True,
        timeout=_START_S,
        **run,
    )
    settings = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off")
    server = subprocess.Popen([programs / "postgres", "-D", data, *settings], **run)  # type: ignore[call-overload]
    try:
        _wait(programs, folder)
        yield f"postgresql://nemofake@/{{name}}?host={folder}"
    finally:
        server.terminate()
        server.communicate(timeout=_START_S)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(programs: Path, folder: Path) -> None:
    """Return when the server answers."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        asked = subprocess.run(
            [programs / "pg_isready", "-q", "-h", folder, "-U", "nemofake", "-d", "postgres"], check=False
        )
        if asked.returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL does not start")


def new_database(template: str) -> str:
    """Make an empty database and return its URL."""
    import psycopg

    name = f"nemofake_{next(_numbers)}"
    with psycopg.connect(template.format(name="postgres"), autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    return template.format(name=name)
