"""A folder of Parquet files answers as the database of the same dumps does."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import duckdb
import pytest

from rdbscope.query_files import load as canned
from rdbscope.query_files import views
from rdbscope.store import connect
from rdbscope.store.parquet_folder.files import ReadOnlyFiles, _File
from rdbscope.store.snapshots import TABLES
from tests.conftest import ROOT, Run
from tests.rdb_writer import CTIME, aux, crc64, dump, many, string
from tests.reports.dumps import night

FIXTURES = sorted((ROOT / "fixtures/rdb").glob("*.rdb.gz"))
# How a database finds the rows of `keys` is its own affair.
OTHER = ("key_rows", "pattern_merges", "snapshots")


def _taken(content: bytes, day: int) -> bytes:
    """The same dump, taken at another day."""
    body = content[:-8].replace(aux(b"ctime", b"%d" % CTIME), aux(b"ctime", b"%d" % (CTIME + 86_400 * day)))
    return body + crc64(body).to_bytes(8, "little")


def _write_cluster(folder: Path) -> list[str]:
    """Three shards, one of them with a replica, two nights."""
    names = []
    for day in (1, 2):
        for shard in range(3):
            content = night(day + shard, repl_id=b"%040d" % shard, offset=day * 100, prefix=b"s%d:" % shard)
            names.append(f"node-{shard}-2026-11-2{day}.rdb")
            (folder / names[-1]).write_bytes(_taken(content, day))
    replica = night(3, repl_id=b"%040d" % 1, offset=190, prefix=b"s1:")
    names.append("node-9-2026-11-22.rdb")
    (folder / names[-1]).write_bytes(_taken(replica, 2))
    return names


def _both(run: Run, sources: list[str], *options: str) -> None:
    """The same dumps in `folder` and in `database`, loaded in the order in which the folder numbers them."""
    done = run("load", "--to-parquet", "folder", *options, *sources)
    assert done.returncode == 0, done.stderr
    ordered = _rows(run, "folder", "SELECT source FROM snapshots ORDER BY snapshot_id")
    done = run("load", "--jobs", "1", "--db", "database", *options, *(str(row["source"]) for row in ordered))
    assert done.returncode == 0, done.stderr


def _rows(run: Run, place: str, sql: str) -> list[dict[str, object]]:
    done = run("query", "--db", place, "--format", "jsonl", sql)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _answers(run: Run, place: str, *arguments: str) -> tuple[int, bytes, bytes]:
    done = run(*arguments, "--db", place)
    return done.returncode, done.stdout, done.stderr


def _same(run: Run, *arguments: str) -> bytes:
    of_folder, of_database = (_answers(run, place, *arguments) for place in ("folder", "database"))
    assert of_folder == of_database
    return of_folder[1]


def _content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def opened(tmp_path: Path, run: Run) -> Path:
    """A folder with two small snapshots."""
    for name, keys in (("a.rdb", 50), ("b.rdb", 70)):
        (tmp_path / name).write_bytes(many(keys, prefix=name.encode() + b":"))
        assert run("load", "--to-parquet", "folder", name).returncode == 0
    return tmp_path / "folder"


def test_every_table_and_view_is_the_same(run: Run, tmp_path: Path) -> None:
    sources = [str(path) for path in FIXTURES] + [
        str(ROOT / "fixtures/aof/shop"),
        str(ROOT / "fixtures/demo/shop.rdb.gz"),
    ]
    _both(run, sources, "--no-check")
    with (
        connect.reading(tmp_path / "folder") as folder,
        connect.reading(tmp_path / "database") as database,
    ):
        for name in [view.name for view in views()] + [table for table in TABLES if table not in OTHER]:
            loaded_at = " EXCLUDE (loaded_at)" if name == "current_snapshot" else ""
            sql = f"SELECT *{loaded_at} FROM {name} ORDER BY ALL"
            assert folder.execute(sql).fetchall() == database.execute(sql).fetchall(), name
            described = f"DESCRIBE {name}"
            types = [row[:2] for row in folder.execute(described).fetchall()]
            assert types == [row[:2] for row in database.execute(described).fetchall()], name
            comments = f"SELECT column_name, comment FROM duckdb_columns() WHERE table_name = '{name}' ORDER BY ALL"
            assert folder.execute(comments).fetchall() == database.execute(comments).fetchall(), name
        # All that is read of the rows of keys, but for the first numbers of patterns.
        rows = "SELECT * EXCLUDE (pattern_id) FROM key_rows ORDER BY ALL"
        assert folder.execute(rows).fetchall() == database.execute(rows).fetchall()
        shared = "SELECT count(*) FROM keys AS k JOIN templates USING (snapshot_id, template_id) WHERE share_bytes > 0"
        assert folder.execute(shared).fetchall() > [(0,)], "no fixture has a template"
        snapshots = "SELECT * EXCLUDE (loaded_at) FROM snapshots ORDER BY ALL"
        assert folder.execute(snapshots).fetchall() == database.execute(snapshots).fetchall()


def test_commands_answer_the_same(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rdbscope.toml").write_text('[owners]\n"s1" = "payments"\n"session" = "web"\n')
    names = _write_cluster(tmp_path)
    _both(run, names)
    for name in names:
        # From here on the names are those of snapshots.
        (tmp_path / name).unlink()
    now = ("--now", "2026-11-25T00:00:00Z")
    findings = _same(run, "check", *now, "--format", "json")
    assert json.loads(findings)["findings"]
    _same(run, "check", "node-0-2026-11-21.rdb", "--keys", *now, "--format", "jsonl")
    report = json.loads(_same(run, "report", "node-1-2026-11-22.rdb", "--format", "json"))
    assert report["tables"]["changes"]["rows"]
    _same(run, "report", "--owner", "payments", "--format", "json")
    for by in ("total", "type", "pattern", "key"):
        assert _same(run, "diff", "--by", by, "--format", "csv").count(b"\n") > 1
    _same(run, "diff", "1", "node-2-2026-11-22.rdb")
    _same(run, "trends", "--format", "json")
    _same(run, "top", "--format", "json")
    _same(run, "tree", "--format", "json")
    _same(run, "key", "s1:user:7", "node-1-2026-11-22.rdb", "--format", "json")
    _same(run, "query", "largest_keys", "-s", "2", "--format", "csv")
    _same(run, "snapshots", "list", "--format", "table")
    _same(run, "export", "key_list", "--format", "csv")


def test_a_cluster_is_one_report_and_its_replica_counts_once(run: Run, tmp_path: Path) -> None:
    _both(run, _write_cluster(tmp_path))
    report = json.loads(_same(run, "report", "--all-nodes", "--format", "json"))
    counted = {row["node"]: row["counted"] for row in report["tables"]["nodes"]["rows"]}
    assert counted == {
        "node-0-2026-11-22.rdb": "yes",
        "node-1-2026-11-22.rdb": "yes",
        "node-2-2026-11-22.rdb": "yes",
        "node-9-2026-11-22.rdb": "no, a copy",
    }
    whole = report["figures"]
    keys = _rows(run, "folder", "SELECT sum(keys) AS keys FROM snapshots WHERE name LIKE 'node-_-2026-11-22.rdb'")
    replica = _rows(run, "folder", "SELECT keys FROM snapshots WHERE name LIKE 'node-9%'")
    assert whole["keys"]["value"] == int(str(keys[0]["keys"])) - int(str(replica[0]["keys"]))


def test_any_tool_reads_the_files(opened: Path) -> None:
    with duckdb.connect() as bare:
        bare.execute(f"SET file_search_path = '{opened}'")
        columns = [row[0] for row in bare.execute("DESCRIBE FROM 'keys/*.parquet'").fetchall()]
        assert columns == list(canned("views", "keys").columns)
        joined = "FROM 'keys/*.parquet' AS k JOIN 'snapshots/*.parquet' AS s USING (snapshot_id)"
        found = bare.execute(f"SELECT s.name, count(*), min(k.name) {joined} GROUP BY ALL ORDER BY ALL").fetchall()
    assert found == [("a.rdb", 50, "a.rdb:0"), ("b.rdb", 70, "b.rdb:0")]


def test_a_condition_on_the_snapshot_reaches_the_files(opened: Path) -> None:
    other = next(path for path in (opened / "keys").iterdir() if path.name.startswith("b.rdb"))
    with connect.reading(opened) as connection:
        # Of this file nothing can be read any more, not even its size.
        other.write_bytes(b"")
        connection.execute("SET VARIABLE snapshot_id = 1")
        for table in ("keys", "key_rows", "current_keys"):
            found = connection.execute(f"SELECT count(*) FROM {table} WHERE snapshot_id = 1").fetchall()
            assert found == [(50,)], table
        assert connection.execute("SELECT count(*) FROM current_keys").fetchall() == [(50,)]
        with pytest.raises(duckdb.Error, match=re.escape(other.name)):
            connection.execute("SELECT count(DISTINCT name) FROM keys").fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{file}'",
        "COPY (SELECT 1) TO 'folder://keys/{name}' (FORMAT parquet, USE_TMP_FILE false)",
        "COPY (SELECT 1) TO 'folder://keys/new.parquet' (FORMAT parquet)",
        "COPY (SELECT 1) TO 'folder://a.rdb' (FORMAT csv)",
        "EXPORT DATABASE '{folder}/export'",
        "EXPORT DATABASE 'folder://keys'",
        "ATTACH '{folder}/new.duckdb' AS n",
        "ATTACH 'folder://keys/new.duckdb' AS n",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_blob(['folder:///etc/hostname', 'folder://../a.rdb'])",
        "SELECT * FROM '{file}'",
        "SET enable_external_access = true",
    ],
)
def test_queries_neither_write_nor_reach_other_files(opened: Path, run: Run, sql: str) -> None:
    before = _content(opened)
    name = next((opened / "keys").iterdir()).name
    done = run("query", "--db", "folder", sql.format(folder=opened, file=opened / "keys" / name, name=name))
    if "read_blob" in sql:
        # Names that are none of the folder's match nothing.
        assert done.stdout.count(b"\n") <= 2, done.stdout
    else:
        assert (done.returncode in (2, 4), done.stdout, done.stderr.count(b"\n")) == (True, b"", 1), done.stderr
    assert b"Traceback" not in done.stderr
    assert _content(opened) == before


def test_readers_change_nothing(opened: Path, run: Run) -> None:
    before = _content(opened)
    for arguments in (
        ("check",),
        ("report",),
        ("query", "keys"),
        ("diff", "1", "2"),
        ("snapshots", "prune", "--dry-run"),
    ):
        assert run(*arguments, "--db", "folder").returncode == 0
    for arguments in (("snapshots", "drop", "1"), ("snapshots", "prune"), ("load", "a.rdb")):
        done = run(*arguments, "--db", "folder")
        assert (done.returncode, done.stderr.count(b"\n")) == (4, 1)
        assert b"folder: a folder of Parquet files; only load --to-parquet writes to it" in done.stderr
    assert _content(opened) == before


def test_in_the_place_of_a_dump(opened: Path, run: Run) -> None:
    for arguments in (("check",), ("report", "--format", "json"), ("top",), ("tree",)):
        done = run(arguments[0], "folder", *arguments[1:])
        assert (done.returncode, done.stdout) == (0, run(*arguments, "--db", "folder").stdout)
    assert run("query", "-s", "folder", "SELECT count(*) FROM current_keys").stdout.split()[-1:] == [b"70"]


def test_two_threads_in_one_file(opened: Path) -> None:
    import threading

    path = next((opened / "keys").iterdir())
    file = _File(path)
    file.seek(0)
    other = threading.Thread(target=lambda: (file.seek(100), file.read(7)))
    other.start()
    other.join()
    assert (file.read(4), file.tell()) == (b"PAR1", 4)
    assert (file.seek(-4, 2), file.read(4)) == (path.stat().st_size - 4, b"PAR1")
    file.close()


def test_only_named_files_are_there(opened: Path) -> None:
    name = f"keys/{next((opened / 'keys').iterdir()).name}"
    files = ReadOnlyFiles(opened, [name])
    files.open(f"folder://{name}").close()
    for path, mode in ((f"folder://{name}", "wb"), (f"folder://{name}", "r+b"), ("folder://keys/../../a.rdb", "rb")):
        with pytest.raises(PermissionError):
            files.open(path, mode)


def test_thousands_of_rows_from_several_threads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "large.rdb").write_bytes(dump(*(string(b"k:%d" % n, b"v" * (n % 50)) for n in range(300_000))))
    assert run("load", "--to-parquet", "folder", "large.rdb").returncode == 0
    with connect.reading(tmp_path / "folder") as connection:
        for _ in range(10):
            sql = "SELECT count(DISTINCT name), sum(value_bytes), max(pattern), count(hash_tag) FROM keys"
            assert connection.execute(sql).fetchall() == [(300_000, 7_350_000, "k:{int}", 0)]
