"""Several sources at once: order, failures, the same file twice, Ctrl-C."""

from __future__ import annotations

import gzip
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Run, environment, program
from tests.rdb_writer import many


def _snapshots(folder: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "rdbscope.duckdb"), read_only=True) as connection:
        sql = (
            "SELECT s.name, s.keys, (SELECT count(*) FROM keys k WHERE k.snapshot_id = s.snapshot_id) FROM snapshots s"
        )
        return connection.execute(f"{sql} ORDER BY s.snapshot_id").fetchall()


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_results_come_in_the_order_of_the_sources(tmp_path: Path, run: Run, jobs: str) -> None:
    sizes = {"a.rdb": 30_000, "b.rdb": 10, "c.rdb.gz": 20_000, "d.rdb": 5}
    for name, keys in sizes.items():
        content = many(keys)
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    (tmp_path / "broken.rdb").write_bytes(many(100)[:-40])
    done = run("load", "--jobs", jobs, "a.rdb", "b.rdb", "broken.rdb", "missing.rdb", "c.rdb.gz", "d.rdb")
    assert done.returncode == 3
    said = done.stdout.decode()
    places = [said.index(name) for name in sizes]
    assert places == sorted(places)
    problems = done.stderr.decode()
    assert problems.index("broken.rdb") < problems.index("missing.rdb: no such file")
    assert _snapshots(tmp_path) == [(name, keys, keys) for name, keys in sizes.items()]


def test_the_same_file_under_two_names_is_loaded_once(tmp_path: Path, run: Run) -> None:
    for name in ("a.rdb", "b.rdb"):
        (tmp_path / name).write_bytes(many(20_000))
    done = run("load", "--jobs", "2", "a.rdb", "b.rdb")
    assert done.returncode == 0
    assert b"b.rdb: loaded before as snapshot" in done.stderr
    assert _snapshots(tmp_path) == [("a.rdb", 20_000, 20_000)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_stops_all_of_them_and_leaves_nothing_by_halves(
    tmp_path: Path, run: Run, number: signal.Signals, code: int
) -> None:
    (tmp_path / "small.rdb").write_bytes(many(10))
    (tmp_path / "large.rdb").write_bytes(many(400_000))
    assert run("load", "small.rdb").returncode == 0
    content = many(100_000)
    with subprocess.Popen(
        program("load", "--jobs", "2", "-", "large.rdb"),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None and process.stderr is not None
        stdin = process.stdin
        # A pipe whose writer stops in the middle: its load is surely under way.
        stdin.write(content[: len(content) // 2])
        stdin.flush()
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(20) == code
        assert b"stdin: interrupted" in process.stderr.read()
        stdin.close()
    # Each source commits alone: the other one is there whole or not at all.
    found = _snapshots(tmp_path)
    assert found in ([("small.rdb", 10, 10)], [("small.rdb", 10, 10), ("large.rdb", 400_000, 400_000)])
