"""A reader that is left open costs no night: whoever writes waits a while for it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rdbscope import load
from rdbscope.errors import DatabaseLockedError
from rdbscope.store import connect
from tests.conftest import environment, program
from tests.rdb_writer import dump, string

_READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "a.rdb").write_bytes(dump(string(b"a", b"1")))
    load(tmp_path / "a.rdb", db=tmp_path / "rdbscope.duckdb", check=False)
    (tmp_path / "rdbscope.toml").write_text('[[nodes]]\nname = "a"\ndumps = "a.rdb"\n')
    return tmp_path / "rdbscope.duckdb"


@contextlib.contextmanager
def reader(database: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the database open, until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", _READER, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        try:
            yield process
        finally:
            process.stdin.close()


@pytest.mark.parametrize(
    "command",
    [["load", "--force", "a.rdb"], ["nightly"], ["snapshots", "prune", "--full", "1"]],
    ids=lambda one: one[0],
)
def test_a_writer_waits_for_a_reader(database: Path, command: list[str]) -> None:
    with reader(database) as other:
        assert other.stdin is not None
        with subprocess.Popen(
            program(*command), cwd=database.parent, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            assert process.stderr is not None
            said = process.stderr.readline().decode()
            assert said.startswith(f"rdbscope: note: {database.name}: locked by another process (python"), said
            assert said.endswith(f", process {other.pid}); waiting for it, at most 60 s\n")
            other.stdin.close()
            rest = process.stderr.read()
            assert process.wait(60) == 0, rest


def test_a_wait_ends(database: Path) -> None:
    said: list[str] = []
    with reader(database):
        with connect.patient(said.append, seconds=0.5), pytest.raises(DatabaseLockedError), connect.writing(database):
            pass
        assert len(said) == 1 and "at most 0.5 s" in said[0]
        # Nobody waits who was not asked to.
        with pytest.raises(DatabaseLockedError) as raised, connect.writing(database):
            pass
        assert "CLI" not in str(raised.value) and "http" not in str(raised.value)
        with connect.reading(database):
            pass
    assert len(said) == 1
