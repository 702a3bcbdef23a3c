"""SIGTERM, as service managers and `timeout` send it: the end is that of Ctrl-C, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.conftest import Run, environment, program
from tests.rdb_writer import many

_HALF = many(200_000)[: 4 << 20]


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "-"),
        ("load", "--to-parquet", "folder", "-"),
        ("check", "-"),
        ("report", "-", "-o", "out.html"),
        ("export", "-", "-o", "out.csv"),
        ("export", "-", "--columns", "pattern", "--format", "parquet", "-o", "out.parquet"),
        ("whatif", "-", "--as", "all", "-o", "out.txt"),
        ("verify", "-"),
    ],
    ids=" ".join,
)
def test_a_dump_that_does_not_end(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    with _started(work, temporary, *arguments, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        # A pipe whose writer stops in the middle, and stays.
        process.stdin.write(_HALF)
        process.stdin.flush()
        # As `timeout` sends it: to the process and to its group.
        _terminate(process, 2)
    left = {path.name for path in work.iterdir()} - {"rdbscope.duckdb"}
    assert (left, list(temporary.iterdir())) == (set(), [])


def test_a_log_that_does_not_end(tmp_path: Path) -> None:
    """It is put aside first, because it is read twice."""
    with _started(tmp_path, tmp_path, "load", "-", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n" * 100_000)
        process.stdin.flush()
        _terminate(process, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["rdbscope.duckdb"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_statement_that_does_not_end(run: Run, tmp_path: Path, number: signal.Signals, code: int) -> None:
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    temporary.mkdir()
    work.mkdir()
    (work / "a.rdb").write_bytes(many(10))
    database = work / "rdbscope.duckdb"
    assert run("load", "--db", database, work / "a.rdb").returncode == 0
    endless = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"
    with _started(work, temporary, "query", endless, "-o", "out.csv") as process:
        time.sleep(1.5)
        process.send_signal(number)
        assert process.wait(20) == code
    assert ({path.name for path in work.iterdir()}, list(temporary.iterdir())) == ({"a.rdb", database.name}, [])


def test_who_starts_us_may_have_it_ignored(tmp_path: Path) -> None:
    with (
        _handled(signal.SIGTERM, signal.SIG_IGN),
        _started(tmp_path, tmp_path, "verify", "-", stdin=subprocess.PIPE) as process,
    ):
        assert process.stdin is not None
        process.stdin.write(many(10))
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        process.stdin.close()
        assert process.wait(30) == 0


@contextlib.contextmanager
def _started(
    work: Path, temporary: Path, *arguments: str, stdin: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    # In the background of a shell the tests run with Ctrl-C ignored, and so would what they start.
    with _handled(signal.SIGINT, signal.default_int_handler):
        process = subprocess.Popen(
            program(*arguments),
            cwd=work,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(TMPDIR=str(temporary)),
        )
    with process:
        try:
            yield process
        finally:
            # One that does not end shall fail the test and not hold it.
            process.kill()


@contextlib.contextmanager
def _handled(
    number: signal.Signals, handler: Callable[[int, FrameType | None], Any] | signal.Handlers
) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _terminate(process: subprocess.Popen[bytes], times: int) -> None:
    time.sleep(1.5)
    assert process.poll() is None
    for _ in range(times):
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.01)
    began = time.monotonic()
    assert process.wait(20) == 143
    assert time.monotonic() - began < 10
    assert process.stderr is not None
    said = process.stderr.read().decode()
    assert said.startswith("rdbscope: error: ") and "interrupted" in said and said.count("\n") == 1, said
