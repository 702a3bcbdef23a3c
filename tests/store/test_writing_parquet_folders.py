"""Loads into one folder: at once, again, killed in the middle, under hostile names, and into places that refuse."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from rdbscope.store.parquet_folder import layout, staging
from tests.conftest import Run, environment, program
from tests.rdb_writer import dump, many, string

# Starts the program with a rename that kills it, as a power cut would, before the given number of them is done.
_KILLED = """
import os, pathlib, signal, sys
from rdbscope.__main__ import run
left = [int(sys.argv[1])]
rename = pathlib.Path.rename
def dying(self, target):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return rename(self, target)
pathlib.Path.rename = dying
sys.exit(run(sys.argv[2:]))
"""


def _names(run: Run, place: str = "folder") -> list[str]:
    done = run("query", "--db", place, "--format", "jsonl", "SELECT name FROM snapshots ORDER BY snapshot_id")
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["name"] for line in done.stdout.splitlines()]


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _listed(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        program("load", "--to-parquet", "folder", *arguments),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    for number, name in enumerate(("a", "b", "c")):
        (tmp_path / f"{name}.rdb").write_bytes(many(100 + number, prefix=name.encode() + b":"))
    return tmp_path


def test_the_same_dump_again_does_nothing(run: Run, shards: Path) -> None:
    assert run("load", "--to-parquet", "folder", "a.rdb").returncode == 0
    before = _files(shards / "folder")
    (shards / "copy.rdb").write_bytes((shards / "a.rdb").read_bytes())
    for arguments, stdin in (
        (("a.rdb",), b""),
        (("copy.rdb", "--node", "n"), b""),
        (("-",), (shards / "a.rdb").read_bytes()),
    ):
        done = run("load", "--to-parquet", "folder", *arguments, stdin=stdin)
        assert (done.returncode, done.stdout) == (0, b"")
        assert b"loaded before as a.rdb-" in done.stderr and b"nothing to do" in done.stderr
    assert _files(shards / "folder") == before
    # Another model is another snapshot, as in a database.
    assert run("load", "--to-parquet", "folder", "a.rdb", "--as", "valkey-9.1").returncode == 0
    assert _names(run) == ["a.rdb", "a.rdb"]


def test_force_replaces(run: Run, shards: Path) -> None:
    for options in ((), ("--node", "n1", "--force")):
        assert run("load", "--to-parquet", "folder", "a.rdb", "b.rdb", *options).returncode == 0
    assert {name.partition("-")[0] for name in _listed(shards / "folder/snapshots")} == {"n1"}
    assert len(_files(shards / "folder")) == 2 * len({name.split("/")[0] for name in _files(shards / "folder")})
    assert _names(run) == ["a.rdb", "b.rdb"]


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_jobs(run: Run, shards: Path, jobs: str) -> None:
    (shards / "same.rdb").write_bytes((shards / "a.rdb").read_bytes())
    (shards / "broken.rdb").write_bytes((shards / "a.rdb").read_bytes()[:-300])
    sources = ["a.rdb", "broken.rdb", "b.rdb", "same.rdb", "missing.rdb", "c.rdb"]
    done = run("load", "--to-parquet", "folder", "--jobs", jobs, *sources)
    assert done.returncode == 3
    said = done.stdout.decode()
    assert said.index("a.rdb") < said.index("b.rdb") < said.index("c.rdb")
    assert b"same.rdb: loaded before" in done.stderr
    assert _names(run) == ["a.rdb", "b.rdb", "c.rdb"]
    assert not [name for name in _listed(shards / "folder") if name.startswith(".")]


def test_several_processes_at_once(run: Run, shards: Path) -> None:
    # The last two load the same dump: one of them may find it there, and readers see it once in any case.
    processes = [_start(shards, name) for name in ("a.rdb", "b.rdb", "c.rdb", "c.rdb")]
    assert [process.wait(100) for process in processes] == [0, 0, 0, 0]
    for process in processes:
        process.communicate()
    assert _names(run) == ["a.rdb", "b.rdb", "c.rdb"]
    for _ in range(2):
        assert run("load", "--to-parquet", "folder", "c.rdb", "--force").returncode == 0
    assert len(_listed(shards / "folder/keys")) == 3


@pytest.mark.parametrize(
    "node",
    [
        "../../etc/passwd",
        "/",
        "..",
        "-",
        ".hidden",
        "a'b\"c;--",
        "*?[x]",
        "\x1b[31mred\n",
        "узел",
        "n" * 300,
        " ",
        "%2e%2e",
    ],
)
def test_names_of_nodes_are_no_paths(run: Run, tmp_path: Path, node: str) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/dump.rdb").write_bytes(many(10))
    # A name of the folder that would be a pattern, or the end of a text in SQL.
    folder = "it's [a] *folder*"
    before = _files(tmp_path)
    done = run("load", "work/dump.rdb", f"--node={node}", "--to-parquet", f"work/{folder}")
    assert done.returncode == 0, done.stderr
    made = _files(tmp_path) - before
    assert made and all(name.startswith(f"work/{folder}/") for name in made)
    names = {Path(name).name for name in made}
    assert len(names) == 1 and layout.FileName.parse(names.pop()) is not None
    done = run(
        "query",
        "--db",
        f"work/{folder}",
        "--format",
        "jsonl",
        "SELECT node, count(*) AS n FROM keys, snapshots GROUP BY 1",
    )
    assert json.loads(done.stdout) == {"node": node, "n": 10}


def test_labels_that_look_alike_do_not_collide(run: Run, shards: Path) -> None:
    for name, node in (("a.rdb", "x/y"), ("b.rdb", "x?y"), ("c.rdb", "x-y")):
        assert run("load", "--to-parquet", "folder", name, "--node", node).returncode == 0
    assert len(_listed(shards / "folder/keys")) == 3
    assert _names(run) == ["a.rdb", "b.rdb", "c.rdb"]


@pytest.mark.parametrize("renames", [0, 1, 4, 9])
def test_a_kill_leaves_nothing_that_readers_see(run: Run, shards: Path, renames: int) -> None:
    assert run("load", "--no-check", "--to-parquet", "folder", "a.rdb").returncode == 0
    before = _files(shards / "folder")
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(renames), "load", "--to-parquet", "folder", "b.rdb"],
        cwd=shards,
        env=environment(),
        capture_output=True,
        check=False,
        timeout=100,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert _files(shards / "folder") - before
    assert _names(run) == ["a.rdb"]
    if renames == 0:
        # Killed before it had a name to recognise it by: age alone tells.
        [left] = (shards / "folder").glob(".load-*")
        for path in (left, *left.iterdir()):
            os.utime(path, (0, 0))
    # Any next load clears up, not only that of the same dump.
    assert run("load", "--no-check", "--to-parquet", "folder", "c.rdb").returncode == 0
    assert _names(run) == ["a.rdb", "c.rdb"]
    assert {Path(name).name for name in _files(shards / "folder")} == _listed(shards / "folder/snapshots")
    assert run("load", "--no-check", "--to-parquet", "folder", "b.rdb").returncode == 0
    assert _names(run) == ["a.rdb", "b.rdb", "c.rdb"]


def test_a_load_that_is_alive_is_left_alone(run: Run, shards: Path) -> None:
    content = (shards / "b.rdb").read_bytes()
    with subprocess.Popen(
        program("load", "--to-parquet", "folder", "-", "--name", "slow"),
        cwd=shards,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as slow:
        assert slow.stdin is not None
        slow.stdin.write(content[:200])
        slow.stdin.flush()
        deadline = time.monotonic() + 60
        while not list((shards / "folder").glob(".load-*/load.duckdb")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert run("load", "--to-parquet", "folder", "a.rdb").returncode == 0
        assert len(list((shards / "folder").glob(".load-*"))) == 1
        slow.stdin.write(content[200:])
        slow.stdin.close()
        assert slow.wait(60) == 0
    assert sorted(_names(run)) == ["a.rdb", "slow"]


def test_what_other_machines_left_goes_by_its_age(run: Run, shards: Path) -> None:
    folder = shards / "folder"
    assert run("load", "--to-parquet", "folder", "a.rdb").returncode == 0
    young, old = (folder / f".load-{machine * 8}-{load * 12}" for machine, load in (("1", "a"), ("2", "b")))
    foreign = folder / ".load-of-somebody-else"
    for path in (young, old, foreign):
        path.mkdir()
        (path / "load.duckdb").write_bytes(b"x")
    orphan = folder / "keys" / f"x-{'0' * 12}-{'b' * 12}.parquet"
    orphan.write_bytes(b"x")
    (folder / "keys/mine.parquet").write_bytes(b"x")
    for path in (old / "load.duckdb", old, foreign / "load.duckdb", foreign):
        os.utime(path, (0, 0))
    assert run("load", "--to-parquet", "folder", "b.rdb").returncode == 0
    assert (young.exists(), old.exists(), orphan.exists()) == (True, False, False)
    assert foreign.exists() and (folder / "keys/mine.parquet").exists()
    assert _names(run) == ["a.rdb", "b.rdb"]


def test_ctrl_c_leaves_nothing(run: Run, shards: Path) -> None:
    with subprocess.Popen(
        program("load", "--to-parquet", "folder", "-"),
        cwd=shards,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write((shards / "a.rdb").read_bytes()[:200])
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not list((shards / "folder").glob(".load-*/load.duckdb")) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert b"interrupted" in process.stderr.read()
    assert not (shards / "folder").exists()


def test_a_damaged_dump_leaves_nothing(run: Run, shards: Path) -> None:
    (shards / "a.rdb").write_bytes((shards / "a.rdb").read_bytes()[:-100])
    done = run("load", "--to-parquet", "folder", "a.rdb")
    assert (done.returncode, done.stderr.count(b"\n")) == (3, 1)
    assert not (shards / "folder").exists()
    assert run("load", "--to-parquet", "folder", "a.rdb", "--salvage").returncode == 0
    assert b"not whole" in run("check", "--db", "folder").stderr


def _small_files_only() -> None:
    """Stands in for a full disk: writes beyond a megabyte fail, with EFBIG for ENOSPC."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def test_a_full_disk(run: Run, shards: Path) -> None:
    assert run("load", "--to-parquet", "folder", "a.rdb").returncode == 0
    before = _files(shards / "folder")
    (shards / "large.rdb").write_bytes(many(300_000))
    done = subprocess.run(
        program("load", "--to-parquet", "folder", "large.rdb"),
        cwd=shards,
        capture_output=True,
        env=environment(),
        timeout=120,
        check=False,
        preexec_fn=_small_files_only,
    )
    assert (done.returncode, done.stderr) == (
        4,
        b"rdbscope: error: folder: disk full; free space or name another place with --to-parquet\n",
    )
    assert _files(shards / "folder") == before


