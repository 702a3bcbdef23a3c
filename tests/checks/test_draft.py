"""A drafted table describes its own dump, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdbscope.api import loaded
from rdbscope.checks.catalog import built_in
from rdbscope.checks.run import Context, run
from rdbscope.conventions import draft
from rdbscope.conventions.table import parse
from rdbscope.options import ReadOptions
from tests.conftest import ROOT, SHARED, Run
from tests.rdb_values import plain_set
from tests.rdb_writer import CTIME, dump, hash_table, string

_DUMPS = [
    ROOT / "fixtures" / "demo" / "shop.rdb.gz",
    *sorted((SHARED / "corpus").glob("*/zoo.rdb*")),
    *sorted((SHARED / "corpus").glob("apps/*/dump.rdb*")),
    *sorted((SHARED / "corpus").glob("policy/*/policy.rdb*")),
]
_CHECKS = [check for check in built_in().values() if "conventions" in check.needs]


def drafted(file: Path) -> tuple[str, list[object]]:
    with loaded(str(file), ReadOptions()) as (connection, result):
        text = draft.text(draft.draft(connection, result.snapshot_id), source="dump.rdb")
        outcome = run(connection, result.snapshot_id, _CHECKS, Context(conventions=parse(text, "c.md")))
        assert not outcome.not_run
        return text, list(outcome.findings)


@pytest.mark.parametrize("file", _DUMPS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_its_own_dump_has_no_finding(file: Path) -> None:
    assert drafted(file)[1] == []


def test_what_stands_in_it(tmp_path: Path) -> None:
    hour = (CTIME + 3000) * 1000
    records = [string(b"app:cache:%d" % number, b"v", expires_at_ms=hour) for number in range(30)]
    records += [hash_table(b"app:user:%d" % number, {b"a": b"b"}) for number in range(30)]
    records += [string(b"app:mixed:1", b"v", expires_at_ms=hour), plain_set(b"app:mixed:2", [b"a"])]
    records += [string(b"app:{a:b}:c", b"v"), string(b"a|b`c", b"v"), string(b" x", b"v"), string(b"", b"v")]
    records += [string(b":".join([b"s"] * 40), b"v")]
    file = tmp_path / "dump.rdb"
    file.write_bytes(dump(*records))
    text, findings = drafted(file)
    assert findings == []
    cells = {
        row[1].strip(): (row[2].strip(), row[3].strip())
        for row in (line.split("|") for line in text.splitlines())
        if len(row) == 6
    }
    assert cells["`app:cache:{int}`"] == ("String", "1h")
    assert cells["`app:user:{int}`"] == ("Hash", "None")
    assert cells["`app:mixed:{int}`"] == ("any", "varies")
    assert "<!-- 30 keys, " in text


def test_the_commands(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(dump(string(b"app:user:1", b"v")))
    assert run("conventions", "draft", "dump.rdb", "-o", "c.md").returncode == 0
    assert b"app:user:{int}" in run("conventions", "check", "c.md").stdout
    (tmp_path / "broken.md").write_text(
        "| Pattern | Type | TTL |\n|---|---|---|\n| a | Tree | 1h |\n| b | Hash | soon |\n"
    )
    done = run("conventions", "check", "broken.md")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        b"rdbscope: error: broken.md:3: 'Tree' is no type; write String, List, Set, Sorted Set, Hash or Stream",
        b"rdbscope: error: broken.md:4: 'soon' is no lifetime; write None, 60s, 5m, 1h or 7d",
    ]
    assert b"broken.md:3: 'Tree'" in run("check", "dump.rdb", "--conventions", "broken.md").stderr
