"""The report in every format: the facts are right, names stay text, and a schema describes the JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import resource
import shutil
import signal
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rdbscope.query_files import folder, load
from rdbscope.reports import report_json
from rdbscope.reports.report_gather import TABLES, Wanted, columns_of, gather
from rdbscope.store import connect
from tests.conftest import ROOT, Run, environment, program
from tests.rdb_writer import dump, string
from tests.reports.dumps import HOSTILE, night

_SCHEMA = json.loads((ROOT / "rdbscope/reports/schema/report-1.json").read_text("utf-8"))
_FORMATS = ("text", "html", "markdown", "json", "csv")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    for number in (1, 2):
        (folder / "dump.rdb").write_bytes(night(number))
        subprocess.run(program("load", "dump.rdb"), cwd=folder, env=environment(), check=True, capture_output=True)
    return folder


@pytest.fixture
def two(tmp_path: Path, loaded: Path) -> Path:
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    return tmp_path


def _json(run: Run, *arguments: str | Path) -> dict[str, Any]:
    done = run("report", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(_SCHEMA).validate(document)
    return document


def test_json_follows_its_schema_and_holds_the_figures(run: Run, two: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)
    found = _json(run)
    assert found["whole"] and found["verdict"].startswith("This backup is whole, checksum ok.")
    keys = found["figures"]["keys"]
    assert (keys["value"], keys["before"]) == (359, 259)
    assert found["before"] == ["dump.rdb"]
    tables = found["tables"]
    changed = {row["pattern"]: row["new_keys"] - row["old_keys"] for row in tables["changes"]["rows"]}
    assert changed == {"user:{int}": 100}
    forecast = {row["within"]: row["keys"] for row in tables["forecast"]["rows"]}
    assert forecast["1 hour"] == 40 + 2 and forecast["7 days"] == 40 + 80
    assert sum(row["keys"] for row in tables["sizes"]["rows"]) == 359
    assert sum(row["keys"] for row in tables["ttls"]["rows"]) == 359
    assert sum(row["keys"] for row in tables["slot_bins"]["rows"]) == 359
    tags = {row["tag"]: row["keys"] for row in tables["tags"]["rows"]}
    assert {tag: keys for tag, keys in tags.items() if tag.startswith("tenant")} == {f"tenant{n}": 10 for n in range(3)}
    parts = {part["part"]: part["bytes"] for part in found["memory"]}
    assert parts["used by the server when it saved"] == 2_000_000
    assert sum(part["bytes"] for part in found["memory"][:-1]) == 2_000_000


def test_every_table_can_be_had_by_its_sql(run: Run, two: Path) -> None:
    found = _json(run)
    for name, table in found["tables"].items():
        if table["sql"] is None:
            assert name == "changes"
            continue
        done = run("query", table["sql"], "--format", "jsonl", "--max-rows", "0")
        assert done.returncode == 0, (name, done.stderr)
        assert len(done.stdout.splitlines()) >= len(table["rows"])


def test_what_html_shows_is_in_json(run: Run, two: Path) -> None:
    found = _json(run)
    page = run("report", "--format", "html").stdout.decode()
    shown = unescape(re.sub(r"<[^>]*>", "\0", page[page.index("<body>") : page.index("<script>")]))
    assert found["verdict"] in shown
    for table in found["tables"].values():
        assert table["title"] in shown
    for row in found["tables"]["largest_keys"]["rows"]:
        assert row["name"] in shown
    for one in found["findings"]:
        assert one["why"] in shown and one["fix"] in shown


@pytest.mark.parametrize("name", _FORMATS)
def test_hostile_names_in_every_format(run: Run, two: Path, name: str) -> None:
    text = run("report", "--format", name).stdout.decode()
    assert all(character == "\n" or character.isprintable() for character in text)
    if name == "html":
        body = text[text.index("<body>") :]
        assert body.count("<script") == 1 and "<img" not in body and body.count("</style>") == 0
    if name == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        assert {len(row) for row in rows} == {4}
        assert not any(value.startswith(("=", "@")) for row in rows for value in row)
    if name == "markdown":
        for line in text.splitlines():
            assert "<script>" not in re.sub(r"(`+).*?\1", "", line).replace("\\<", "")


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_golden(run: Run, two: Path, name: str) -> None:
    golden = Path(__file__).parent / "golden" / f"report.{name}"
    # The age of the dump depends on the day, and more checks will come.
    (two / "rdbscope.toml").write_text('[checks]\nselect = ["unsafe-characters", "wrong-type"]\n')
    (two / "again.duckdb").unlink(missing_ok=True)
    for number in (1, 2):
        (two / "dump.rdb").write_bytes(night(number))
        run("load", "--db", "again.duckdb", "dump.rdb")
    done = run("report", "--db", "again.duckdb", "--format", name, env={"COLUMNS": "100"})
    assert done.stdout.decode() == golden.read_text("utf-8")


def test_of_a_dump_without_a_database(run: Run, two: Path) -> None:
    found = _json(run, "dump.rdb")
    assert found["figures"]["keys"] == {"label": "keys", "unit": "count", "value": 359, "before": None}
    assert found["findings"]
    (two / "rdbscope.duckdb").unlink()
    assert _json(run, "dump.rdb")["finding_count"] == found["finding_count"]
    assert not (two / "rdbscope.duckdb").exists()


def test_an_empty_dump_has_a_report(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.rdb").write_bytes(dump())
    for name in _FORMATS:
        assert run("report", "empty.rdb", "--format", name).returncode == 0
    assert _json(run, "empty.rdb")["figures"]["keys"]["value"] == 0


def test_a_damaged_dump_says_so_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cut.rdb").write_bytes(night(1)[:-200])
    assert run("report", "cut.rdb").returncode == 3
    done = run("report", "--salvage", "cut.rdb")
    assert done.returncode == 0
    assert done.stdout.startswith(b"This backup is NOT WHOLE: ")
    assert not _json(run, "--salvage", "cut.rdb")["whole"]


def test_redacted_names_are_the_same_hash_everywhere(run: Run, two: Path) -> None:
    env = {"RDBSCOPE_REDACT_KEY": "secret"}
    for name in _FORMATS:
        text = run("report", "--redact", "--format", name, env=env).stdout.decode()
        for word in ("user:", "session", "tenant", "alert(", "ключ", "cart"):
            # Words of checks are no names.
            assert word not in re.sub(r"(session|cart)[- ][a-z]+|Sessions?|sessions", "", text), (name, word)
    first = run("report", "--redact", "--format", "json", env=env).stdout
    assert first == run("report", "--redact", "--format", "json", env=env).stdout
    found = json.loads(first)
    assert found["redacted"]
    assert any(row["pattern"].endswith(":{int}") for row in found["tables"]["patterns"]["rows"])
    assert first != run("report", "--redact", "--format", "json").stdout


def test_owners(run: Run, two: Path) -> None:
    (two / "rdbscope.toml").write_text('[owners]\nuser = "accounts"\n"cache:*" = "web"\n"{tenant*" = "shop"\n')
    found = _json(run)
    rows = {row["owner"]: row["keys"] for row in found["tables"]["owners"]["rows"]}
    assert (rows["accounts"], rows["web"], rows["shop"]) == (200, 40, 30)
    assert sum(rows.values()) == 359
    part = next(table for table in found["tables"].values() if table["title"] == "Owned by web")
    assert [row["pattern"] for row in part["rows"]] == ["cache:page:{int}"]
    assert part["description"].startswith("40 keys, ")
    mine = _json(run, "--owner", "web")
    assert mine["figures"]["keys"]["value"] == 40
    assert {row["pattern"] for row in mine["tables"]["patterns"]["rows"]} == {"cache:page:{int}"}
    assert {row["prefix"] for row in mine["tables"]["prefixes"]["rows"]} == {
        "cache:",
        "cache:page:",
        "cache:page:{int}",
    }
    assert all(row["name"].startswith("cache:") for row in mine["tables"]["largest_keys"]["rows"])
    assert {one["owner"] for one in mine["findings"]} <= {"web"}
    done = run("report", "--owner", "nobody")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    (two / "rdbscope.toml").write_text("[owners]\nuser = 1\n")
    assert run("report").returncode == 2


def test_a_cluster_counts_no_shard_twice(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.rdb").write_bytes(night(1, repl_id=b"a" * 40, offset=500))
    (tmp_path / "a-replica.rdb").write_bytes(night(1, repl_id=b"a" * 40, offset=400))
    (tmp_path / "b.rdb").write_bytes(night(3, repl_id=b"b" * 40, offset=100))
    (tmp_path / "c.rdb").write_bytes(night(2))
    names = ("a.rdb", "a-replica.rdb", "b.rdb", "c.rdb")
    for name in names:
        run("load", name, "--node", name.removesuffix(".rdb"))
    for found in (_json(run, "--all-nodes"), _json(run, "1", "2", "3", "4"), _json(run, *names)):
        assert found["figures"]["keys"]["value"] == 259 + 459 + 359
        counted = {row["node"].removesuffix(".rdb"): row["counted"] == "yes" for row in found["snapshots"]}
        assert counted == {"a": True, "a-replica": False, "b": True, "c": True}
        assert sum(row["keys"] for row in found["tables"]["types"]["rows"]) == 1077
        ratios = {row["node"].removesuffix(".rdb"): row["times_mean"] for row in found["tables"]["nodes"]["rows"]}
        assert ratios["b"] > 1 > ratios["a"]
        assert found["verdict"].startswith("All 4 backups are whole")
    for number in (1, 2):
        (tmp_path / f"s{number}").mkdir()
        (tmp_path / f"s{number}" / "dump.rdb").write_bytes(night(number))
    same_name = _json(run, "s1/dump.rdb", "s2/dump.rdb")
    assert [row["node"] for row in same_name["snapshots"]] == ["s1/dump.rdb", "s2/dump.rdb"]
    assert b"Not in the sums, being another copy of a shard: a-replica" in run("report", "--all-nodes").stdout
    for name in _FORMATS:
        assert run("report", "--all-nodes", "--format", name).returncode == 0


def test_html_stays_below_a_megabyte(run: Run, tmp_path: Path) -> None:
    names = [b"<" * 3000 + b"&'\"" * 30 + b"%d" % n for n in range(300)]
    names += [b"<&" * 50 + b":%c%c:" % (65 + n % 26, 65 + n // 26) + "🦄<".encode() * 40 for n in range(600)]
    (tmp_path / "dump.rdb").write_bytes(dump(*(string(name, b"v") for name in names)))
    done = run("report", "dump.rdb", "-o", "report.html")
    assert done.returncode == 0, done.stderr
    assert 50_000 < (tmp_path / "report.html").stat().st_size <= 1_000_000


def test_output_is_whole_or_not_at_all(run: Run, two: Path) -> None:
    before = (two / "rdbscope.duckdb").read_bytes()
    for target in ("nowhere/report.html", "/dev/full", "."):
        done = run("report", "--format", "html", "-o", target)
        assert (done.returncode, done.stderr.count(b"\n")) == (4, 1), done.stderr
    (two / "report.html").write_text("old")

    def small_files_only() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    full = subprocess.run(
        program("report", "-o", "report.html"),
        cwd=two,
        capture_output=True,
        env=environment(),
        timeout=120,
        check=False,
        preexec_fn=small_files_only,
    )
    assert (full.returncode, full.stderr.count(b"\n")) == (4, 1), full.stderr
    assert (two / "report.html").read_text() == "old"
    assert sorted(path.name for path in two.iterdir()) == ["dump.rdb", "rdbscope.duckdb", "report.html"]
    assert (two / "rdbscope.duckdb").read_bytes() == before


@pytest.mark.parametrize("width", [80, 200])
def test_text_fits(run: Run, two: Path, width: int) -> None:
    from rich.cells import cell_len

    text = run("report", env={"COLUMNS": str(width)}).stdout.decode()
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text


def test_the_format_follows_the_name_of_the_file(run: Run, two: Path) -> None:
    for name, start in (("r.html", b"<!DOCTYPE"), ("r.md", b"# This"), ("r.json", b"{"), ("r.csv", b"part,")):
        assert run("report", "-o", name).returncode == 0
        assert (two / name).read_bytes().startswith(start)


def test_wrong_arguments(run: Run, two: Path) -> None:
    for arguments in (["7"], ["--all-nodes", "1"], ["1", "dump.rdb"], ["--format", "parquet"]):
        done = run("report", *arguments)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr


def test_headers_of_the_queries_declare_their_columns() -> None:
    names = {path.stem for path in folder("reports").glob("*.sql")}
    others = {"nodes", "changes", "growth"}
    assert names == {*TABLES, *others, "figures"}
    assert set(_SCHEMA["properties"]["tables"]["propertyNames"]["anyOf"][0]["enum"]) == {*TABLES, *others}
    with connect.temporary() as connection:
        connection.execute("SET VARIABLE snapshots = [1]::BIGINT[]")
        connection.execute("CREATE TEMP TABLE pattern_owners (pattern VARCHAR, owner VARCHAR)")
        _with_a_log(connection, 1)
        for name in names - {"changes"}:
            query = load("reports", name)
            described = connection.execute(f"DESCRIBE {query.sql}").fetchall()
            assert [row[0] for row in described] == [column.name for column in columns_of(query)], name


def _with_a_log(connection: connect.Connection, snapshot_id: int) -> None:
    """The tables of a log, made where this version has none, with a row each."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS aof_commands (snapshot_id BIGINT NOT NULL, command VARCHAR NOT NULL, "
        "hour_at_ms BIGINT, commands BIGINT NOT NULL, log_bytes BIGINT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS aof_keys (snapshot_id BIGINT NOT NULL, db BIGINT NOT NULL, name VARCHAR NOT NULL, "
        "pattern VARCHAR NOT NULL, writes BIGINT NOT NULL, log_bytes BIGINT NOT NULL)"
    )
    for table in ("aof_commands", "aof_keys"):
        values = {
            row[0]: {"snapshot_id": str(snapshot_id), "writes": "7"}.get(
                row[0], "1" if row[1] != "VARCHAR" else "'a:1'"
            )
            for row in connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND NOT is_nullable", [table]
            ).fetchall()
        }
        columns = ", ".join(f"{value} AS {name}" for name, value in values.items())
        connection.execute(f"INSERT INTO {table} BY NAME SELECT {columns}")


def test_the_write_profile_of_a_log(run: Run, two: Path) -> None:
    assert "aof_keys" not in _json(run)["tables"]
    with connect.writing(two / "rdbscope.duckdb") as connection:
        _with_a_log(connection, 2)
    tables = _json(run)["tables"]
    assert tables["aof_keys"]["rows"][0]["writes"] == 7
    assert tables["aof_commands"]["rows"][0]["share"] == 1


def test_facts_are_for_python_too(two: Path) -> None:
    with connect.reading(two / "rdbscope.duckdb") as connection:
        document = report_json.document(gather(connection, [1], Wanted({})))
    jsonschema.validate(document, _SCHEMA)
    assert HOSTILE[0].decode() in [row["name"] for row in document["tables"]["largest_keys"]["rows"]]
