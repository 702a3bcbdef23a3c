"""`snapshots prune`: rows become roll-ups, the file shrinks, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, environment, program
from tests.history.nights import night, strings


@pytest.fixture
def history(run: Run, tmp_path: Path) -> Path:
    """Six nights of one node in a database, each of three thousand keys."""
    for number in range(6):
        (tmp_path / f"{number}.rdb").write_bytes(night(number, *strings(b"user", 3000, 40 + number)))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
    return tmp_path


def ask(run: Run, sql: str) -> list[dict[str, Any]]:
    done = run("query", sql, "--format", "jsonl", "--max-rows", "0")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_roll_ups_stay_and_the_file_shrinks(run: Run, history: Path) -> None:
    database = history / "rdbscope.duckdb"
    views = [f"FROM {name} WHERE snapshot_id = 2 ORDER BY ALL" for name in ("largest_keys", "slots", "patterns")]
    before = [ask(run, sql) for sql in views]
    size = database.stat().st_size
    done = run("snapshots", "prune", "--full", "2", "--keep-daily", "5", "--keep-weekly", "0", "--keep-monthly", "0")
    assert done.returncode == 0
    assert b"dropped snapshot 1, thinned snapshots 2, 3, 4" in done.stderr
    assert database.stat().st_size < size * 0.7
    assert [ask(run, sql) for sql in views] == before
    assert ask(run, "SELECT snapshot_id, count(*) AS n FROM keys GROUP BY 1 ORDER BY 1") == [
        {"snapshot_id": 5, "n": 3000},
        {"snapshot_id": 6, "n": 3000},
    ]
    assert [row["detail"] for row in ask(run, "SELECT detail FROM snapshots ORDER BY snapshot_id")] == [
        *["roll-ups"] * 3,
        *["keys"] * 2,
    ]
    assert ask(run, "SELECT comment FROM duckdb_tables() WHERE table_name = 'findings'")[0]["comment"]
    again = run("snapshots", "prune", "--full", "2", "--keep-daily", "5", "--keep-weekly", "0", "--keep-monthly", "0")
    assert b"dropped no snapshot, thinned no snapshot" in again.stderr
    # Numbers are never used again.
    (history / "new.rdb").write_bytes(night(7, *strings(b"user", 10)))
    assert run("load", "new.rdb", "--node", "a").returncode == 0
    assert ask(run, "SELECT max(snapshot_id) AS newest FROM snapshots")[0]["newest"] >= 7


def test_link_and_mode_of_the_database_stay(run: Run, history: Path) -> None:
    place = history / "elsewhere"
    place.mkdir()
    database = (history / "rdbscope.duckdb").rename(place / "real.duckdb")
    database.chmod(0o640)
    (history / "rdbscope.duckdb").symlink_to(database)
    before = database.stat()
    assert run("snapshots", "prune", "--full", "1", "--keep-daily", "1").returncode == 0
    after = database.stat()
    assert (history / "rdbscope.duckdb").is_symlink()
    assert after.st_size < before.st_size and after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)
    assert [path.name for path in place.iterdir()] == ["real.duckdb"]


@pytest.mark.parametrize(
    "command",
    [
        ("top", "2", "--by", "elements"),
        ("top", "2", "--format", "csv"),
        ("top", "2", "--type", "string"),
        ("top", "2", "-n", "101"),
        ("check", "2"),
        ("key", "user:1", "2"),
        ("conventions", "draft", "2"),
        ("export", "keys", "-s", "2"),
        ("export", "keys", "-s", "2", "--format", "rdbtools-csv"),
        *(
            ("query", name, "-s", "2")
            for name in (
                "keys",
                "key_rows",
                "current_keys",
                "key_list",
                "size_histogram",
                "ttl_histogram",
                "expiry_forecast",
                "savings",
                "stream_groups",
                "stream_consumers",
            )
        ),
    ],
    ids=" ".join,
)
def test_commands_that_need_keys_say_so(run: Run, history: Path, command: tuple[str, ...]) -> None:
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    done = run(*command)
    assert (done.returncode, b"snapshot 2 (1.rdb) was thinned" in done.stderr) == (2, True), done.stderr
    assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)


def test_what_stays_answers(run: Run, history: Path) -> None:
    commands = [("tree", "2"), ("top", "2"), ("top", "2", "-n", "100", "--format", "markdown")]
    commands += [("query", name, "-s", "2") for name in ("largest_keys", "patterns", "prefix_tree", "aux")]
    before = [run(*command).stdout for command in commands]
    assert all(before)
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    after = [run(*command) for command in commands]
    assert [done.stdout for done in after] == before
    assert {done.stderr for done in after} == {b""}


@pytest.mark.parametrize("command", ["query", "export"])
def test_sql_of_ones_own_is_told_what_is_gone(run: Run, history: Path, command: str) -> None:
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    chosen = "WHERE snapshot_id = getvariable('snapshot_id')"
    for view, said in (("key_list", True), ("keys", True), ("patterns", False), ("largest_keys", False)):
        done = run(command, f"SELECT count(*) FROM {view} {chosen}", "-s", "2")
        assert (done.returncode, b"note: snapshot 2 (1.rdb) was thinned" in done.stderr) == (0, said), done.stderr
    assert run(command, f"SELECT count(*) FROM keys {chosen}", "-s", "6").stderr == b""


def test_a_comparison_with_a_thinned_snapshot_goes_by_patterns(run: Run, history: Path) -> None:
    (history / "6.rdb").write_bytes(night(6, *strings(b"user", 3500, 90), *strings(b"order", 10)))
    assert run("load", "6.rdb", "--node", "a", "--no-check").returncode == 0
    figures = ("pattern", "old_keys", "new_keys", "old_bytes", "new_bytes")

    def differences() -> list[list[object]]:
        done = run("diff", "6", "7", "--format", "json", "--by", "pattern")
        return [[row[name] for name in figures] for row in json.loads(done.stdout)]

    whole = differences()
    assert len(whole) == 2
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    assert differences() == whole
    assert b"No difference" not in run("diff", "6", "7").stdout
    assert b"single keys cannot be compared" in run("diff", "2", "3").stdout


def test_a_dry_run_does_nothing(run: Run, history: Path) -> None:
    before = (history / "rdbscope.duckdb").read_bytes()
    done = run("snapshots", "prune", "--full", "1", "--keep-daily", "2", "--dry-run")
    assert b"would drop snapshots" in done.stderr
    assert (history / "rdbscope.duckdb").read_bytes() == before


def test_the_configuration_is_the_default(run: Run, history: Path) -> None:
    (history / "rdbscope.toml").write_text("[history]\nfull = 1\nkeep_daily = 1\nkeep_weekly = 0\nkeep_monthly = 0\n")
    assert b"dropped snapshots 1, 2, 3, 4, 5" in run("snapshots", "prune").stderr


def test_no_room_for_the_copy(run: Run, history: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    command = [*program("snapshots", "prune", "--full", "1", "--keep-daily", "9")]
    limit = f"ulimit -f 200; exec {' '.join(command)}"
    done = subprocess.run(
        ["bash", "-c", limit], cwd=history, env=environment(), capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert [path.name for path in history.iterdir() if "compact" in path.name] == []
    assert len(ask(run, "FROM snapshots")) == 6
    assert run("snapshots", "prune", "--full", "1", "--keep-daily", "9").returncode == 0


@pytest.mark.parametrize("delay", [0.25, 0.4, 0.55, 0.7])
def test_a_kill_loses_nothing(run: Run, history: Path, delay: float) -> None:
    started = subprocess.Popen(
        program("snapshots", "prune", "--full", "1", "--keep-daily", "9"),
        cwd=history,
        env=environment(),
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    os.kill(started.pid, signal.SIGKILL)
    started.wait(60)
    newest = ask(run, "SELECT count(*) AS n, max(snapshot_id) AS newest FROM keys WHERE snapshot_id = 6")[0]
    assert newest == {"n": 3000, "newest": 6}
    assert len(ask(run, "FROM snapshots")) == 6
    assert len(ask(run, "SELECT DISTINCT snapshot_id FROM slots")) == 6
    assert run("snapshots", "prune", "--full", "1", "--keep-daily", "9").returncode == 0
    assert [path.name for path in history.iterdir() if "compact" in path.name] == []


@pytest.mark.parametrize("more", [(), ("--full", "1")])
def test_a_left_copy_that_cannot_be_removed(run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    for number in range(2):
        (tmp_path / f"{number}.rdb").write_bytes(night(number, *strings(b"user", 10)))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
    # Not even the superuser removes a folder as a file.
    (tmp_path / "rdbscope.duckdb.compact").mkdir()
    done = run("snapshots", "prune", *more)
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    assert b"rdbscope.duckdb.compact: left by a run that was killed, and cannot be removed: " in done.stderr
    (tmp_path / "rdbscope.duckdb.compact").rmdir()
    assert run("snapshots", "prune").returncode == 0
