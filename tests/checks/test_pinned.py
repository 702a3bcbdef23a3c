"""What a run of checks reads in place of the views, and in which order it takes keys that are equally bad."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from rdbscope.api import load_one
from rdbscope.checks import pinned
from rdbscope.checks import run as runs
from rdbscope.checks.catalog import built_in
from rdbscope.checks.header import Check, parse
from rdbscope.errors import UsageError
from rdbscope.options import ReadOptions
from rdbscope.store import connect
from rdbscope.store.load import Labels
from tests.checks.test_command import _CHECK
from tests.conftest import ROOT, Run
from tests.rdb_writer import dump, string

DUMPS = ("redis-2.4.18", "redis-8.10.2", "written-valkey081")
CHECKS = [check for check in built_in().values() if "current_keys" in check.sql]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three snapshots, the second with hashes that share their names of fields."""
    with connect.temporary() as opened:
        for name in DUMPS:
            path = str(ROOT / "fixtures" / "rdb" / f"{name}.rdb.gz")
            load_one(opened, path, ReadOptions(), database=None, labels=Labels())
        yield opened


@pytest.mark.parametrize("snapshot_id", range(1, 1 + len(DUMPS)))
def test_the_keys_are_those_of_the_view(connection: duckdb.DuckDBPyConnection, snapshot_id: int) -> None:
    connection.execute(f"SET VARIABLE snapshot_id = {snapshot_id}")
    columns = [row[0] for row in connection.execute("DESCRIBE current_keys").fetchall()]
    everything = connection.execute("SELECT * FROM current_keys ORDER BY record_offset").fetchall()
    keys = pinned.Keys(connection, snapshot_id)
    whole = connection.execute(f"SELECT * FROM ({keys.naming(' '.join(columns))}) ORDER BY record_offset")
    assert [column[0] for column in whole.description or ()] == columns
    assert whole.fetchall() == everything and everything
    for position, column in enumerate(columns):
        some = connection.execute(f"SELECT {column} FROM ({keys.naming(f'{column} record_offset')})")
        assert sorted(map(repr, some.fetchall())) == sorted(repr((row[position],)) for row in everything), column


def test_templates_share_their_bytes(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute("SELECT count(*) > 0 FROM templates WHERE snapshot_id = 2").fetchone() == (True,)


def test_joins_without_use_are_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    keys = pinned.Keys(connection, 1)
    assert keys.naming("SELECT k.db, k.memory_bytes FROM current_keys AS k").count("JOIN") == 0
    assert "pattern_merges" in keys.naming("SELECT k.pattern") and "forms" not in keys.naming("SELECT k.pattern")
    assert "key_facts" in pinned.Keys(connection, 2).naming("SELECT k.memory_bytes")


@pytest.mark.parametrize("check", CHECKS, ids=[check.check_id for check in CHECKS])
def test_checks_of_keys_say_where_they_lie(check: Check) -> None:
    """Those of the write profile flag few keys, and those of slots and groups no keys."""
    assert check.says_where == (check.subject == "key" and "aof_" not in check.sql)


def test_only_the_last_column_counts() -> None:
    text = _CHECK.partition("SELECT")[0]
    for sql, expected in (
        ("SELECT k.db, k.record_offset FROM current_keys AS k", True),
        ("WITH a AS (SELECT k.record_offset FROM current_keys AS k) SELECT a.db FROM a", False),
        ("SELECT k.record_offset, k.db FROM current_keys AS k", False),
        ("SELECT ') record_offset FROM ' AS db FROM a -- record_offset FROM", False),
    ):
        assert parse("x", text + sql, "x.sql").says_where is expected, sql


def _found(run: Run, *arguments: str) -> list[dict[str, object]]:
    done = run("check", "dump.rdb", *arguments, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_of_equal_keys_the_first_of_the_file_are_shown(run: Run, tmp_path: Path) -> None:
    names = [b"app:cache:product:%d" % number for number in (5, 7, 3, 9, 1)]
    (tmp_path / "dump.rdb").write_bytes(dump(*(string(name, b"text") for name in names), checksum=True))
    (found,) = _found(run, "cache-without-ttl")
    assert found["examples"] == [f"app:cache:product:{number}" for number in (5, 7, 3)]
    (tmp_path / "rdbscope.toml").write_text(
        '[[suppress]]\ncheck = "cache-without-ttl"\nkey = "*:[57]"\nreason = "known"\n'
    )
    (found,) = _found(run, "cache-without-ttl")
    assert (found["keys"], found["examples"]) == (3, [f"app:cache:product:{number}" for number in (3, 9, 1)])


def test_a_check_of_the_user_may_say_where(run: Run, tmp_path: Path) -> None:
    names = [b"app:user:%d" % number for number in (5, 7, 3, 9)]
    (tmp_path / "dump.rdb").write_bytes(dump(*(string(name, b"v") for name in names), checksum=True))
    (tmp_path / "rdbscope.toml").write_text('[checks]\nfolders = ["ops"]\nselect = ["tiny-value"]\n')
    (tmp_path / "ops").mkdir()
    file = tmp_path / "ops" / "tiny-value.sql"
    file.write_text(_CHECK)
    (by_name,) = _found(run)
    file.write_text(_CHECK.replace("AS saving_bytes", "AS saving_bytes, k.record_offset"))
    (by_place,) = _found(run)
    assert by_name["examples"] == ["app:user:9", "app:user:7", "app:user:5"]
    assert by_place["examples"] == ["app:user:5", "app:user:7", "app:user:3"]
    assert {**by_name, "examples": []} == {**by_place, "examples": []}
    file.write_text(_CHECK.replace("AS saving_bytes", "AS saving_bytes, CAST(NULL AS BIGINT) AS record_offset"))
    (nowhere,) = _found(run)
    assert (nowhere["keys"], nowhere["examples"]) == (4, [])
    file.write_text(_CHECK.replace("AS saving_bytes", "AS saving_bytes, k.dump_bytes"))
    assert b"one of keys may add record_offset" in run("check", "dump.rdb").stderr


def test_many_places_are_found_as_few_are(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = [check for check in CHECKS if not check.needs]
    found = []
    for few in (256, 0):
        monkeypatch.setattr(runs, "_FEW_PLACES", few)
        found.append([runs.run(connection, number, checks, runs.Context(now_ms=0)).findings for number in (1, 2, 3)])
        runs.release(connection)
    assert found[0] == found[1] and sum(map(len, found[0])) > 5


def test_a_run_that_failed_leaves_nothing_to_the_next(connection: duckdb.DuckDBPyConnection) -> None:
    broken = parse("broken", _CHECK.partition("SELECT")[0] + "SELECT nothing FROM current_keys", "broken.sql")
    with pytest.raises(UsageError):
        runs.run(connection, 1, [broken], runs.Context())
    runs.prepare(connection, 2, runs.Context())
    assert connection.execute("SELECT snapshot_id FROM current_snapshot").fetchall() == [(2,)]
    runs.release(connection)
