"""What DuckDB spilled beside the database for a process that was killed is gone with the next one that writes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from rdbscope.store import connect
from tests.conftest import Run, environment
from tests.rdb_writer import many

# Dies as soon as a sort in little memory has spilled.
_DIES_AFTER_SPILLING = """
import os, pathlib, signal, threading, time
from rdbscope.store import connect

def watch():
    while not any(path.stat().st_size for path in pathlib.Path("rdbscope.duckdb.tmp").glob("*")):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)

with connect.writing(pathlib.Path("rdbscope.duckdb"), memory_limit=60 << 20) as connection:
    threading.Thread(target=watch, daemon=True).start()
    connection.execute("CREATE TEMP TABLE a AS SELECT range AS n, repeat(range::VARCHAR, 40) AS s FROM range(3000000)")
"""
_OF_A_DEAD_PROCESS = "duckdb_temp_4_0_storage_DEFAULT-0.tmp"


def test_the_next_load_removes_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "small.rdb").write_bytes(many(10))
    command = [sys.executable, "-c", _DIES_AFTER_SPILLING]
    assert subprocess.run(command, cwd=tmp_path, env=environment(), check=False).returncode == -signal.SIGKILL
    folder = tmp_path / "rdbscope.duckdb.tmp"
    assert list(folder.iterdir())
    # Readers do not hold the lock.
    run("snapshots", "list")
    assert list(folder.iterdir())
    assert run("load", "small.rdb").returncode == 0
    assert not folder.exists()


def test_what_is_not_of_duckdb_stays(tmp_path: Path) -> None:
    folder = tmp_path / "a.duckdb.tmp"
    folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"x")
    (folder / "duckdb_temp_of_last_year").write_bytes(b"x")
    (folder / "duckdb_temp_4_1_owner").symlink_to(elsewhere)
    (folder / _OF_A_DEAD_PROCESS).write_bytes(b"x")
    with connect.writing(tmp_path / "a.duckdb"):
        pass
    assert sorted(path.name for path in folder.iterdir()) == ["duckdb_temp_4_1_owner", "duckdb_temp_of_last_year"]
    assert elsewhere.exists()


def test_a_folder_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / _OF_A_DEAD_PROCESS).write_bytes(b"x")
    (tmp_path / "a.duckdb.tmp").symlink_to(elsewhere)
    with connect.writing(tmp_path / "a.duckdb"):
        pass
    assert (elsewhere / _OF_A_DEAD_PROCESS).exists()


def test_another_thread_may_have_spilled(tmp_path: Path) -> None:
    spilled = tmp_path / "a.duckdb.tmp" / _OF_A_DEAD_PROCESS
    with connect.writing(tmp_path / "a.duckdb"):
        spilled.parent.mkdir()
        spilled.write_bytes(b"x")
        with connect.writing(tmp_path / "a.duckdb"):
            pass
        assert spilled.exists()
    with connect.writing(tmp_path / "a.duckdb"):
        pass
    assert not spilled.exists()
