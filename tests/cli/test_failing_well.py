"""Wrong input and wrong places: one line, the exit code of the table, and the database as before."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from rdbscope.store import connect
from rdbscope.store.spool_folder import spool_folder
from tests.conftest import Run, environment, program
from tests.rdb_writer import dump, many, string

_SOUND = dump(string(b"a", b"1"), string(b"b", b"2"))


def _snapshots(folder: Path) -> int:
    with duckdb.connect(str(folder / "rdbscope.duckdb"), read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM snapshots").fetchall()[0][0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"hello world, this is no dump\n" * 10, ["byte 0"]),
        (_SOUND[:-12], ["byte"]),
        (_SOUND[:-8] + b"\x01" * 8, ["checksum"]),
        (dump(b"\x00" + b"\x81" + b"\xff" * 8 + b"x"), ["byte"]),
        (dump(string(b"a", b"1"), b"\x63\x01kx"), ["99", "byte"]),
        (b"*1\r\n$4\r\nPING\r\ngarbage", ["1 whole command", "byte 14"]),
        (b"\x1f\x8b\x08\x00garbage", ["gzip"]),
    ],
    ids=["empty", "text", "truncated", "wrong checksum", "huge length", "unknown type", "aof", "broken gzip"],
)
def test_a_wrong_file_is_one_line_and_leaves_nothing(
    run: Run, tmp_path: Path, content: bytes, words: list[str]
) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    assert run("load", "sound.rdb").returncode == 0
    (tmp_path / "wrong.rdb").write_bytes(content)
    done = run("load", "wrong.rdb")
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 3
    assert done.stdout == b""
    assert len(lines) == 1
    assert lines[0].startswith("rdbscope: error: wrong.rdb: ")
    for word in words:
        assert word in lines[0]
    assert _snapshots(tmp_path) == 1


def test_a_directory_without_a_snapshot(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = run("load", "folder")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert b"folder: a directory without a snapshot" in done.stderr


def test_a_missing_file(run: Run) -> None:
    done = run("load", "nowhere.rdb")
    assert (done.returncode, done.stderr) == (3, b"rdbscope: error: nowhere.rdb: no such file\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.rdb").write_bytes(_SOUND)
    (tmp_path / "secret.rdb").chmod(0)
    done = run("load", "secret.rdb")
    assert (done.returncode, b"Permission denied" in done.stderr) == (3, True)


def test_a_folder_that_cannot_be_looked_into(run: Run, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may look everywhere")
    (tmp_path / "closed").mkdir(mode=0)
    done = run("load", "closed/dump.rdb")
    assert (done.returncode, done.stderr) == (3, b"rdbscope: error: closed/dump.rdb: Permission denied\n")
    done = run("check", "--db", "closed/rdbscope.duckdb")
    assert (done.returncode, done.stderr) == (4, b"rdbscope: error: closed/rdbscope.duckdb: Permission denied\n")


def test_an_empty_name_is_no_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    done = run("load", "")
    assert done.returncode == 2
    assert b"a dump with an empty name" in done.stderr


def test_one_bad_source_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.rdb").write_bytes(_SOUND)
    (tmp_path / "b.rdb").write_bytes(_SOUND[:30])
    (tmp_path / "c.rdb").write_bytes(dump(string(b"c", b"3")))
    done = run("load", "a.rdb", "b.rdb", "c.rdb", "nowhere.rdb")
    assert done.returncode == 3
    assert _snapshots(tmp_path) == 2
    assert done.stderr.count(b"error:") == 2


def test_a_locked_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.rdb").write_bytes(_SOUND)
    assert run("load", "a.rdb").returncode == 0
    holder = duckdb.connect(str(tmp_path / "rdbscope.duckdb"))
    try:
        done = run("query", "SELECT 1")
        assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
        assert b"rdbscope.duckdb: locked by another process (python" in done.stderr
        assert f", process {os.getpid()}); wait until it has finished, or end it".encode() in done.stderr
    finally:
        holder.close()


def test_a_database_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.rdb").write_bytes(_SOUND)
    (tmp_path / "rdbscope.duckdb").write_bytes(b"no database" * 1000)
    done = run("load", "a.rdb")
    assert (done.returncode, b"no DuckDB database" in done.stderr) == (4, True)
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("CREATE TABLE mine (a INTEGER)")
    done = run("load", "--db", "other.duckdb", "a.rdb")
    assert (done.returncode, b"not one of rdbscope" in done.stderr) == (4, True)


@pytest.mark.parametrize("command", [["check"], ["report"], ["trends"], ["load", "sound.rdb", "--force"]])
def test_a_torn_database(run: Run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    assert run("load", "sound.rdb").returncode == 0
    database = tmp_path / "rdbscope.duckdb"
    # The head is sound; what it points to is gone.
    os.truncate(database, 3 * 4096)
    done = run(*command)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 4
    assert len(lines) <= 2 and "rdbscope.duckdb" in lines[0]


@pytest.mark.parametrize("place", ["/", ".", "", "folder"])
@pytest.mark.parametrize("command", [["load", "sound.rdb"], ["nightly"], ["snapshots", "prune"], ["trends"]])
def test_a_folder_is_no_database(run: Run, tmp_path: Path, place: str, command: list[str]) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    (tmp_path / "rdbscope.toml").write_text('[[nodes]]\nname = "a"\ndumps = "sound.rdb"\n')
    (tmp_path / "folder").mkdir()
    done = run(*command, "--db", place)
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1), done.stderr
    assert b"directory" in done.stderr or b"folder" in done.stderr


def test_a_database_of_links_in_a_circle(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    (tmp_path / "rdbscope.toml").write_text('[[nodes]]\nname = "a"\ndumps = "sound.rdb"\n')
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for command in (["nightly"], ["load", "sound.rdb"]):
        done = run(*command, "--db", "a")
        assert (done.returncode, len(done.stderr.splitlines())) == (4, 1), done.stderr


@pytest.mark.parametrize("name", [":memory:", "file:a.duckdb"])
def test_a_name_that_means_something_to_duckdb(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    assert run("load", "sound.rdb", "--db", name).returncode == 0
    assert (tmp_path / name).is_file()
    done = run("query", "SELECT count(*) AS n FROM keys", "--db", name, "--format", "csv")
    assert done.stdout.split() == [b"n", b"2"]


def test_a_url_is_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    done = run("load", "sound.rdb", "--db", f"file://{tmp_path}/a.duckdb")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert b"a database is a file of this machine" in done.stderr


_LONG, _MANY, _NO_UTF8 = "x" * 300, "9" * 5000, os.fsdecode(b"a\xff")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["load", _LONG], 3),
        (["verify", _LONG], 3),
        (["check", _LONG], 2),
        (["check", _MANY], 2),
        (["top", _MANY], 2),
        (["check", "--baseline", _LONG], 4),
        (["check", "--baseline", "deep.json"], 2),
        (["check", "--conventions", _LONG], 2),
        (["load", "sound.rdb", "--db", _NO_UTF8], 4),
        (["load", "sound.rdb", "--db", _LONG], 4),
        (["load", "sound.rdb", "--set", f"hash-max-listpack-entries={_MANY}"], 2),
        (["load", "sound.rdb", "--set", "hash-max-listpack-entries=99999999999999999999"], 2),
        (["load", "sound.rdb", "--set", "hash-max-listpack-entries=9999999999999999999gb"], 2),
        (["load", "sound.rdb", "--until", _MANY], 2),
        (["load", "sound.rdb", "--until", "99999999999999999999"], 2),
        (["load", "sound.rdb", "--until", "0001-01-01T00:00:00+14:00"], 2),
        (["load", "sound.rdb", "--until", "9999-12-31T23:59:59-14:00"], 2),
        (["load", "sound.rdb", "--replay-memory", _MANY], 2),
        (["load", "sound.rdb", "--memory-limit", _MANY], 2),
        (["diff", "1", "1", "--fail-on-growth", _MANY], 2),
        (["diff", "1", "1", "--fail-on-growth", "1e400%"], 2),
        (["query", "SELECT 1", "-o", _LONG], 4),
        (["load", "sound.rdb", "--db-number", "99999999999999999999"], 2),
        (["key", "a", "sound.rdb", "--db-number", "99999999999999999999"], 2),
        (["verify", "sound.rdb", "--until-offset", "99999999999999999999"], 2),
        (["load", "sound.rdb", "--force", "--as", "redis-99999999999999999999.1"], 2),
        (["whatif", "sound.rdb", "--as", "redis-99999999999999999999.1"], 2),
        (["query", f"SELECT '{_NO_UTF8}'"], 2),
        (["check", _NO_UTF8], 2),
        (["trends", "--node", _NO_UTF8], 2),
    ],
    ids=lambda one: " ".join(one)[:60] if isinstance(one, list) else str(one),
)
def test_hostile_values_are_no_internal_error(run: Run, tmp_path: Path, arguments: list[str], code: int) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert run("load", "sound.rdb", "--no-check").returncode == 0
    done = run(*arguments)
    assert (done.returncode, done.stderr.count(b"error: ")) == (code, 1), done.stderr
    assert b"internal" not in done.stderr


def test_a_folder_of_checks_whose_name_is_too_long(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    (tmp_path / "rdbscope.toml").write_text(f'checks.folders = ["{_LONG}"]\n')
    done = run("check", "sound.rdb")
    assert done.returncode == 2
    assert b"cannot be looked into: File name too long; correct checks.folders in rdbscope.toml" in done.stderr


def test_a_query_that_is_no_utf8(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sound.rdb").write_bytes(_SOUND)
    done = run("query", "-", "-s", "sound.rdb", stdin=b"SELECT '\xff'")
    assert (done.returncode, done.stderr) == (2, b"rdbscope: error: query: the SQL is no UTF-8\n")


def test_no_database_yet(run: Run) -> None:
    done = run("query", "SELECT 1")
    assert (done.returncode, b"no such database" in done.stderr) == (4, True)


def _small_files_only() -> None:
    """Stands in for a full disk: writes beyond 3 MiB fail, with EFBIG for ENOSPC."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))


