"""`rdbscope check` and `explain` as a user runs them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.rdb_writer import dump, string

_HOSTILE = b"app:cache:\x1b]0;x\x07<b>|`&\xff"
_CHECK = """/*---
title: Keys of one byte of value
severity: high
confidence: high
subject: key
why: No reason.
fix: Longer values.
before: `SET a b`
after: `SET a bb`
params:
  max_bytes: 1 | bytes | longest value that is flagged
---*/
SELECT
    k.db, k.name, k.raw, k.pattern, CAST(k.value_bytes AS DOUBLE) AS measured,
    CAST(coalesce(getvariable('tiny-value.max_bytes'), 1) AS DOUBLE) AS threshold, 'bytes' AS unit, 'tiny' AS message,
    k.memory_bytes, CAST(NULL AS BIGINT) AS saving_bytes
FROM current_keys AS k
WHERE k.value_bytes <= coalesce(getvariable('tiny-value.max_bytes'), 1)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dump of four findings: two cache patterns, a lock, and a hostile name."""
    records = [string(b"app:cache:product:%d" % number, b"text") for number in range(20)]
    records += [string(b"app:lock:%d" % number, b"v") for number in range(3)]
    (tmp_path / "dump.rdb").write_bytes(dump(*records, string(_HOSTILE, b"text"), checksum=True))
    return tmp_path


def rows(run: Run, *arguments: str) -> list[dict[str, object]]:
    done = run("check", "dump.rdb", *arguments, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_for_people(run: Run, folder: Path) -> None:
    done = run("check", "dump.rdb", "cache-without-ttl", "lock-without-ttl", "hot-key")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert text.index("HIGH") < text.index("lock-without-ttl") < text.index("MEDIUM") < text.index("cache-without-ttl")
    assert "app:cache:product:{int} 20×" in text
    assert "NOT RUN\n  hot-key: the dump has no access counters" in text
    assert "1 of 3 checks could not run" in text
    assert text.endswith("exit code 0: findings fail only with --fail-on SEVERITY\n")
    assert "\x1b" not in text and "\\x1b]0;x\\x07<b>" in text


def test_the_exit_code(run: Run, folder: Path) -> None:
    assert run("check", "dump.rdb", "cache-without-ttl", "--fail-on", "high").returncode == 0
    done = run("check", "dump.rdb", "cache-without-ttl", "--fail-on", "medium")
    assert (done.returncode, done.stdout.splitlines()[-1][:12]) == (1, b"exit code 1:")
    assert run("check", "dump.rdb", "--keys", "--format", "csv", "--fail-on", "high").returncode == 1


def test_select_and_ignore(run: Run, folder: Path) -> None:
    both = ("--select", "cache-without-ttl", "--select", "lock-without-ttl")
    assert {row["check_id"] for row in rows(run, *both)} == {"cache-without-ttl", "lock-without-ttl"}
    assert {row["check_id"] for row in rows(run, *both, "--ignore", "lock-without-ttl")} == {"cache-without-ttl"}
    assert b"did you mean lock-without-ttl?" in run("check", "dump.rdb", "--ignore", "lock-without-tl").stderr


def test_every_key(run: Run, folder: Path) -> None:
    found = rows(run, "cache-without-ttl", "--keys")
    assert len(found) == 21
    (hostile,) = [row for row in found if row["raw_hex"] is not None]
    assert hostile["raw_hex"] == _HOSTILE.hex()
    assert list(hostile) == [
        "check_id", "severity", "db", "name", "raw_hex", "pattern", "measured", "threshold", "unit", "message",
        "memory_bytes", "saving_bytes",
    ]  # fmt: skip
    table = run("check", "dump.rdb", "--keys", "cache-without-ttl", "lock-without-ttl", "--format", "csv").stdout
    lines = list(csv.DictReader(io.StringIO(table.decode())))
    assert [line["check_id"] for line in lines] == ["cache-without-ttl"] * 21 + ["lock-without-ttl"] * 3
    assert json.loads(run("check", "dump.rdb", "hot-key", "--keys", "--format", "json").stdout) == []
    assert b"no rows in the format sarif" in run("check", "dump.rdb", "--keys", "--format", "sarif").stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("large-value.max_byte=5", b"did you mean max_bytes?"),
        ("large-valu.max_bytes=5", b"did you mean large-value?"),
        ("large-value.max_bytes=much", b"'much' is no number"),
        ("large-value.max_bytes", b"written ID.NAME=VALUE"),
        ("large-value.max_bytes=inf", b"no finite number"),
    ],
)
def test_parameters_that_are_wrong(run: Run, folder: Path, text: str, message: bytes) -> None:
    done = run("check", "dump.rdb", "--param", text)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_parameter(run: Run, folder: Path) -> None:
    assert rows(run, "large-value") == []
    found = rows(run, "large-value", "--param", "large-value.max_bytes=3")
    assert sum(int(str(row["keys"])) for row in found) == 21
    assert found[0]["threshold"] == 3.0


def test_the_baseline(run: Run, folder: Path) -> None:
    arguments = (
        "check",
        "dump.rdb",
        "cache-without-ttl",
        "lock-without-ttl",
        "--baseline",
        "known.json",
        "--fail-on",
        "low",
    )
    assert run(*arguments).returncode == 0
    known = json.loads((folder / "known.json").read_text())
    assert {row["check_id"] for row in known["findings"]} == {"cache-without-ttl", "lock-without-ttl"}
    known["findings"] = [row for row in known["findings"] if row["check_id"] != "lock-without-ttl"]
    (folder / "known.json").write_text(json.dumps(known))
    done = run(*arguments)
    assert done.returncode == 1
    assert b"1 not in the baseline" in done.stdout and b"a lock key without expiry (new)" in done.stdout
    (folder / "known.json").write_text("[]")
    assert run(*arguments).returncode == 2


def test_suppressions(run: Run, folder: Path) -> None:
    (folder / "rdbscope.toml").write_text(
        """