def test_places_that_cannot_be_written(run: Run, shards: Path) -> None:
    (shards / "file").write_bytes(b"x")
    for place, words in (
        ("file", b"File exists"),
        ("file/below", b"Not a directory"),
        ("/proc/rdbscope", b"/proc/rdbscope: "),
    ):
        done = run("load", "--to-parquet", place, "a.rdb")
        assert (done.returncode, done.stderr.count(b"\n")) == (4, 1), done.stderr
        assert words in done.stderr
    (shards / "half").mkdir()
    (shards / "half/keys").write_bytes(b"in the way")
    done = run("load", "--to-parquet", "half", "a.rdb")
    assert (done.returncode, done.stderr.count(b"\n")) == (4, 1), done.stderr
    assert _files(shards / "half") == {"keys"}
    for options in (("--to-parquet", "s3://bucket/night"), ("--to-parquet", "folder", "--db", "x.duckdb")):
        done = run("load", "a.rdb", *options)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    done = run("load", "a.rdb", "--to-parquet", "folder", env={"RDBSCOPE_DB": "x.duckdb"})
    assert done.returncode == 0
    assert not (shards / "x.duckdb").exists()


def _refused(run: Run, *words: bytes) -> None:
    for arguments in (("check",), ("report",), ("query", "SELECT 1"), ("diff",), ("trends",), ("snapshots", "list")):
        done = run(*arguments, "--db", "folder")
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (4, b"", 1), done.stderr
        assert all(word in done.stderr for word in words), done.stderr
        assert b"Traceback" not in done.stderr


