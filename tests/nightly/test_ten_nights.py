"""The job over ten nights: what trends, findings, metrics, log and reports say of each."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import environment, program
from tests.nightly.ten_nights import (
    CACHE_CUT,
    MOVED,
    MOVING,
    TTL_LOST,
    TWO_MISSING,
    clock,
    date,
    prepare,
    write,
)


@dataclass
class Nights:
    """What ten runs left, and how each ended."""

    folder: Path
    codes: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            program(*arguments),
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def ask(self, sql: str) -> list[dict[str, Any]]:
        done = self.run("query", sql, "--format", "jsonl", "--max-rows", "0")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def log(self, number: int) -> dict[str, dict[str, Any]]:
        lines = [json.loads(line) for line in (self.folder / "var/nightly.jsonl").read_text().splitlines()]
        return {line["node"]: line for line in lines if line["night"] == date(number)}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("nights")
    prepare(folder)
    found = Nights(folder)
    for number in range(10):
        write(folder, number)
        done = found.run("nightly", "--now", clock(number))
        found.codes.append(done.returncode)
        found.said.append(done.stderr)
        found.metrics.append((folder / "var/rdbscope.prom").read_text())
    yield found


def test_only_the_damaged_night_fails(nights: Nights) -> None:
    assert nights.codes == [3 if number == CACHE_CUT else 0 for number in range(10)]
    assert "cache-3.rdb: the file ends too early" in nights.said[CACHE_CUT]
    assert (
        nights.said[CACHE_CUT]
        .splitlines()[-1]
        .startswith(f"rdbscope: note: nightly {date(CACHE_CUT)}: 4 nodes: 3 loaded, 0 missing, 1 bad")
    )


def test_the_others_go_on_without_the_damaged_one(nights: Nights) -> None:
    assert {name: line["status"] for name, line in nights.log(CACHE_CUT).items()} == {
        "cache": "bad",
        "shop/1": "loaded",
        "shop/1/replica": "loaded",
        "shop/2": "loaded",
    }
    assert nights.log(CACHE_CUT + 1)["cache"]["status"] == "loaded"


def test_a_node_without_a_fresh_dump_is_missing(nights: Nights) -> None:
    line = nights.log(TWO_MISSING)["shop/2"]
    assert (line["status"], line["findings"], line["keys"]) == ("missing", {"missing-node": 1}, None)
    assert line["message"] == "the newest dump is 28 hours old, more than 26 hours"
    assert 'rdbscope_findings{node="shop/2",check="missing-node",severity="high"} 1' in nights.metrics[TWO_MISSING]
    assert "missing-node" not in nights.metrics[TWO_MISSING + 1]
    report = json.loads((nights.folder / "var/reports" / date(TWO_MISSING) / "all.json").read_text())
    assert report["verdict"].startswith("1 of 4 nodes without a fresh, readable dump: shop/2.")
    assert report["findings"][0]["check_id"] == "missing-node"
    assert report["severities"]["high"] == 1


def test_master_and_replica_count_once(nights: Nights) -> None:
    line = nights.log(9)
    assert {name: one["counted"] for name, one in line.items()} == {
        "cache": True,
        "shop/1": True,
        "shop/1/replica": False,
        "shop/2": True,
    }
    assert "; 2,650 keys, " in nights.said[9]
    assert line["shop/1"]["keys"] + line["shop/2"]["keys"] + line["cache"]["keys"] == 2650


def test_trends_see_the_growth(nights: Nights) -> None:
    done = nights.run("trends", "--format", "jsonl", "--max-rows", "0")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    found = {(row["node"], row["pattern"]): row for row in rows}
    grown = found["shop/1", "user:{a}:{int}"]
    assert (grown["snapshots"], grown["first_keys"], grown["last_keys"]) == (10, 1000, 1900)
    assert grown["keys_per_day"] == pytest.approx(100, abs=0.01)
    assert grown["fit"] > 0.99
    total = found["shop/1", None]
    assert total["days_to_limit"] == pytest.approx((10e6 - total["last_bytes"]) / total["bytes_per_day"], rel=0.01)
    assert found["shop/2", "order:{b}:{int}"]["keys_per_day"] == 0
    # Nine dumps: one night was missing. The cache has nine too: one was damaged.
    assert found["shop/2", "order:{b}:{int}"]["snapshots"] == 9
    assert found["cache", None]["snapshots"] == 9


def test_the_lost_expiry_is_found_on_the_night_it_was_lost(nights: Nights) -> None:
    flagged = [number for number in range(10) if 'check="session-without-ttl"' in nights.metrics[number]]
    assert flagged == list(range(TTL_LOST, 10))
    report = json.loads((nights.folder / "var/reports" / date(TTL_LOST) / "node-cache.json").read_text())
    assert "session-without-ttl" in {one["check_id"] for one in report["findings"]}


def test_steady_growth_is_found_as_soon_as_there_is_a_week_of_it(nights: Nights) -> None:
    sample = 'rdbscope_findings{{node="{}",check="unbounded-growth",severity="medium"}} 1'
    for node in ("shop/1", "shop/1/replica"):
        flagged = [number for number in range(10) if sample.format(node) in nights.metrics[number]]
        assert flagged == [7, 8, 9], node
    report = json.loads((nights.folder / "var/reports" / date(9) / "node-shop-1-f0ad2890.json").read_text())
    found = [one for one in report["findings"] if one["check_id"] == "unbounded-growth"]
    assert [one["pattern"] for one in found] == ["user:{a}:{int}"]
    size = r"[\d.]+ KiB"
    said = rf"grew from {size} to {size} in 9 days, usually by {size} a day, in 10 snapshots"
    assert re.fullmatch(said, found[0]["message"])
    # A resharding and a damaged or missing night are no growth.
    others = [line for text in nights.metrics for line in text.splitlines() if "shop/1" not in line]
    assert not [line for line in others if "unbounded-growth" in line]


def test_a_resharding_is_seen_and_is_no_overlap_once_it_is_finished(nights: Nights) -> None:
    overlapping = [number for number in range(10) if 'check="overlapping-slots"' in nights.metrics[number]]
    assert overlapping == [MOVING]
    line = nights.log(MOVED)
    assert line["shop/1"]["keys"] - line["shop/1"]["keys_before"] == 100 - 50
    assert nights.log(MOVING)["shop/2"]["keys"] - nights.log(MOVING)["shop/2"]["keys_before"] == 50
    report = json.loads((nights.folder / "var/reports" / date(MOVED) / "node-shop-1-f0ad2890.json").read_text())
    assert "move:{c}:{int}" in json.dumps(report["tables"]["changes"])


def test_the_history_is_thinned(nights: Nights) -> None:
    details = nights.ask("SELECT detail, count(*) AS n FROM snapshots WHERE node = 'shop/1' GROUP BY 1 ORDER BY 1")
    assert details == [{"detail": "keys", "n": 2}, {"detail": "roll-ups", "n": 8}]


def test_the_dumps_of_a_night_are_one_group(nights: Nights) -> None:
    sql = f"SELECT cluster, count(*) AS n FROM nightly_nodes WHERE night = '{date(9)}' GROUP BY 1 ORDER BY 1 NULLS LAST"
    assert nights.ask(sql) == [{"cluster": "shop", "n": 3}, {"cluster": None, "n": 1}]
    assert nights.ask("SELECT DISTINCT cluster, shard FROM snapshots WHERE node = 'shop/1/replica'") == [
        {"cluster": "shop", "shard": "1"}
    ]


def test_reports_lie_by_date_and_latest_leads_to_the_newest(nights: Nights) -> None:
    reports = nights.folder / "var/reports"
    assert [path.name for path in sorted(reports.iterdir())] == [
        *[date(number) for number in range(10)],
        "index.html",
        "latest",
    ]
    assert str((reports / "latest").readlink()) == date(9)
    index = (reports / "index.html").read_text()
    assert all(f'<a href="{date(number)}/index.html">' in index for number in range(10))
    assert "1 missing" in index
    names = {path.name for path in (reports / "latest").iterdir()}
    assert {"all.html", "all.json", "cluster-shop.html", "index.html", "node-cache.html", "node-cache.json"} <= names


def test_metrics_are_valid_and_bounded(nights: Nights) -> None:
    from prometheus_client.parser import text_string_to_metric_families as parsed

    for number, text in enumerate(nights.metrics):
        families = {one.name: one for one in parsed(text)}
        assert all(one.name.startswith("rdbscope_") and one.documentation for one in families.values())
        labels = {label for one in families.values() for sample in one.samples for label in sample.labels}
        assert labels <= {"node", "type", "severity", "check"}
        keys = {one.labels["node"]: one.value for one in families["rdbscope_keys"].samples}
        assert keys["shop/1"] == 1000 + 100 * number + (50 if number < MOVED else 0)
        assert ("shop/2" in keys) == (number != TWO_MISSING)
        fresh = {one.labels["node"]: one.value for one in families["rdbscope_node_fresh"].samples}
        assert (fresh["cache"], fresh["shop/2"]) == (number != CACHE_CUT, number != TWO_MISSING)
        taken = {one.labels["node"]: one.value for one in families["rdbscope_snapshot_timestamp_seconds"].samples}
        assert families["rdbscope_nightly_run_timestamp_seconds"].samples[0].value - taken["shop/1"] == 4 * 3600


def test_check_knows_the_missing_node(nights: Nights) -> None:
    """Last: it adds a night."""
    (nights.folder / "dumps/cache-9.rdb").unlink()
    done = nights.run("nightly", "--now", clock(10))
    assert done.returncode == 0
    assert "0 loaded, 4 missing, 0 bad" in done.stderr
    found = json.loads(nights.run("check", "missing-node", "--format", "json").stdout)
    assert [(one["check_id"], one["keys"]) for one in found["findings"]] == [("missing-node", 4)]
    sql = "SELECT node FROM nightly_nodes WHERE status = 'missing' AND night = (SELECT max(night) FROM nightly_nodes)"
    assert len(nights.ask(sql)) == 4