def test_a_full_disk_while_loading(run: Run, tmp_path: Path) -> None:
    (tmp_path / "small.rdb").write_bytes(_SOUND)
    assert run("load", "small.rdb").returncode == 0
    (tmp_path / "large.rdb").write_bytes(many(300_000))
    done = subprocess.run(
        program("load", "large.rdb"),
        cwd=tmp_path,
        capture_output=True,
        env=environment(),
        timeout=120,
        check=False,
        preexec_fn=_small_files_only,
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr.count(b"\n") == 1, done.stderr
    assert b"disk full" in done.stderr
    assert _snapshots(tmp_path) == 1


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_an_interrupted_load_leaves_the_database_as_before(
    run: Run, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "small.rdb").write_bytes(_SOUND)
    assert run("load", "small.rdb").returncode == 0
    # A pipe whose writer stops in the middle: the load is surely under way.
    content = many(500_000)
    with subprocess.Popen(
        program("load", "-"),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        stdin = process.stdin
        stdin.write(content[: len(content) // 2])
        stdin.flush()
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(number)
        began = time.monotonic()
        process.wait(20)
        took = time.monotonic() - began
        said = process.stderr.read().decode()
        stdin.close()
    assert process.returncode == code
    assert took < 5
    if number != signal.SIGKILL:
        assert said == "rdbscope: error: stdin: interrupted; rdbscope.duckdb is as it was before\n"
    assert _snapshots(tmp_path) == 1
    # Nobody can tidy up after SIGKILL but the next load, and only what was put beside its own database.
    assert len(_spools(tmp_path)) == (number == signal.SIGKILL)
    others = ["other.duckdb.spool-12345678", "rdbscope.duckdb.spool-of-last-year"]
    for name in others:
        (tmp_path / name).mkdir()
    assert run("load", "small.rdb").returncode == 0
    assert _spools(tmp_path) == others


def test_a_load_leaves_the_folder_of_another_thread(tmp_path: Path) -> None:
    database = tmp_path / "rdbscope.duckdb"
    with spool_folder(database) as folder, connect.writing(database):
        assert Path(folder).is_dir()
    assert _spools(tmp_path) == []


def _spools(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".spool-" in path.name)


def test_a_reader_that_goes_away_is_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.rdb").write_bytes(many(20_000))
    command = " ".join(program("export", "a.rdb"))
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        capture_output=True,
        env=environment(),
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.rdb").write_bytes(_SOUND)
    for target, words in (
        ("nowhere/x.csv", b"No such file"),
        (".", b"is a directory"),
        ("/dev/full", b"No space left"),
    ):
        done = run("export", "a.rdb", "-o", target)
        assert (done.returncode, done.stderr.count(b"\n")) == (4, 1), done.stderr
        assert words in done.stderr


def test_the_key_that_was_open_is_named_safely(run: Run, tmp_path: Path) -> None:
    record = string(b"evil\x1b[31m\nkey", b"x" * 100)
    (tmp_path / "cut.rdb").write_bytes(dump(record)[:-60])
    done = run("load", "cut.rdb")
    assert done.returncode == 3
    assert rb"evil\x1b[31m\x0akey" in done.stderr
    assert b"\x1b" not in done.stderr


def test_traceback_only_with_debug(run: Run) -> None:
    assert b"Traceback" not in run("load", "nowhere.rdb").stderr
    assert b"Traceback" in run("--debug", "load", "nowhere.rdb").stderr


def test_usage_errors_are_one_line(run: Run) -> None:
    for arguments in (["load"], ["top", "--by", "nothing"], ["nonsense"], ["load", "--set", "x=1", "a"], ["query"]):
        done = run(*arguments)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
        assert done.stdout == b""
