"""Every key of every log of the corpus against what the server said of it after loading the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from rdbscope.api import load_one
from rdbscope.errors import DumpError
from rdbscope.options import ReadOptions
from rdbscope.store import connect
from rdbscope.store.load import Labels
from rdbscope.verification import verify_source
from tests.conftest import SHARED

_CASES = sorted(
    path.parent for folder in ("aof", "next") for path in (SHARED / "corpus" / folder).glob("*/*/meta.json")
)
_LOGS = [case for case in _CASES if json.loads((case / "meta.json").read_text()).get("files")]
_WHOLE = [case for case in _LOGS if (case / "truth.jsonl.gz").exists()]
_BROKEN = [case for case in _LOGS if not (case / "truth.jsonl.gz").exists()]

# What a key is. Encodings are compared apart: a log without a dump does not name its server.
_EXACT = {
    "type": "k.type",
    "n": "k.elements",
    "expire_at_ms": "k.expires_at_ms",
    "fields_with_ttl": "coalesce(k.fields_with_ttl, 0)",
    "min_field_expire_ms": "k.min_field_expires_at_ms",
    "stream.last_id": "k.last_id",
    "stream.max_deleted_id": "k.max_deleted_id",
    "stream.entries_added": "CAST(k.entries_added AS VARCHAR)",
    "stream.groups": "CAST(coalesce(k.groups, 0) AS VARCHAR)",
    "stream.pel": "CAST(coalesce(k.pending, 0) AS VARCHAR)",
}
# Written with a time that counts from the load, or by scripts that the log does not tell: see the README of the corpus.
_UNKNOWABLE = "k.name LIKE 'restored:%' AND $major < 7 OR k.name LIKE 'script:%' AND $major < 5"


def _source(case: Path, files: list[dict[str, Any]]) -> Path:
    named: Path = case / next((file for file in files if file["path"].endswith(".manifest")), files[0])["stored_as"]
    return named


def _server(case: Path) -> tuple[str, str]:
    server, _, version = case.parent.name.partition("-")
    return server, version


def _meta(case: Path) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads((case / "meta.json").read_text())
    return meta


@pytest.mark.parametrize("case", _WHOLE, ids=[str(case.relative_to(SHARED / "corpus")) for case in _WHOLE])
def test_keyspace(case: Path) -> None:
    meta = _meta(case)
    server, version = _server(case)
    options = ReadOptions(server=server, server_version=version)
    with connect.temporary() as connection:
        load_one(connection, str(_source(case, meta["files"])), options, database=None, labels=Labels())
        _compare(connection, case, int(version.partition(".")[0]))
        _profile(connection, meta)


def _compare(connection: duckdb.DuckDBPyConnection, case: Path, major: int) -> None:
    truth = case / "truth.jsonl.gz"
    connection.execute(
        f"CREATE TEMP TABLE truth AS FROM read_json('{truth}', format='newline_delimited', sample_size=-1, "
        "maximum_depth=2)"
    )
    # A key whose time had come when the log was loaded is gone in the server.
    connection.execute(
        "CREATE TEMP TABLE ours AS SELECT *, lower(hex(key_bytes(name, raw))) AS key_hex FROM keys "
        "WHERE coalesce(expires_at_ms > 1600000000000, true)"
    )
    unknowable = _UNKNOWABLE.replace("$major", str(major))
    for one, other in (("truth", "ours"), ("ours", "truth")):
        rest = connection.execute(
            f"SELECT db, CAST(unhex(key_hex) AS VARCHAR) AS name FROM {one} ANTI JOIN {other} USING (db, key_hex)"
        ).fetchall()
        assert [row for row in rest if not (major < 5 and "script:" in row[1])] == [], f"in {one} only"
    columns = {row[0] for row in connection.execute("DESCRIBE truth").fetchall()}
    differences: dict[str, object] = {}
    for fact, expression in (*_EXACT.items(), ("encoding", "k.encoding")):
        column, _, field = fact.partition(".")
        if column not in columns:
            continue
        said = f"json_extract_string(t.{column}, '$.{field}')" if field else f"t.{column}"
        where = f"json_type(t.{column}, '$.{field}') <> 'NULL'" if field else "true"
        if column in ("fields_with_ttl", "min_field_expire_ms", "encoding"):
            other = "'unknown'" if column == "encoding" else "-1"
            where = f"t.{column} IS NOT NULL AND t.{column} <> {other}"
        rows = connection.execute(
            f"SELECT k.name, {said}, {expression} FROM truth AS t JOIN ours AS k USING (db, key_hex) "
            f"WHERE {where} AND {said} IS DISTINCT FROM {expression} AND NOT ({unknowable})"
        ).fetchall()
        allowed = 0 if fact != "encoding" else connection.execute("SELECT count(*) // 100 FROM truth").fetchall()[0][0]
        if len(rows) > allowed:
            differences[fact] = rows[:5]
    assert differences == {}


def _profile(connection: duckdb.DuckDBPyConnection, meta: dict[str, Any]) -> None:
    """Counts of commands are those of the files that were read, but for what was cut off."""
    if "cut" in meta or not all(
        "commands" in file or file["path"].endswith(("manifest", "rdb")) for file in meta["files"]
    ):
        return
    names = [row[0] for row in connection.execute("SELECT name FROM aof_parts").fetchall()]
    wanted: dict[str, int] = {}
    for file in meta["files"]:
        if file["path"].rpartition("/")[2] in names or names == [None]:
            for command, count in file.get("commands", {}).items():
                wanted[command] = wanted.get(command, 0) + count
    rows = connection.execute("SELECT command, sum(commands)::BIGINT FROM aof_commands GROUP BY ALL").fetchall()
    assert dict(rows) == wanted


@pytest.mark.parametrize("case", _BROKEN, ids=[str(case.relative_to(SHARED / "corpus")) for case in _BROKEN])
def test_damage_is_refused_with_its_place(case: Path) -> None:
    meta = _meta(case)
    source = str(_source(case, meta["files"]))
    with connect.temporary() as connection, pytest.raises(DumpError) as raised:
        load_one(connection, source, ReadOptions(), database=None, labels=Labels())
    verdict = verify_source(source)
    assert (verdict.kind, verdict.offset) == (raised.value.kind, raised.value.offset)
    assert raised.value.kind == "aof_protocol" and raised.value.offset <= meta["damage"]["overwritten_at"]
    with connect.temporary() as connection:
        result = load_one(connection, source, ReadOptions(salvage=True), database=None, labels=Labels())
        assert result.damage is not None and result.keys > 0


@pytest.mark.parametrize("case", [case for case in _WHOLE if "cut" in _meta(case)], ids=str)
def test_torn_ends_are_cut_where_the_server_cuts(case: Path) -> None:
    meta = _meta(case)
    verdict = verify_source(str(_source(case, meta["files"])))
    assert verdict.whole and len(verdict.warnings) == 1
    left = meta["cut"]["bytes_left_by_loading_server"]
    assert f"byte {left:,}" in verdict.warnings[0] or left == 0


def test_the_corpus_is_complete(shared: Path) -> None:
    assert len(_WHOLE) >= 70 and len(_BROKEN) >= 8
