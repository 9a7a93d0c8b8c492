"""A database that cannot be used: one sentence, exit 2, the file as it was; a full disk refuses commands."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nemofake import running
from nemofake.http.worlds import World
from nemofake.storage.commands import StorageError
from nemofake.storage.files import FileStore

from .http_helpers import Api, wire
from .storage_helpers import DRAFT, database_of, worlds
from .test_cli_serve import announced, call, spawn
from .upload_helpers import song


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database of one world."""
    folder = tmp_path_factory.mktemp("stored")
    with worlds(folder) as registry:
        world = registry.world("default")
        token = world.backend.register_account(world.now_ms, 500, "free", None)
        session_id = world.backend.create_session(token, "me", "project", None)["session_id"]
        for number in range(200):
            world.backend.submit_render(token, f"r{number}", session_id, DRAFT, attributed=True)
    return folder


def foreign(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE somebody (else_ TEXT)")
    db.commit()
    db.close()


def pragma(name: str, value: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        db = sqlite3.connect(path)
        db.execute(f"PRAGMA {name} = {value}")
        db.close()

    return write


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def change(statement: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        db = sqlite3.connect(path)
        assert db.execute(statement).rowcount == 1
        db.commit()
        db.close()

    return write


WRONG: dict[str, tuple[Callable[[Path], Any], str]] = {
    "text": (lambda path: path.write_text("a,b\n" * 100), "is not a database of nemofake: name another file"),
    "foreign": (foreign, "is not a database of nemofake: name another file"),
    "newer": (pragma("user_version", 2), "is from a newer nemofake (format 2, this one reads 1): upgrade"),
    "cut": (cut, "is damaged"),
    "missing": (change("DELETE FROM commands WHERE number = 9"), "world 'default' is damaged at command 9"),
    "changed": (
        change("UPDATE commands SET args = replace(args, 'r7', 'r0') WHERE number = 10"),
        "world 'default' is damaged at command 10",
    ),
    "settings": (change("UPDATE worlds SET settings = '[]'"), "world 'default' is damaged at command 1"),
    "seed": (
        change("UPDATE worlds SET settings = replace(settings, '42', '43')"),
        "world 'default' is damaged at command 1",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_is_one_sentence_and_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stored: Path,
    tmp_path: Path,
    case: str,
) -> None:
    make, named = WRONG[case]
    path = tmp_path / "world.db"
    if case not in ("text", "foreign"):
        shutil.copy(stored / "world.db", path)
    make(path)
    before = path.read_bytes()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert call(monkeypatch, "serve", "--port", "0", "--db", str(path)) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("nemofake: ")
    assert named in err
    assert path.read_bytes() == before
    assert not [left for left in tmp_path.iterdir() if left.name.startswith("nemofake-")]


@pytest.mark.parametrize("seed", range(20))
def test_any_damage_is_told_or_changes_nothing(stored: Path, tmp_path: Path, seed: int) -> None:
    path = tmp_path / "world.db"
    shutil.copy(stored / "world.db", path)
    with worlds(stored) as registry:
        whole = len(registry.world("default").backend.data.renders)
    data = bytearray(path.read_bytes())
    at = 100 + (seed * 104_729) % (len(data) - 100)
    data[at : at + 8] = bytes(byte ^ 0x55 for byte in data[at : at + 8])
    path.write_bytes(data)
    with suppress(StorageError), worlds(tmp_path) as registry:
        assert len(registry.world("default").backend.data.renders) == whole
        return
    assert path.read_bytes() == bytes(data)


@pytest.mark.parametrize(
    ("path", "named"),
    [("nowhere/world.db", "there is no folder"), ("", "cannot read"), ("/proc/w.db", "cannot")],
)
def test_folder_that_cannot_be_written_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, path: str, named: str
) -> None:
    assert call(monkeypatch, "serve", "--port", "0", "--db", str(tmp_path / path)) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert named in err
    assert list(tmp_path.iterdir()) == []


def test_read_only_file_and_folder_are_one_sentence(stored: Path, tmp_path: Path) -> None:
    """As a user to whom the permissions apply: root may write everywhere."""
    shutil.copy(stored / "world.db", tmp_path / "world.db")
    before = (tmp_path / "world.db").read_bytes()
    script = (
        "import sys; from pathlib import Path; from nemofake.storage.sqlite import SqliteStorage\n"
        "from nemofake.storage.commands import StorageError\n"
        "import os\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "for path in sys.argv[1:]:\n"
        "    try: SqliteStorage(Path(path))\n"
        "    except StorageError as error: print(error)\n"
    )
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    (tmp_path / "world.db").chmod(0o444)
    tmp_path.chmod(0o555)
    paths = [str(tmp_path / name) for name in ("world.db", "new.db")]
    try:
        ran = subprocess.run(
            [sys.executable, "-c", script, *paths], capture_output=True, text=True, check=True
        )
    finally:
        tmp_path.chmod(0o755)
    first, second = ran.stdout.splitlines()
    assert f"cannot write to {paths[0]}" in first
    assert f"cannot write to {paths[1]}" in second
    assert (tmp_path / "world.db").read_bytes() == before


def test_file_that_another_server_has_open_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    db = str(tmp_path / "world.db")
    process = spawn(tmp_path, "--port", "0", "--db", db)
    try:
        announced(process)
        for args in (["serve", "--port", "0"], ["world", "list"], ["world", "export", "default", "x.zip"]):
            assert call(monkeypatch, *args, "--db", db) == 2
            out, err = capsys.readouterr()
            assert (out, err) == (
                "",
                f"nemofake: {db} is in use by another process: stop that server first\n",
            )
    finally:
        process.kill()
        process.communicate()


# -- a disk that fills up -----------------------------------------------------------------------------------


def fill(world: World) -> None:
    """Let the database grow no more."""
    pages = database_of(world).rows("PRAGMA page_count")[0][0]
    database_of(world).write(f"PRAGMA max_page_count = {pages}")


def make_room(world: World) -> None:
    database_of(world).write("PRAGMA max_page_count = 1000000")


def test_full_disk_refuses_commands_in_the_envelope_and_changes_nothing(tmp_path: Path) -> None:
    with running(db=str(tmp_path / "world.db")) as fake, wire() as client:
        api = Api(fake, client)
        assert api.session_id
        fake.call(fill)
        refused = None
        for number in range(200):
            answer = api.submit(f"r{number}")
            if answer.status_code == 507:
                refused = answer
                break
            assert answer.status_code == 200
        assert refused is not None
        assert refused.json()["code"] == 507
        assert refused.json()["data"] is None
        assert refused.json()["message"].startswith("The server cannot store files: cannot write to ")
        assert "full" in refused.json()["message"]
        before = fake.call(lambda world: len(world.backend.data.renders))
        assert before == number
        assert api.control("POST", "accounts", json={}).status_code in (200, 507)
        fake.call(make_room)
        assert api.submit(f"r{number}").status_code == 200
    with running(db=str(tmp_path / "world.db")) as fake:
        assert fake.call(lambda world: len(world.backend.data.renders)) == number + 1


def test_file_size_limit_of_the_process_refuses_commands(tmp_path: Path) -> None:
    process = spawn(tmp_path, "--port", "0", "--db", str(tmp_path / "world.db"), "--log-format", "none")
    try:
        url = announced(process)
        with wire() as client:
            headers = {"X-Client-Id": "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1"}
            assert client.post(f"{url}/api/auth/anonymous-token", headers=headers).status_code == 200
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
            answer = client.post(f"{url}/__fake__/accounts", json={})
            assert answer.status_code == 507
            assert answer.json()["message"].startswith("The server cannot store files: cannot write to ")
            assert client.get(f"{url}/__fake__/health").status_code == 200
    finally:
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert "Traceback" not in err


def test_upload_that_cannot_be_kept_is_refused_and_not_in_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with running(db=str(tmp_path / "world.db")) as fake, wire() as client:
        api = Api(fake, client)
        assert api.session_id
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", full)
            answer = api.upload(("a.wav", song("wav")))
        assert answer.status_code == 507
        assert "No space left on device" in answer.json()["message"]
        assert api.state()["video_infos"] == []


def test_faults_that_cannot_be_counted_refuse_the_request(tmp_path: Path) -> None:
    with running(db=str(tmp_path / "world.db")) as fake, wire() as client:
        api = Api(fake, client)
        assert api.token
        fake.add_fault("delay", ms=1, on="credits", nth=99)
        fake.call(lambda world: world.storage.close() if world.storage else None)
        answer = api.call("GET", "/api/credits/balance/simple")
        assert (answer.status_code, answer.json()["code"]) == (507, 507)


# -- files --------------------------------------------------------------------------------------------------


def test_start_removes_files_that_no_world_has_and_unfinished_uploads(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    store.incoming.mkdir(parents=True)
    (store.incoming / "0").write_bytes(b"half")
    for digest in ("a" * 64, "b" * 64, "notes.txt"):
        (store.folder / digest).write_bytes(b"x")
    store.sweep({"a" * 64})
    assert sorted(path.name for path in store.folder.iterdir()) == ["a" * 64, "notes.txt"]


def test_store_takes_no_name_but_a_hash(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no SHA-256"):
        FileStore(tmp_path).path("../../etc/passwd")
