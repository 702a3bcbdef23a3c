"""Each check on keys made for it: what it flags, what it leaves alone, and the edge between."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdbscope.api import load_one
from rdbscope.checks.catalog import built_in
from rdbscope.checks.run import key_rows_sql, prepare, run, runnable
from rdbscope.options import ReadOptions
from rdbscope.reports import findings
from rdbscope.reports.output import open_output
from rdbscope.store import connect, fetch
from rdbscope.store.load import Labels
from tests.checks.case_files import FOLDER, Case, cases

CASES = cases()
NIGHTLY = {
    "night": "2026-11-24",
    "run_id": 1,
    "role": "master",
    "status": "loaded",
    "fresh_within_seconds": 93600,
    "counted": False,
    "message": "",
}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.check_id}: {case.name}" for case in CASES])
def test_case(case: Case, tmp_path: Path) -> None:
    check = built_in()[case.check_id]
    context = case.context()
    with connect.temporary() as connection:
        for number, (node, content) in enumerate(case.dumps()):
            file = tmp_path / str(number) / "dump.rdb"
            file.parent.mkdir()
            file.write_bytes(content)
            result = load_one(
                connection, str(file), ReadOptions(salvage=True), database=None, labels=Labels("dump.rdb", node)
            )
        for row in case.text.get("nightly", ()):
            values = NIGHTLY | row
            names = ", ".join(values)
            connection.execute(
                f"INSERT INTO nightly_nodes ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())
            )
        prepare(connection, result.snapshot_id, context)
        can, not_run = runnable(connection, [check], context)
        assert not_run == ({check.check_id: not_run.get(check.check_id)} if case.text.get("cannot_run") else {})
        rows = [row for sql in key_rows_sql(can, context) for row in fetch.rows(connection, sql)]
        assert {(row[2], row[3]) for row in rows} == case.expected()
        # What is flagged key by key is summed up without loss.
        outcome = run(connection, result.snapshot_id, can, context)
        assert sum(one.keys for one in outcome.findings) == len({(row[2], row[3]) for row in rows})
        assert all(row[9] for row in rows)
    judgement = findings.Judgement(outcome, {check.check_id: check}, "dump.rdb", None, outcome.findings)
    for format_name in findings.FORMATS:
        with open_output(tmp_path / format_name) as out:
            findings.write(judgement, out, format_name)
        assert (check.check_id.encode() in (tmp_path / format_name).read_bytes()) or not outcome.findings


def test_every_check_has_a_file_and_every_file_a_check() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(built_in())


@pytest.mark.parametrize("check_id", built_in())
def test_every_check_has_cases_of_both_kinds(check_id: str) -> None:
    own = [case for case in CASES if case.check_id == check_id]
    assert any(case.expected() for case in own), "nothing flagged"
    assert any(not case.expected() or _has_unflagged(case) for case in own), "nothing left alone"


def _has_unflagged(case: Case) -> bool:
    return any(not key.get("flagged") for key in case.text.get("keys", ()))