def test_folders_that_are_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    _refused(run, b"folder: a folder in which no load has finished; name a database, or write the folder with")
    (tmp_path / "folder/keys").mkdir()
    with duckdb.connect() as bare:
        bare.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/folder/keys/x.parquet'")
    _refused(run, b"no load has finished")


def test_files_of_somebody_else(run: Run, shards: Path) -> None:
    assert run("load", "--no-check", "--to-parquet", "folder", "a.rdb", "b.rdb").returncode == 0
    with duckdb.connect() as bare:
        for place in ("keys/x", "patterns/x", "x"):
            bare.execute(f"COPY (SELECT 1 AS a) TO '{shards}/folder/{place}.parquet'")
        assert _names(run) == ["a.rdb", "b.rdb"]
        bare.execute(f"COPY (SELECT 1 AS a) TO '{shards}/folder/snapshots/x.parquet'")
    _refused(run, b"folder/snapshots/x.parquet: was not written by rdbscope load --to-parquet; move it out")


def test_tables_of_another_version(run: Run, shards: Path) -> None:
    assert run("load", "--no-check", "--to-parquet", "folder", "a.rdb", "b.rdb").returncode == 0
    path = next((shards / "folder/snapshots").glob("b.rdb-*"))
    with duckdb.connect() as bare:
        bare.execute(f"CREATE TABLE mark AS SELECT * REPLACE (99 AS schema_version), 'new' AS more FROM '{path}'")
        bare.execute(f"COPY mark TO '{path}' (FORMAT parquet)")
    _refused(run, b"folder/snapshots/b.rdb-", b"tables of version 99", b"load its dump into the folder again")
    assert run("load", "--no-check", "--to-parquet", "folder", "b.rdb").returncode == 0
    assert _names(run) == ["a.rdb", "b.rdb"]


