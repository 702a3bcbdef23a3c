"""`rdbscope query`: names, SQL, files and standard input; closed to everything outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.rdb_writer import dump, hash_table, many, string


@pytest.fixture
def loaded(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "dump.rdb").write_bytes(
        dump(string(b"a:1", b"x"), string(b"a:2", b"yy"), hash_table(b"h", {b"f": b"v"}))
    )
    assert run("load", "dump.rdb").returncode == 0
    return run


def test_sql_from_argument_file_and_stdin(loaded: Run, tmp_path: Path) -> None:
    sql = "SELECT type, count(*) AS n FROM keys GROUP BY type ORDER BY type"
    (tmp_path / "by_type.sql").write_text(f"-- by type\n{sql};\n")
    expected = b"type,n\nhash,1\nstring,2\n"
    assert loaded("query", sql, "--format", "csv").stdout == expected
    assert loaded("query", "./by_type.sql", "--format", "csv").stdout == expected
    assert loaded("query", "-", "--format", "csv", stdin=sql.encode()).stdout == expected


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "LOAD '/tmp/evil.duckdb_extension'",
        "SET threads = 1",
        "SET enable_external_access = true",
        "DELETE FROM key_rows",
        "CREATE TABLE t (a INTEGER)",
        "DROP VIEW keys",
        "EXPORT DATABASE 'folder'",
        "SELECT * FROM os",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_a_query_has_no_way_out(loaded: Run, tmp_path: Path, sql: str) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    done = loaded("query", sql)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert loaded("query", sql, "-s", "dump.rdb").returncode == 2 or sql.startswith(("DELETE", "CREATE", "DROP"))


def test_allow_files_opens_files(loaded: Run, tmp_path: Path) -> None:
    (tmp_path / "owners.csv").write_text("namespace,team\na,blue\n")
    sql = "SELECT DISTINCT o.team FROM keys AS k JOIN 'owners.csv' AS o ON o.namespace = k.namespace"
    assert loaded("query", sql).returncode == 2
    assert loaded("query", "--allow-files", sql, "--format", "csv").stdout == b"team\nblue\n"


def test_a_view_answers_for_one_snapshot(loaded: Run, tmp_path: Path) -> None:
    (tmp_path / "second.rdb").write_bytes(many(7))
    assert loaded("load", "second.rdb").returncode == 0

    def keys(*arguments: str) -> int:
        done = loaded("query", "ttl_histogram", "--format", "json", *arguments)
        return sum(row["keys"] for row in json.loads(done.stdout))

    assert (keys(), keys("-s", "1"), keys("-s", "dump.rdb"), keys("-s", "2")) == (7, 3, 3, 7)
    done = loaded("query", "SELECT getvariable('snapshot_id') AS s", "-s", "1", "--format", "csv")
    assert done.stdout == b"s\n1\n"


def test_statements_that_are_no_select(loaded: Run) -> None:
    assert b"memory_bytes" in loaded("query", "DESCRIBE keys", "--format", "csv").stdout
    assert loaded("query", "EXPLAIN SELECT 1", "--format", "csv").stdout.startswith(b"explain_key,explain_value\n")
    assert loaded("query", "SET VARIABLE x = 3; SELECT getvariable('x') AS x", "--format", "csv").stdout == b"x\n3\n"


def test_unknown_names_are_told(loaded: Run) -> None:
    done = loaded("query", "no_such_view")
    assert (done.returncode, b"query --list" in done.stderr) == (2, True)
    assert loaded("query", "keys", "-s", "no such snapshot").returncode == 2


def test_the_list_names_every_view(loaded: Run) -> None:
    listed = json.loads(loaded("query", "--list", "--format", "json").stdout)
    described = {row["name"]: row["description"] for row in listed}
    assert {"keys", "patterns", "largest_keys", "prefix_tree", "anomalies"} <= set(described)
    assert all(described.values())


def test_a_table_is_cut_with_a_note(loaded: Run) -> None:
    done = loaded("query", "FROM range(50)", "--max-rows", "10")
    assert done.stdout.count(b"\n") == 12
    assert b"more than 10 rows" in done.stderr
    assert loaded("query", "FROM range(50)", "--max-rows", "0").stdout.count(b"\n") == 52
    assert loaded("--quiet", "query", "FROM range(50)", "--max-rows", "10").stderr == b""


def test_an_output_file_appears_whole(loaded: Run, tmp_path: Path) -> None:
    done = loaded("query", "SELECT 1 AS a", "--format", "csv", "-o", "out.csv")
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "out.csv").read_text() == "a\n1\n"
    loaded("query", "SELECT error('no') FROM range(100000)", "--format", "csv", "-o", "out.csv")
    assert (tmp_path / "out.csv").read_text() == "a\n1\n"
