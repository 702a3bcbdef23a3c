"""The part of the report on growth: from three snapshots on, in every format, for nodes, teams and hashed names."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rdbscope.reports.report_charts import HEIGHT, WIDTH, charts
from rdbscope.reports.report_facts import Table
from rdbscope.reports.report_values import spark
from tests.conftest import ROOT, Run
from tests.history.nights import DAY, FIRST, night, strings

_SCHEMA = json.loads((ROOT / "rdbscope/reports/schema/report-1.json").read_text("utf-8"))


@pytest.fixture
def history(run: Run, tmp_path: Path) -> Path:
    """Five nights of a node: `log` grows, `page` stays, `old` shrinks and `gone` is not in the last one."""
    for number in range(5):
        records = [*strings(b"log", 100 * number), *strings(b"page", 300), *strings(b"old", 200 - 40 * number)]
        records += strings(b"gone", 50) if number < 4 else []
        (tmp_path / f"{number}.rdb").write_bytes(night(number, *records))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
    return tmp_path


def growth(run: Run, *arguments: str) -> list[dict[str, Any]]:
    done = run("report", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(_SCHEMA).validate(document)
    rows: list[dict[str, Any]] = document["tables"].get("growth", {"rows": []})["rows"]
    return rows


def test_the_figures_are_those_of_trends(run: Run, history: Path) -> None:
    rows = growth(run)
    assert [row["pattern"] for row in rows] == [None, "log:{int}", "old:{int}", "page:{int}"]
    done = run("trends", "--format", "jsonl", "--max-rows", "0")
    known = {row["pattern"]: row for row in map(json.loads, done.stdout.splitlines())}
    for row in rows:
        same = known[row["pattern"]]
        assert [count for _, count in row["series"]] == same["series"]
        assert [row[name] for name in ("last_bytes", "first_bytes", "bytes_per_day")] == [
            same[name] for name in ("last_bytes", "first_bytes", "bytes_per_day")
        ]
    assert [at_ms for at_ms, _ in rows[1]["series"]] == [(FIRST + number * DAY) * 1000 for number in range(5)]


def test_days_to_the_limit(run: Run, history: Path) -> None:
    total = growth(run)[0]
    assert total["days_to_limit"] is None
    limit = total["last_bytes"] + 20 * total["bytes_per_day"]
    (history / "rdbscope.toml").write_text(f'[[nodes]]\nname = "a"\ndumps = "*.rdb"\nmaxmemory = {limit}\n')
    rows = growth(run)
    assert (rows[0]["days_to_limit"], rows[1]["days_to_limit"]) == (20.0, None)
    page = run("report", "--format", "html").stdout.decode()
    assert "<dt>to the limit</dt><dd>20 days</dd>" in page
    (history / "rdbscope.toml").write_text('[[nodes]]\nname = "a"\ndumps = "*.rdb"\nmaxmemory = 1000\n')
    assert growth(run)[0]["days_to_limit"] == 0


def test_three_snapshots_are_needed_and_later_ones_do_not_count(run: Run, history: Path) -> None:
    assert growth(run, "2") == []
    assert b'id="growth"' not in run("report", "2", "--format", "html").stdout
    rows = growth(run, "3")
    assert [len(row["series"]) for row in rows] == [3] * 5
    assert "gone:{int}" in [row["pattern"] for row in rows]


def test_thinned_snapshots_count_too(run: Run, history: Path) -> None:
    before = growth(run)
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    assert growth(run) == before


def test_in_every_format(run: Run, history: Path) -> None:
    text = run("report", env={"COLUMNS": "100"}).stdout.decode()
    block = text[text.index("\nGrowth\n") :].split("\n\n")[0]
    assert re.search(r"log:\{int\} .* ▁▂▄▆█", block) and re.search(r"page:\{int\} .* ▁▁▁▁▁", block)
    assert "▁▂▄▆█" in run("report", "--format", "markdown").stdout.decode()
    rows = list(csv.reader(io.StringIO(run("report", "--format", "csv").stdout.decode())))
    series = [row[3] for row in rows if row[0] == "growth" and row[2] == "series"]
    assert len(series) == 4 and series[0].startswith(f"{FIRST}000=")
    page = run("report", "--format", "html").stdout.decode()
    part = page[page.index('<section id="growth"') : page.index('<section id="findings"')]
    assert (part.count("<figure>"), part.count('role="img"')) == (4, 4)
    assert " style=" not in part and 'href="#growth"' in page


def test_of_a_team_and_hashed(run: Run, history: Path) -> None:
    (history / "rdbscope.toml").write_text('[owners]\nlog = "web"\nold = "shop"\n')
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    assert [row["pattern"] for row in growth(run, "--owner", "shop")] == ["old:{int}"]
    hashed = growth(run, "--redact")
    assert hashed[0]["total"] == "all keys"
    assert all(re.fullmatch(r"[0-9a-f]{8}:\{int\}", row["pattern"]) for row in hashed[1:])


def test_several_nodes_have_a_chart_each(run: Run, history: Path) -> None:
    for number in range(3):
        (history / "b.rdb").write_bytes(night(number, *strings(b"log", 500 - 100 * number)))
        run("load", "b.rdb", "--node", "b", "--no-check")
    (history / "c.rdb").write_bytes(night(0, *strings(b"log", 5)))
    run("load", "c.rdb", "--node", "c", "--no-check")
    rows = growth(run, "--all-nodes")
    assert [(row["total"], row["pattern"], len(row["series"])) for row in rows] == [("b", None, 3), ("a", None, 5)]


def _table(*series: list[tuple[int, int]]) -> Table:
    rows = [
        {
            "total": None,
            "pattern": "p",
            "series": one,
            "last_bytes": one[-1][1],
            "bytes_per_day": 0,
            "days_to_limit": None,
        }
        for one in series
    ]
    return Table("growth", "", "", [], rows)


def test_charts_share_the_time_and_have_a_scale_each() -> None:
    day = DAY * 1000
    (whole, late), days = charts(_table([(0, 50), (day, 100), (4 * day, 25)], [(2 * day, 0), (4 * day, 7)]))
    assert days == ("1970-01-01", "1970-01-05")
    assert whole.line == f"M4 32L62 4L{WIDTH - 4} 46"
    assert whole.area == f"M4 {HEIGHT}L4 32L62 4L{WIDTH - 4} 46L{WIDTH - 4} {HEIGHT}z"
    assert (whole.highest, late.highest) == ("100 B", "7 B")
    assert late.line == f"M120 {HEIGHT}L{WIDTH - 4} 4"
    assert whole.dots[1] == ("62", "4", "1970-01-02: 100 B")
    assert late.words == "From 0 B on 1970-01-03 to 7 B on 1970-01-05, at most 7 B, in 2 snapshots"


def test_a_long_history_does_not_fill_the_page() -> None:
    hour = 3_600_000
    (chart,), _ = charts(_table([(number * hour, 10 if number != 2222 else 90) for number in range(5000)]))
    assert chart.dots == [] and len(chart.line) < 2500
    # The one peak is still there.
    assert " 4L" in chart.line
    assert chart.line.endswith(chart.last[0] + " " + chart.last[1])


def test_spark() -> None:
    assert spark([0, 1, 2, 3, 4, 5, 6, 7, 8]) == "▁▂▃▄▅▆▇██"
    assert spark([5, 5]) == "▁▁"
    assert spark([]) == ""
    assert len(spark(list(range(100)))) == 24
