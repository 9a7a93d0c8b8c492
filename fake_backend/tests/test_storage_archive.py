"""A world as one file: exported, imported and run again, it is the same bytes anywhere."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nemofake import running

from .http_helpers import Api, wire
from .test_cli_serve import call
from .test_storage_replay import observed
from .upload_helpers import song

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs the command: exit code, stdout, stderr."""

    def command(*args: object) -> tuple[int, str, str]:
        code = call(monkeypatch, *map(str, args))
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def served(tmp_path: Path) -> tuple[Path, Api, str, list[object]]:
    """Return a database with the world `bug`, its client, the path of its file, and what the client saw."""
    db = tmp_path / "world.db"
    with running(db=str(db)) as fake, wire() as client:
        api = Api(fake.world("bug", seed=11), client)
        files = api.upload(("a.wav", song("wav"))).json()["data"]["files"]
        api.say("add background music at 30% volume")
        api.submit()
        api.finished()
        media = files[0]["cdn_url"].removeprefix(api.world.url)
        return db, api, media, observed(api, media)


def test_exported_world_answers_with_the_same_bytes_where_it_is_imported(
    run: Run, served: tuple[Path, Api, str, list[object]], tmp_path: Path
) -> None:
    db, api, media, seen = served
    assert run("world", "export", "bug", tmp_path / "bug.zip", "--db", db)[0] == 0
    other = tmp_path / "other.db"
    code, out, _ = run("world", "import", tmp_path / "bug.zip", "--db", other)
    assert (code, out.split(": ")[0]) == (0, str(other))
    with running(db=str(other), seed=99) as fake, wire() as client:
        api.world, api.client = fake.world("bug"), client
        assert observed(api, media) == seen
    # The look at it is part of the world as well: exported before it, both are the same bytes.
    assert run("world", "import", tmp_path / "bug.zip", "--db", other, "--replace")[0] == 0
    assert run("world", "export", "bug", tmp_path / "again.zip", "--db", other)[0] == 0
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "bug.zip").read_bytes()


def test_replay_shows_each_command_and_stops_where_it_is_told(
    run: Run, served: tuple[Path, Api, str, list[object]], tmp_path: Path
) -> None:
    db, api, _, seen = served
    file = tmp_path / "bug.zip"
    run("world", "export", "bug", file, "--db", db)
    code, out, err = run("replay", file, "--until", 4)
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 5)
    for line, name in zip(lines, ("issue_token", "create_session", "open_upload", "add_files"), strict=False):
        assert f"  {name}(" in line
        assert line.endswith("  done")
    assert lines[4].endswith(": 1 accounts, 1 sessions, 0 renders")
    assert api.token not in out
    assert run("replay", file, "--until", 0)[1].endswith(": 0 accounts, 0 sessions, 0 renders\n")
    first, second = run("replay", file, "--state")[1], run("replay", file, "--state")[1]
    assert first == second
    state = json.loads(first)
    told = json.loads(seen[0][2])["data"]["state"]  # type: ignore[index]
    assert state["sessions"][0]["state"] == told
    assert state["now_ms"] == json.loads(seen[5][2])["data"]["now_ms"]  # type: ignore[index]


def test_replay_shows_the_error_of_a_refused_command(run: Run, tmp_path: Path) -> None:
    db = tmp_path / "world.db"
    with running(db=str(db)) as fake, wire() as client:
        api = Api(fake, client)
        assert api.token
        api.ask_token()
    run("world", "export", "default", tmp_path / "a.zip", "--db", db)
    out = run("replay", tmp_path / "a.zip")[1]
    assert "  429: Too many anonymous tokens" in out.splitlines()[1]


def test_list_names_the_worlds_and_counts_their_commands(
    run: Run, served: tuple[Path, Api, str, list[object]]
) -> None:
    code, out, _ = run("world", "list", "--db", served[0])
    assert (code, out.split()[0::2]) == (0, ["bug", "commands"])
    assert int(out.split()[1]) > 10


def test_import_keeps_a_world_of_the_same_name_unless_told(
    run: Run, served: tuple[Path, Api, str, list[object]], tmp_path: Path
) -> None:
    db, file = served[0], tmp_path / "bug.zip"
    run("world", "export", "bug", file, "--db", db)
    code, out, err = run("world", "import", file, "--db", db)
    assert (code, out) == (2, "")
    assert err == f"nemofake: there is a world 'bug' in {db}: use --name or --replace\n"
    assert run("world", "import", file, "--db", db, "--name", "copy")[0] == 0
    assert [line.split()[0] for line in run("world", "list", "--db", db)[1].splitlines()] == ["bug", "copy"]


def rewritten(source: Path, target: Path, name: str, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as out:
        for entry in archive.namelist():
            data = archive.read(entry)
            assert old in data or not entry.startswith(name)
            out.writestr(entry, data.replace(old, new, 1) if entry.startswith(name) else data)
    return target


@pytest.mark.parametrize(
    ("part", "old", "new", "named"),
    [
        ("world.json", b'"format": 1', b'"format": 2', "is from a newer nemofake: upgrade nemofake"),
        ("world.json", b'"settings"', b'"sittings"', "is not a world that nemofake exported, or is damaged"),
        ("commands.ndjson", b'"number":3', b'"number":4', "world 'bug' is damaged at command 3"),
        ("commands.ndjson", b"30%", b"31%", "world 'bug' is damaged at command"),
        ("commands.ndjson", b"{", b"", "is not a world that nemofake exported, or is damaged"),
        ("files/", b"RIFF", b"RAFF", "of the archive is damaged"),
        ("world.json", b'"bug"', b'"../b"', "a world's name has 1 to 64 letters"),
    ],
)
def test_damaged_archive_is_one_sentence_and_imports_nothing(
    run: Run,
    served: tuple[Path, Api, str, list[object]],
    tmp_path: Path,
    part: str,
    old: bytes,
    new: bytes,
    named: str,
) -> None:
    run("world", "export", "bug", tmp_path / "bug.zip", "--db", served[0])
    bad = rewritten(tmp_path / "bug.zip", tmp_path / "bad.zip", part, old, new)
    code, out, err = run("world", "import", bad, "--db", tmp_path / "new.db")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert named in err
    assert not (tmp_path / "new.db").exists() or run("world", "list", "--db", tmp_path / "new.db")[1] == ""


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("replay", "{dir}/none.zip"), "cannot read"),
        (("replay", "{db}"), "is not a world that nemofake exported"),
        (("replay", "{dir}/none.zip", "--until", "x"), "--until"),
        (
            ("world", "export", "nobody", "{dir}/x.zip", "--db", "{db}"),
            "no world 'nobody' in {db}; there: bug",
        ),
        (("world", "export", "bug", "{dir}/no/x.zip", "--db", "{db}"), "cannot write {dir}/no/x.zip"),
        (("world", "list", "--db", "{dir}/none.db"), "there is no database {dir}/none.db"),
        (("world", "list"), "--db"),
    ],
)
def test_wrong_use_is_one_sentence(
    run: Run, served: tuple[Path, Api, str, list[object]], tmp_path: Path, args: tuple[str, ...], named: str
) -> None:
    known = {"dir": str(tmp_path), "db": str(served[0])}
    code, out, err = run(*(arg.format(**known) for arg in args))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert named.format(**known) in err