@pytest.mark.parametrize("table", ["keys", "key_facts", "patterns", "snapshots"])
@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_damaged_files_are_named(run: Run, shards: Path, table: str, damage: str) -> None:
    # A bitmap, of which more is known than of most keys.
    (shards / "a.rdb").write_bytes(dump(string(b"bits", b"\0" * 5000 + b"\1"), string(b"a:1", b"x")))
    assert run("load", "--no-check", "--to-parquet", "folder", "a.rdb", "b.rdb").returncode == 0
    path = next((shards / "folder" / table).glob("a.rdb-*"))
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-50])
    elif damage == "changed":
        path.write_bytes(b"\xff" * len(content))
    else:
        path.unlink()
    if (table, damage) == ("snapshots", "gone"):
        # The load has never been, then.
        assert _names(run) == ["b.rdb"]
        return
    if (table, damage) == ("keys", "changed"):
        done = run("query", "keys", "--db", "folder", "-s", "1")
        assert (done.returncode, done.stderr.count(b"\n")) == (4, 1), done.stderr
        assert f"{table}/{path.name}".encode() in done.stderr
    else:
        _refused(run, f"folder/{table}/{path.name}: ".encode())
    # Loading the dump again is what the message says.
    assert (
        run(
            "load", "--no-check", "--to-parquet", "folder", "a.rdb", *(["--force"] if damage == "changed" else [])
        ).returncode
        == 0
    )
    if table != "snapshots":
        assert _names(run) == ["a.rdb", "b.rdb"]


def test_the_machine_is_one_word() -> None:
    assert len(staging._machine()) == 8 and staging._machine() == staging._machine()
