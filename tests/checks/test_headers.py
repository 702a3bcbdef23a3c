"""Every check file is what the runner expects."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from rdbscope.api import load_one
from rdbscope.checks.catalog import built_in, named
from rdbscope.checks.header import Check, parse
from rdbscope.checks.run import Context, prepare
from rdbscope.cluster_nodes import parse as parse_nodes
from rdbscope.conventions.table import parse as conventions
from rdbscope.errors import RdbscopeError, UsageError
from rdbscope.options import ReadOptions
from rdbscope.store import connect
from rdbscope.store.load import Labels
from tests.conftest import ROOT

COLUMNS = [
    "db", "name", "raw", "pattern", "measured", "threshold", "unit", "message", "memory_bytes", "saving_bytes",
]  # fmt: skip
CHECKS = list(built_in().values())
TABLE = "| Pattern | Type | TTL |\n| --- | --- | --- |\n| app:{x} | Hash | 1h |\n"
NODES = f"{'a' * 40} :6379@16379 myself,master - 0 0 1 connected 0-16383\n"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect.temporary() as opened:
        dump = str(ROOT / "fixtures" / "demo" / "shop.rdb.gz")
        loaded = load_one(opened, dump, ReadOptions(), database=None, labels=Labels())
        context = Context(
            conventions=conventions(TABLE, "conventions.md"), cluster_nodes=parse_nodes(NODES, "nodes.conf")
        )
        prepare(opened, loaded.snapshot_id, context)
        yield opened


@pytest.mark.parametrize("check", CHECKS, ids=[check.check_id for check in CHECKS])
def test_the_result_has_the_columns_of_a_finding(check: Check, connection: duckdb.DuckDBPyConnection) -> None:
    described = connection.execute(f"DESCRIBE {check.sql}").fetchall()
    assert [row[0] for row in described] == [*COLUMNS, *(["record_offset"] if check.says_where else [])]
    types = {row[0]: row[1] for row in described}
    assert (types["measured"], types["threshold"], types["memory_bytes"]) == ("DOUBLE", "DOUBLE", "BIGINT")
    assert ";" not in re.sub(r"'[^']*'|--[^\n]*", "", check.sql)


@pytest.mark.parametrize("check", CHECKS, ids=[check.check_id for check in CHECKS])
def test_defaults_in_sql_are_those_of_the_header(check: Check) -> None:
    used = dict(re.findall(rf"coalesce\(getvariable\('{check.check_id}\.(\w+)'\), ([0-9.]+)\)", check.sql))
    assert {name: float(value) for name, value in used.items()} == {one.name: one.default for one in check.params}


def test_a_wrong_header_names_file_and_line() -> None:
    with pytest.raises(RdbscopeError, match=r"x\.sql:3: no 'name: value'"):
        parse("x", "/*---\ntitle: x\nnonsense\n---*/\nSELECT 1", "x.sql")
    with pytest.raises(RdbscopeError, match="has no severity"):
        parse("x", "/*---\ntitle: x\n---*/\nSELECT 1", "x.sql")


def test_a_mistyped_id_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean large-value"):
        named(built_in(), "large-valu")
