"""The Python API: the Arrow stream, typed errors, loading."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import rdbscope
from rdbscope import _native
from rdbscope.store import connect, fetch
from tests.conftest import ROOT
from tests.rdb_writer import dump, many, string


def test_an_opened_dump_is_an_arrow_stream(tmp_path: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(many(10))
    opened = rdbscope.open(path)
    for _ in range(2):
        assert duckdb.sql("SELECT count(*), sum(value_bytes) FROM opened").fetchall() == [(10, 70)]
    assert pa.table(opened).num_rows == 10
    table = opened.read_table()
    assert table.schema.names[:3] == ["db", "name", "raw"]
    assert opened.facts()["keys"] == 10
    assert (opened.facts()["server"], opened.facts()["server_version"]) == ("redis", "7.2.6")


def test_errors_are_typed_and_builtin_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "cut.rdb"
    path.write_bytes(dump(string(b"a", b"1"), string(b"open", b"x" * 50))[:-40])
    with pytest.raises(rdbscope.DumpError) as raised:
        rdbscope.open(path).read_table()
    problem = raised.value
    assert (problem.kind, problem.db, problem.key) == ("truncated", 0, b"open")
    assert 0 < problem.offset < path.stat().st_size
    with pytest.raises(FileNotFoundError):
        rdbscope.open(tmp_path / "missing.rdb")
    with pytest.raises(rdbscope.RdbscopeError):
        rdbscope.load(tmp_path / "missing.rdb", db=tmp_path / "x.duckdb")


def test_filters_and_salvage(tmp_path: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(many(20)[:-100])
    assert 0 < rdbscope.open(path, salvage=True).read_table().num_rows < 20
    assert rdbscope.open(path, salvage=True, match=["user:1"]).read_table().num_rows == 1


def test_attributes_that_do_not_exist() -> None:
    with pytest.raises(AttributeError):
        _ = rdbscope.nothing
    assert set(rdbscope.__all__) <= {name for name in rdbscope.__all__ if hasattr(rdbscope, name)}


@pytest.mark.parametrize(
    "name", [b"123456789", b"foo{}{bar}", b"{user}:1", b"", b"{", b"a{b", "ключ{тег}".encode(), b"\\x"]
)
def test_the_slot_macro_agrees_with_the_native_module(name: bytes) -> None:
    with connect.temporary() as connection:
        assert fetch.scalar(connection, "SELECT key_slot(?)", [name.decode()]) == _native.key_slot(name)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("human_bytes(0)", "0 B"),
        ("human_bytes(1023)", "1023 B"),
        ("human_bytes(1536)", "1.5 KiB"),
        ("human_bytes(1048576)", "1.0 MiB"),
        ("human_bytes(NULL)", None),
        ("key_bytes('a', NULL)", b"a"),
        ("key_bytes('\\xff', '\\xFF'::BLOB)", b"\xff"),
        ("ttl(5000, 2000)", 3),
        ("ttl(NULL, 2000)", None),
        ("ttl(9223372036854775807, -9223372036854775807)", 18446744073709551),
        ("hash_tag('a{b}c')", "b"),
        ("hash_tag('a{}c')", None),
        ("timestamp_of(9223372036854775807)", None),
    ],
)
def test_macros(expression: str, value: object) -> None:
    with connect.temporary() as connection:
        assert fetch.scalar(connection, f"SELECT {expression}") == value


def test_everything_in_the_file_is_documented() -> None:
    with connect.temporary(commented=True) as connection:
        undocumented = fetch.rows(
            connection,
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL "
            "UNION ALL SELECT table_name, '' FROM duckdb_tables() WHERE NOT internal AND comment IS NULL "
            "UNION ALL SELECT view_name, '' FROM duckdb_views() WHERE NOT internal AND comment IS NULL "
            "UNION ALL SELECT function_name, '' FROM duckdb_functions() WHERE NOT internal AND comment IS NULL "
            "AND function_type = 'macro' AND schema_name = 'main' AND database_name = current_database()",
        )
    assert undocumented == []


def test_the_storage_version_is_pinned(tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(many(1))
    rdbscope.load(tmp_path / "dump.rdb", db=tmp_path / "x.duckdb")
    with duckdb.connect(str(tmp_path / "x.duckdb"), read_only=True) as connection:
        [(tags,)] = connection.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'x'").fetchall()
    assert "v1.4.0" in str(tags)


def test_the_readme_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        script = block.replace("fixtures/", f"{ROOT}/fixtures/")
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert b"3684" in done.stdout
