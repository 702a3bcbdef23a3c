"""Loading: one transaction, the same file once, duplicates, salvage, filters, roll-ups."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import rdbscope
from rdbscope.errors import DumpError
from rdbscope.options import ReadOptions
from tests.conftest import Run
from tests.rdb_writer import CTIME, dump, hash_table, many, string


def _query(database: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "test.duckdb"


def test_the_same_file_is_loaded_once(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(many(10))
    [first] = rdbscope.load(path, db=database)
    [second] = rdbscope.load(path, db=database)
    assert (first.already, second.already, second.snapshot_id) == (False, True, first.snapshot_id)
    [third] = rdbscope.load(path, db=database, force=True)
    assert not third.already
    assert _query(database, "SELECT snapshot_id, keys FROM snapshots") == [(third.snapshot_id, 10)]
    assert _query(database, "SELECT count(*) FROM key_rows") == [(10,)]


def test_other_options_make_another_snapshot(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(many(10))
    rdbscope.load(path, db=database)
    [filtered] = rdbscope.load(path, db=database, options=ReadOptions(match=(b"user:1*",)))
    assert (filtered.already, filtered.keys) == (False, 1)


def test_a_pipe_is_known_again_at_its_end(tmp_path: Path, run: Run) -> None:
    content = many(1000)
    (tmp_path / "dump.rdb").write_bytes(content)
    assert run("load", "dump.rdb").returncode == 0
    done = run("load", "-", stdin=content)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"loaded before as snapshot 1" in done.stderr
    assert _query(tmp_path / "rdbscope.duckdb", "SELECT count(*) FROM key_rows") == [(1000,)]


def test_a_large_pipe_has_the_fingerprint_of_its_file(tmp_path: Path, run: Run) -> None:
    # Larger than head and tail together, so that the middle does not count.
    content = dump(string(b"big", bytes(range(256)) * 12_000))
    (tmp_path / "dump.rdb").write_bytes(content)
    assert run("load", "-", stdin=content).returncode == 0
    assert b"loaded before" in run("load", "dump.rdb").stderr


def test_the_last_of_several_records_is_kept(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(
        dump(
            string(b"a", b"1"),
            string(b"b", b"1"),
            hash_table(b"a", {b"x": b"y"}),
            string(b"a", b"333"),
            databases={1: string(b"a", b"other database")},
        )
    )
    [result] = rdbscope.load(path, db=database)
    assert result.keys == 3
    assert _query(database, "SELECT db, name, type, elements FROM keys ORDER BY db, name") == [
        (0, "a", "string", 3),
        (0, "b", "string", 1),
        (1, "a", "string", 14),
    ]
    [(message,)] = _query(database, "SELECT message FROM anomalies WHERE kind = 'duplicate-key'")
    assert "3 times" in str(message)
    assert _query(database, "SELECT sum(keys) FROM patterns") == [(3,)]


def test_salvage_marks_the_snapshot(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(many(100)[:-500])
    with pytest.raises(DumpError) as raised:
        rdbscope.load(path, db=database)
    assert (raised.value.kind, raised.value.db) == ("truncated", 0)
    [result] = rdbscope.load(path, db=database, options=ReadOptions(salvage=True))
    assert 0 < result.keys < 100
    assert result.damage is not None and "truncated" in result.damage
    assert _query(database, "SELECT damage FROM snapshots") == [(result.damage,)]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (ReadOptions(match=(b"user:[12]",)), {"user:1", "user:2"}),
        (ReadOptions(match=(b"user:1", b"h*")), {"user:1", "h"}),
        (ReadOptions(types=("hash",)), {"h"}),
        (ReadOptions(databases=(3,)), {"elsewhere"}),
    ],
)
def test_filters(tmp_path: Path, database: Path, options: ReadOptions, names: set[str]) -> None:
    path = tmp_path / "dump.rdb"
    users = [string(b"user:%d" % number, b"x") for number in range(4)]
    path.write_bytes(dump(*users, hash_table(b"h", {b"a": b"b"}), databases={3: string(b"elsewhere", b"x")}))
    rdbscope.load(path, db=database, options=options)
    assert {row[0] for row in _query(database, "SELECT name FROM keys")} == names


def test_parts_never_exceed_the_whole(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    names = [b"a:b:c", b"a:b:", b"a::b", b"a:", b":a", b"::", b"", b"a", b"a:b:c:d", b"{x}:y", b"x{a:b}c:d"]
    path.write_bytes(dump(*(string(name, b"v" * 10) for name in names)))
    rdbscope.load(path, db=database)
    per_depth = _query(database, "SELECT depth, sum(keys) FROM prefix_tree GROUP BY depth ORDER BY depth")
    assert per_depth[0] == (1, len(names))
    assert all(int(str(keys)) <= len(names) for _, keys in per_depth)
    assert _query(
        database,
        "SELECT count(*) FROM prefix_nodes AS p WHERE keys < "
        "(SELECT coalesce(sum(keys), 0) FROM prefix_nodes AS c WHERE c.parent_id = p.node_id)",
    ) == [(0,)]
    assert _query(database, "SELECT sum(keys), sum(value_bytes) FROM patterns") == [(len(names), 10 * len(names))]


def test_percentiles_of_equal_sizes_are_that_size(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(dump(*(string(b"k:%d" % number, b"v" * 1000) for number in range(100, 200))))
    rdbscope.load(path, db=database)
    [row] = _query(database, "SELECT p50_bytes, p95_bytes, p99_bytes, max_bytes FROM patterns")
    assert len(set(row)) == 1


def test_extreme_expiries_break_no_view(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "dump.rdb"
    expiries = [-(2**63), -1, 0, CTIME * 1000, CTIME * 1000 + 1, 2**63 - 1]
    path.write_bytes(dump(*(string(b"%d" % at, b"x", expires_at_ms=at) for at in expiries)))
    rdbscope.load(path, db=database)
    rows = _query(database, "SELECT name, expires_at_ms FROM keys")
    assert {int(str(name)): at for name, at in rows} == {at: at for at in expiries}
    views = _query(database, "SELECT view_name FROM duckdb_views() WHERE NOT internal")
    for (view,) in views:
        _query(database, f"SELECT * FROM {view}")
    assert _query(database, "SELECT keys FROM ttl_histogram WHERE class = 0") == [(4,)]


def test_node_and_name(tmp_path: Path, run: Run) -> None:
    (tmp_path / "dump.rdb").write_bytes(many(3))
    assert run("load", "dump.rdb", "--node", "cache-1", "--name", "monday").returncode == 0
    assert _query(tmp_path / "rdbscope.duckdb", "SELECT name, node FROM snapshots") == [("monday", "cache-1")]
    assert run("query", "largest_keys", "-s", "monday", "--format", "jsonl").stdout.count(b"\n") == 3


def test_dropping_snapshots(tmp_path: Path, run: Run) -> None:
    for number in range(3):
        (tmp_path / f"{number}.rdb").write_bytes(many(number + 1))
    assert run("load", "0.rdb", "1.rdb", "2.rdb").returncode == 0
    assert run("snapshots", "drop", "1", "9").returncode == 2
    done = run("snapshots", "drop", "1", "1.rdb")
    assert done.returncode == 0, done.stderr
    database = tmp_path / "rdbscope.duckdb"
    assert _query(database, "SELECT snapshot_id FROM snapshots") == [(3,)]
    for (table,) in _query(
        database,
        "SELECT table_name FROM duckdb_columns() WHERE column_name = 'snapshot_id' AND NOT internal "
        "AND table_name IN (SELECT table_name FROM duckdb_tables())",
    ):
        assert _query(database, f"SELECT DISTINCT snapshot_id FROM {table}") in ([], [(3,)])