[[suppress]]
check = "cache-without-ttl"
key = "app:cache:product:1*"
reason = "moved away in March"

[[suppress]]
check = "lock-without-ttl"
key = "app:lock:[0-9]"
reason = "released by hand"
until = 2026-01-31
"""
    )
    known = ("check", "dump.rdb", "cache-without-ttl", "lock-without-ttl", "--now")
    before = run(*known, "2026-01-31T23:00:00Z")
    assert before.stderr == b""
    assert b"lock-without-ttl:" not in before.stdout and b"14 rows suppressed" in before.stdout
    after = run(*known, "2026-02-01T00:00:00Z")
    assert b"lock-without-ttl:" in after.stdout and b"11 rows suppressed" in after.stdout
    assert b"the suppression of lock-without-ttl for app:lock:[0-9] ended on 2026-01-31" in after.stderr
    assert len(rows(run, "cache-without-ttl", "--keys")) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[suppress]]\ncheck = "x-y"\nkey = "*"\nreason = "r"', b"no check 'x-y'"),
        ('[[suppress]]\ncheck = "large-value"\nkey = "*"', b"rdbscope.toml:1: [[suppress]] needs 'reason'"),
        ('[[suppress]]\ncheck = "large-value"\nreason = "r"', b"rdbscope.toml:1: [[suppress]] needs 'key'"),
        (
            '[[suppress]]\ncheck = "large-value"\nkey = "*"\nreason = "r"\nuntil = "soon"',
            b"rdbscope.toml:5: 'suppress[0].until' is a date",
        ),
        ("[checks]\nselekt = []", b"rdbscope.toml:2: [checks] has no 'selekt'; did you mean 'select'?"),
        ('[checks]\nfolders = ["none"]', b"no such folder of checks"),
        ("[checks.params]\nlarge-value.max_byte = 1", b"did you mean max_bytes?"),
        ("namespaces = 7", b"rdbscope.toml:1: 'namespaces' is a list"),
        ("not toml", b"rdbscope.toml: cannot be read"),
    ],
)
def test_a_configuration_that_is_wrong(run: Run, folder: Path, text: str, message: bytes) -> None:
    (folder / "rdbscope.toml").write_text(text + "\n")
    done = run("check", "dump.rdb")
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_own_checks(run: Run, folder: Path) -> None:
    (folder / "rdbscope.toml").write_text('[checks]\nfolders = ["ops"]\nselect = ["tiny-value"]\n')
    (folder / "ops").mkdir()
    file = folder / "ops" / "tiny-value.sql"
    file.write_text(_CHECK)
    assert [(row["check_id"], row["keys"]) for row in rows(run)] == [("tiny-value", 3)]
    assert sum(int(str(row["keys"])) for row in rows(run, "--param", "tiny-value.max_bytes=4")) == 24
    assert b"longest value that is flagged" in run("explain", "tiny-value").stdout
    for change, message in (
        (("severity: high", "severity: bad"), b"tiny-value.sql:3: severity 'bad'"),
        (("fix: Longer values.", "fix:"), b"tiny-value.sql:7: the header has no fix"),
        (("1 | bytes", "1 bytes"), b"tiny-value.sql:11: a parameter is written"),
        (("k.value_bytes <=", "k.valu_bytes <="), b"tiny-value.sql:13: query: Binder Error"),
        (("'tiny' AS message", "'tiny' AS words"), b"tiny-value.sql:13: a check selects db, name"),
        (("SELECT\n", "SELECT 1;\nSELECT\n"), b"tiny-value.sql:13: 2 statements"),
    ):
        file.write_text(_CHECK.replace(*change))
        done = run("check", "dump.rdb")
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_load_keeps_the_findings(run: Run, folder: Path) -> None:
    (folder / "rdbscope.toml").write_text('[checks]\nignore = ["lock-without-ttl"]\n')
    assert run("load", "dump.rdb").returncode == 0
    sql = "SELECT check_id, sum(keys) AS keys FROM findings WHERE severity <> 'low' GROUP BY check_id ORDER BY 1"
    stored = run("query", sql, "--format", "jsonl").stdout.splitlines()
    assert {row["check_id"]: row["keys"] for row in map(json.loads, stored)}["cache-without-ttl"] == 21
    assert b"lock-without-ttl" not in b"".join(stored)
    assert run("load", "dump.rdb", "--force", "--no-check").returncode == 0
    assert run("query", "FROM findings", "--format", "csv").stdout.count(b"\n") == 1


def test_json_csv_and_markdown(run: Run, folder: Path) -> None:
    arguments = ("check", "dump.rdb", "cache-without-ttl", "hot-key", "--format")
    document = json.loads(run(*arguments, "json").stdout)
    assert {row["pattern"] for row in document["findings"]} >= {"app:cache:product:{int}"}
    assert [row["check_id"] for row in document["not_run"]] == ["hot-key"]
    lines = list(csv.DictReader(io.StringIO(run(*arguments, "csv").stdout.decode())))
    assert [int(line["keys"]) for line in lines] == [20, 1]
    text = run(*arguments, "markdown").stdout.decode()
    assert "### cache-without-ttl" in text and "- `app:cache:product:{int}` 20×" in text


def test_explain(run: Run, folder: Path) -> None:
    text = run("explain", "large-value").stdout.decode()
    for words in ("Strings over 1 MiB", "why", "fix", "before", "after", "large-value.max_bytes=1048576"):
        assert words in text
    assert run("explain").stdout.count(b"\n") > 50
    done = run("explain", "large-valu")
    assert (done.returncode, b"did you mean large-value?" in done.stderr) == (2, True)


@pytest.mark.parametrize("records", [(), (b"app:lock:1", b"app:cache:1")], ids=["empty", "keys"])
def test_the_summary_of_a_load_counts_the_same(run: Run, tmp_path: Path, records: tuple[bytes, ...]) -> None:
    (tmp_path / "dump.rdb").write_bytes(dump(*(string(name, b"v") for name in records)))
    said = run("load", "dump.rdb").stdout.decode().split("\n")
    (line,) = (line for line in said if line.startswith("Findings"))
    counted = Counter(row["severity"] for row in rows(run) if row["check_id"] != "stale-backup")
    assert "stale-backup" in {row["check_id"] for row in rows(run)} and counted
    counts = ", ".join(f"{counted[name]} {name}" for name in ("high", "medium", "low", "info") if counted[name])
    assert line == f"Findings, the age of the dump aside: {counts}; rdbscope check shows them"
