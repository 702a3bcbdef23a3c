"""A database with a damaged block: the database is to blame, and no check, no query and no program."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.conftest import Run
from tests.history.nights import night, strings

_HEADERS, _BLOCK = 3 * 4096, 256 * 1024


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two snapshots of one node."""
    from rdbscope import load

    folder = tmp_path_factory.mktemp("sound")
    for number in range(2):
        path = folder / f"{number}.rdb"
        path.write_bytes(night(number, *strings(b"app:session", 5000 + number), *strings(b"page", 20)))
        load(str(path), db=folder / "rdbscope.duckdb", node="a")
    return folder / "rdbscope.duckdb"


def _damage(sound: Path, copy: Path, table: str) -> None:
    """Copies the database, and turns bits in the middle of each block that holds rows of the table."""
    with duckdb.connect(str(sound), read_only=True) as connection:
        rows = connection.execute(f"SELECT DISTINCT block_id FROM pragma_storage_info('{table}') WHERE persistent")
        blocks = [row[0] for row in rows.fetchall() if row[0] is not None and row[0] >= 0]
    assert blocks
    content = bytearray(sound.read_bytes())
    for block in blocks:
        place = _HEADERS + block * _BLOCK + _BLOCK // 2
        content[place] ^= 0xFF
    copy.write_bytes(content)


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("key_rows", ["check"]),
        ("key_rows", ["top"]),
        ("key_rows", ["key", "page:1"]),
        ("key_rows", ["query", "SELECT sum(memory_bytes) FROM keys"]),
        ("key_rows", ["report", "--format", "html", "-o", "out.html"]),
        ("patterns", ["trends"]),
        ("patterns", ["diff", "1", "2"]),
        ("snapshots", ["snapshots", "list"]),
        ("snapshots", ["report"]),
    ],
)
def test_a_damaged_block_is_the_fault_of_the_database(
    run: Run, tmp_path: Path, sound: Path, table: str, command: list[str]
) -> None:
    _damage(sound, tmp_path / "rdbscope.duckdb", table)
    done = run(*command)
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines)) == (4, 1), done.stderr
    assert lines[0].startswith("rdbscope: error: rdbscope.duckdb: damaged: Corrupt database file: ")


def test_a_wrong_query_is_still_the_fault_of_the_query(run: Run, tmp_path: Path, sound: Path) -> None:
    (tmp_path / "rdbscope.duckdb").write_bytes(sound.read_bytes())
    done = run("query", "SELECT none FROM keys")
    assert done.returncode == 2 and done.stderr.startswith(b"rdbscope: error: query: ")
