"""Every key of every corpus dump against what the server said of it after loading."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from rdbscope.api import load_one
from rdbscope.options import ReadOptions
from rdbscope.store import connect
from rdbscope.store.load import Labels
from tests.conftest import ROOT, SHARED


def _pairs() -> list[tuple[Path, Path]]:
    """Dumps with their truth files."""
    found = []
    folders = (SHARED / "corpus", ROOT / "fixtures")
    for truth in (truth for folder in folders for truth in sorted(folder.rglob("*truth.jsonl.gz"))):
        # Logs and the contents of module values are other jobs.
        if {"aof", "modules"} & set(truth.parts):
            continue
        stem = truth.name.removesuffix("truth.jsonl.gz").removesuffix(".") or "dump"
        for name in (f"{stem}.rdb", f"{stem}.rdb.gz"):
            if (truth.parent / name).exists():
                found.append((truth.parent / name, truth))
                break
    return found


def _id(dump: Path) -> str:
    return str(dump.relative_to(SHARED if dump.is_relative_to(SHARED) else ROOT))


_PAIRS = _pairs()

# Column of the truth, expression of ours. A column that the truth does not have is not compared.
_FACTS = {
    "type": "k.type",
    "encoding": "k.encoding",
    "n": "k.elements",
    "expire_at_ms": "k.expires_at_ms",
    "slot": "k.slot",
    "freq": "k.lfu_frequency",
    "idletime": "k.idle_seconds",
    "fields_with_ttl": "coalesce(k.fields_with_ttl, 0)",
    "min_field_expire_ms": "k.min_field_expires_at_ms",
    "stream.length": "k.elements",
    "stream.last_id": "k.last_id",
    "stream.first_id": "k.first_id",
    "stream.max_deleted_id": "k.max_deleted_id",
    "stream.entries_added": "k.entries_added",
    "stream.groups": "coalesce(k.groups, 0)",
    "stream.pel": "coalesce(k.pending, 0)",
}
# Redis 5.0 says `unknown` for streams.
_SKIPPED = {"encoding": "t.encoding = 'unknown'"}


@pytest.mark.parametrize(("dump", "truth"), _PAIRS, ids=[_id(pair[0]) for pair in _PAIRS])
def test_every_key_equals_the_truth(dump: Path, truth: Path) -> None:
    with connect.temporary() as connection:
        load_one(connection, str(dump), _options(dump), database=None, labels=Labels())
        connection.execute(
            f"CREATE TEMP TABLE truth AS FROM read_json('{truth}', format='newline_delimited', sample_size=-1, "
            "maximum_depth=2)"
        )
        connection.execute("CREATE TEMP TABLE ours AS SELECT *, lower(hex(key_bytes(name, raw))) AS key_hex FROM keys")
        _compare(connection)


def _options(dump: Path) -> ReadOptions:
    """Dumps before Redis 3.2 do not name their server, and 2.8 and 3.0 write the same format."""
    server, _, version = dump.parent.name.partition("-")
    return ReadOptions(server=server, server_version=version) if version.startswith(("2.", "3.0")) else ReadOptions()


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    lost = connection.execute("SELECT db, key_hex FROM truth EXCEPT SELECT db, key_hex FROM ours").fetchall()
    made_up = connection.execute("SELECT db, key_hex FROM ours EXCEPT SELECT db, key_hex FROM truth").fetchall()
    assert (lost, made_up) == ([], [])
    assert (
        connection.execute("SELECT count(*) FROM ours").fetchall()
        == connection.execute("SELECT count(*) FROM truth").fetchall()
    )
    columns = {row[0]: row[1] for row in connection.execute("DESCRIBE truth").fetchall()}
    differences: dict[str, object] = {}
    for fact, expression in _FACTS.items():
        column, _, field = fact.partition(".")
        if column not in columns:
            continue
        if field:
            said = f"json_extract_string(t.{column}, '$.{field}')"
            where, ours = f"json_type(t.{column}, '$.{field}') <> 'NULL'", f"CAST({expression} AS VARCHAR)"
        else:
            said, where, ours = f"t.{column}", "true", expression
            if column in ("fields_with_ttl", "min_field_expire_ms", "slot", "freq", "idletime"):
                where = f"t.{column} IS NOT NULL"
            if column == "idletime":
                # Right after loading a dump without IDLE opcodes every key is 0 seconds idle.
                where += f" AND (t.{column} > 0 OR {ours} IS NOT NULL)"
        skipped = _SKIPPED.get(fact)
        rows = connection.execute(
            f"SELECT k.name, {said}, {ours} FROM truth AS t JOIN ours AS k USING (db, key_hex) "
            f"WHERE {where} AND {said} IS DISTINCT FROM {ours}"
            + (f" AND NOT {skipped}" if skipped else "")
            + " LIMIT 5"
        ).fetchall()
        if rows:
            differences[fact] = rows
    assert differences == {}


def test_the_corpus_is_complete(shared: Path) -> None:
    # 18 zoos, 2 policies, 3 clusters at least: an empty list of pairs must not pass for success.
    assert len(_PAIRS) >= 23
