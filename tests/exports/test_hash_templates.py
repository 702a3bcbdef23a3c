"""Figures of hashes that share a template (Redis 8.10) are the same, however the keys are read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import rdbscope
from rdbscope import _native
from tests.conftest import SHARED, Run
from tests.rdb_writer import aux, dump, length, string, text

# Template: 80 bytes, and for each name a pointer and its own bytes; the names are chosen for a share that is large.
_NAMES = tuple(sorted((b"field-name-%03d" % number for number in range(40)), key=lambda name: (len(name), name)))


def _template(number: int, names: tuple[bytes, ...]) -> bytes:
    return b"\xf2" + length(number) + length(len(names)) + b"".join(text(name) for name in names)


def _hash(name: bytes, template: int, names: tuple[bytes, ...]) -> bytes:
    return b"\x20" + text(name) + length(template) + b"".join(text(b"v") for _ in names)


def _dump(*, version: int = 15) -> bytes:
    """Keys of two templates; the second one stands between the keys. A string is larger than a hash without share."""
    small = (b"a", b"b")
    written = dump(
        string(b"plain:1", b"x" * 700),
        *(_hash(b"one:%d" % number, 3, _NAMES) for number in range(2)),
        _template(9, small),
        *(_hash(b"two:%d" % number, 9, small) for number in range(5)),
        version=version,
        head=_template(3, _NAMES),
    )
    return written.replace(aux(b"redis-ver", b"7.2.6"), aux(b"redis-ver", b"8.10.2"))


def _cells(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode(), newline="")))


def _dumps() -> list[Path]:
    found = [SHARED / "corpus/next/redis-8.10.2/zoo.rdb.gz", *sorted((SHARED / "cases-next").glob("N0[123]*/*.rdb"))]
    return [path for path in [*found, *sorted((SHARED / "corpus/next").rglob("*.base.rdb*"))] if path.exists()]


@pytest.fixture(params=["own", *_dumps()], ids=lambda given: given if given == "own" else "/".join(given.parts[-2:]))
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param != "own":
        return Path(request.param)
    (tmp_path / "own.rdb").write_bytes(_dump())
    return tmp_path / "own.rdb"


@pytest.fixture
def database(path: Path, tmp_path: Path, run: Run) -> Path:
    done = run("load", path, "--db", tmp_path / "d.duckdb", "--no-check")
    assert done.returncode == 0, done.stderr
    return tmp_path / "d.duckdb"


def test_the_share_is_large_enough_to_be_missed(tmp_path: Path, run: Run) -> None:
    (tmp_path / "own.rdb").write_bytes(_dump())
    with duckdb.connect() as connection:
        assert run("load", "own.rdb", "--no-check").returncode == 0
        connection.execute(f"ATTACH '{tmp_path / 'rdbscope.duckdb'}' AS d (READ_ONLY)")
        found = dict(connection.execute("SELECT template_id, share_bytes FROM d.templates").fetchall())
    assert found[3] > 10 * found[9] > 0


@pytest.mark.parametrize("name", ["csv", "rdbtools-csv", "jsonl", "json"])
def test_exports(path: Path, database: Path, run: Run, name: str) -> None:
    columns = () if name == "rdbtools-csv" else ("--columns", "db,name,memory_bytes,memory_exact,allocated_bytes")
    expected = run("export", "keys", "--db", database, "--format", name, *columns)
    streamed = run("export", path, "--format", name, *columns)
    assert streamed.returncode == 0, streamed.stderr
    assert streamed.stdout == expected.stdout and streamed.stdout.count(b"\n") > 3
    if path.suffix == ".rdb":
        piped = run("export", "-", "--format", name, *columns, stdin=path.read_bytes())
        assert (piped.returncode, piped.stdout) == (0, expected.stdout), piped.stderr


def test_a_pipe_gives_every_column_of_the_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "own.rdb").write_bytes(_dump())
    for name in ("csv", "jsonl"):
        assert (
            run("export", "-", "--format", name, stdin=_dump()).stdout
            == run("export", "own.rdb", "--format", name).stdout
        )


def test_parquet(path: Path, database: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "keys.parquet"
    assert run("export", path, "--format", "parquet", "-o", target).returncode == 0
    rows = pq.read_table(target, columns=["name", "memory_bytes", "memory_exact"]).to_pylist()
    expected = run("export", "keys", "--db", database, "--format", "jsonl", "--columns", ",".join(rows[0]))
    assert rows == [json.loads(line) for line in expected.stdout.splitlines()]


def test_looks(path: Path, database: Path, run: Run) -> None:
    for command in (
        ("top", "-n", "10000", "--format", "csv"),
        ("top", "-n", "3", "--format", "csv"),
        ("top", "-n", "7", "--by", "payload", "--format", "csv"),
        ("tree", "--format", "csv", "-d", "9"),
    ):
        of_dump = run(command[0], path, *command[1:])
        assert of_dump.stdout == run(*command, "--db", database).stdout and of_dump.stdout, command


def test_python(path: Path, database: Path, run: Run) -> None:
    expected = run("query", "SELECT sum(memory_bytes), sum(allocated_bytes) FROM keys", "--db", database)
    opened = rdbscope.open(path)
    rows = opened.read_table()
    assert rows.num_rows > 3
    sums = duckdb.sql("SELECT sum(memory_bytes), sum(allocated_bytes) FROM rows")
    again = duckdb.sql("SELECT sum(memory_bytes), sum(allocated_bytes) FROM opened")
    (figures,) = sums.fetchall()
    assert again.fetchall() == [figures]
    assert expected.stdout.decode().splitlines()[-1].split() == [str(figure) for figure in figures]


def test_a_log_behind_such_a_dump(shared: Path, tmp_path: Path, run: Run) -> None:
    log = shared / "corpus/next/redis-8.10.2/aof-preamble/appendonlydir"
    columns = ("--columns", "db,name,memory_bytes,memory_exact,allocated_bytes")
    assert run("load", log, "--no-check").returncode == 0
    expected = run("export", "keys", *columns).stdout
    assert run("export", log, *columns).stdout == expected and expected.count(b"\n") > 700
    read = rdbscope.open(log / "appendonly.aof.manifest").read_table()
    assert sum(read["memory_bytes"].to_pylist()) == sum(int(row["memory_bytes"]) for row in _cells(expected))


def test_filters_change_no_share(path: Path, run: Run) -> None:
    columns = ("--columns", "db,name,memory_bytes,memory_exact,type")
    whole = [row for row in _cells(run("export", path, *columns).stdout) if row["type"] == "hash"]
    assert _cells(run("export", path, *columns, "--type", "hash").stdout) == whole


def test_what_no_earlier_pass_counted_is_not_exact(tmp_path: Path, run: Run) -> None:
    (tmp_path / "own.rdb").write_bytes(_dump())
    chosen = ["name", "memory_bytes", "memory_exact"]
    pieces = _native.Reader(str(tmp_path / "own.rdb"), template_shares={3: 1000}).text("csv", chosen)
    found = {row["name"]: row["memory_exact"] for row in _cells(b"".join(pieces))}
    assert {name for name, exact in found.items() if exact == "true"} == {"plain:1", "one:0", "one:1"}
    # A file of a version that has no templates is read once.
    (tmp_path / "own.rdb").write_bytes(_dump(version=14))
    rows = _cells(run("export", "own.rdb").stdout)
    assert {row["memory_exact"] for row in rows if row["type"] == "hash"} == {"false"}


def test_a_server_without_templates_charges_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "own.rdb").write_bytes(_dump())
    assert run("load", "own.rdb", "--as", "redis-8.6", "--no-check").returncode == 0
    rows = {row["name"]: int(row["memory_bytes"]) for row in _cells(run("export", "keys").stdout)}
    whatif = _cells(run("whatif", "own.rdb", "--as", "redis-8.6", "--format", "csv").stdout)
    (total,) = (int(row["target_memory_bytes"]) for row in whatif if row["grouped_by"] == "total")
    assert sum(rows.values()) == total


def test_damage_is_told(tmp_path: Path, run: Run) -> None:
    (tmp_path / "cut.rdb").write_bytes(_dump()[:-40])
    done = run("export", "cut.rdb")
    assert done.returncode == 3 and b"cut.rdb" in done.stderr and done.stderr.count(b"\n") == 1
    salvaged = run("export", "cut.rdb", "--salvage", "--columns", "name,memory_bytes,memory_exact")
    assert salvaged.returncode == 0 and len(_cells(salvaged.stdout)) > 3
