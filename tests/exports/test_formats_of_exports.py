"""Every format of `export`, and Parquet of `check`: the same rows in each, from a dump, a pipe, a table and a query."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rdbscope.exports import FORMATS
from tests.conftest import ROOT, Run
from tests.rdb_writer import dump, many, string

_HOSTILE = [b"=1+2", b"a\x1b[31m|b", b"\xff", b"x`y", b"'=1+2", "größe".encode()]
_NAMES = [b"user:%d" % number for number in range(5)] + _HOSTILE
_SOURCES = ("d.rdb", "-", "keys", "SELECT name, memory_bytes, raw FROM keys")


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    (tmp_path / "d.rdb").write_bytes(dump(*(string(name, b"v" * 50) for name in _NAMES)))
    assert run("load", "d.rdb").returncode == 0
    return tmp_path


def _rows(folder: Path, run: Run, source: str, form: str) -> list[dict[str, object]]:
    """The rows of a format whose values keep their types."""
    out = folder / f"out.{form}"
    stdin = (folder / "d.rdb").read_bytes() if source == "-" else b""
    done = run("export", source, "--format", form, "-o", out, "--columns", "name,memory_bytes", stdin=stdin)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    if form == "arrow":
        with pa.ipc.open_file(out) as reader:
            return [dict(row) for row in reader.read_all().to_pylist()]
    if form == "parquet":
        return [dict(row) for row in pq.read_table(out).to_pylist()]
    text = out.read_text("utf-8")
    return list(json.loads(text)) if form == "json" else [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("source", _SOURCES)
def test_the_same_rows(source: str, folder: Path, run: Run) -> None:
    expected = _rows(folder, run, source, "jsonl")
    assert len(expected) == len(_NAMES) and set(expected[0]) == {"name", "memory_bytes"}
    for form in ("json", "parquet", "arrow"):
        assert _rows(folder, run, source, form) == expected, form


@pytest.mark.parametrize("source", _SOURCES)
@pytest.mark.parametrize("form", FORMATS)
def test_every_format(source: str, form: str, folder: Path, run: Run) -> None:
    stdin = (folder / "d.rdb").read_bytes() if source == "-" else b""
    if form == "rdbtools-csv" and source.startswith("SELECT"):
        return
    done = run("export", source, "--format", form, stdin=stdin)
    assert done.returncode == 0 and done.stdout, done.stderr
    if form in ("table", "markdown", "csv", "rdbtools-csv", "jsonl"):
        assert b"\x1b" not in done.stdout
        heads = {"table": 2, "markdown": 2, "jsonl": 0}.get(form, 1)
        assert len(done.stdout.splitlines()) == len(_NAMES) + heads
    if form == "markdown":
        assert b"| `a\\x1b[31m\\|b` |" in done.stdout
    if form == "arrow":
        assert pa.ipc.open_file(io.BytesIO(done.stdout)).read_all().num_rows == len(_NAMES)


def test_tables_of_more_than_one_batch(tmp_path: Path, run: Run) -> None:
    (tmp_path / "many.rdb").write_bytes(many(130_000))
    done = run("export", "many.rdb", "--format", "table", "--columns", "name,db")
    lines = done.stdout.splitlines()
    assert (len(lines), lines[-1].split()) == (130_002, [b"user:129999", b"0"])
    with_colour = run("export", "keys", "--format", "table", "--color", "always", "--db", "none")
    assert with_colour.returncode == 4


def test_arrow_keeps_no_half_file(folder: Path, run: Run) -> None:
    (folder / "cut.rdb").write_bytes((folder / "d.rdb").read_bytes()[:-30])
    assert run("export", "cut.rdb", "--format", "arrow", "-o", "keys.arrow").returncode == 3
    assert not (folder / "keys.arrow").exists()


def test_findings_as_parquet(folder: Path, run: Run) -> None:
    shop = ROOT / "fixtures" / "demo" / "shop.rdb.gz"
    for source in (str(shop), "d.rdb"):
        at = (source, "--now", "2026-01-01T00:00:00Z")
        done = run("check", *at, "--format", "parquet", "-o", "findings.parquet")
        assert done.returncode == 0, done.stderr
        rows = pq.read_table(folder / "findings.parquet").to_pylist()
        assert rows == [json.loads(line) for line in run("check", *at, "--format", "jsonl").stdout.splitlines()]
        assert rows
        done = run("check", *at, "--keys", "--format", "parquet", "-o", "keys.parquet")
        assert done.returncode == 0, done.stderr
        keys = pq.read_table(folder / "keys.parquet").to_pylist()
        lines = run("check", *at, "--keys", "--format", "jsonl").stdout.splitlines()
        assert keys == [json.loads(line) for line in lines] and keys
    assert pq.read_table(io.BytesIO(run("check", "d.rdb", "--format", "parquet").stdout)).num_rows > 0


def test_the_exact_bytes_of_a_name(folder: Path, run: Run) -> None:
    """As the recipes say: `raw` in exports, `raw_hex` in the keys of a check."""
    exported = [json.loads(line) for line in run("export", "d.rdb", "--format", "jsonl").stdout.splitlines()]
    assert [row["raw"] for row in exported if row["raw"]] == ["a\\x1B[31m|b", "\\xFF"]
    assert run("export", "d.rdb", "--format", "arrow", "-o", "keys.arrow").returncode == 0
    with pa.ipc.open_file(folder / "keys.arrow") as reader:
        raws = reader.read_all().column("raw").to_pylist()
    assert [raw for raw in raws if raw] == [b"a\x1b[31m|b", b"\xff"]
    checked = [json.loads(line) for line in run("check", "d.rdb", "--keys", "--format", "jsonl").stdout.splitlines()]
    found = {row["name"]: row["raw_hex"] for row in checked if row["check_id"] == "unsafe-characters"}
    assert found["\\xff"] == b"\xff".hex() and not any("raw" in row for row in checked)
    assert {row["raw_hex"] for row in checked if row["name"].startswith("user:")} <= {None}
    assert run("key", "--hex", found["\\xff"], "d.rdb").returncode == 0


def test_no_finding_as_parquet(folder: Path, run: Run) -> None:
    for more in ([], ["--keys"]):
        done = run("check", "d.rdb", "large-json-uncompressed", "--format", "parquet", "-o", "none.parquet", *more)
        assert done.returncode == 0, done.stderr
        table = pq.read_table(folder / "none.parquet")
        assert table.num_rows == 0 and table.schema.field("memory_bytes").type == pa.int64()


def test_the_cells_of_csv_and_tables_agree(folder: Path, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", "d.rdb").stdout.decode(), newline="")))
    table = run("export", "d.rdb", "--format", "table", "--columns", "memory_bytes,name").stdout.decode().splitlines()
    assert [line.split(maxsplit=1) for line in table[2:]] == [
        [row["memory_bytes"], row["name"].removeprefix("'")] for row in rows
    ]
