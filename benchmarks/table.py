"""The results as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .dumps import Dump
from .instructions import Instructions
from .measure import Measure, inherited_rss_bytes
from .peers import Tool

COLUMNS = (
    "program",
    "command",
    "CPU s",
    "wall s",
    "MB/s",
    "keys/s",
    "CPU s per GB",
    "peak MB",
    "CPU to rdbscope",
    "CPU to floor",
)


@dataclass(frozen=True)
class Row:
    """What a task cost on a dump; the first row of a job is what the others are compared with."""

    tool: str
    label: str
    dump: Dump
    measure: Measure

    @property
    def cpu_s_per_gb(self) -> float:
        """CPU seconds per 10⁹ bytes of dump: comparable across dumps of one shape."""
        return self.measure.cpu_s / self.dump.size_bytes * 1e9


def machine(tools: Iterable[Tool]) -> str:
    """The machine and the versions of everything that was measured."""
    lines = [
        f"Measured {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC on {_processor()}, {_cpus()} CPUs, "
        f"{_memory_gb():.0f} GB, {platform.system()} {platform.release()}, Python {platform.python_version()}.",
        "",
        "| program | version |",
        "| --- | --- |",
    ]
    lines += [f"| {tool.name} | {tool.version or 'unknown'} |" for tool in tools]
    return "\n".join(lines)


def job(name: str, dump: Dump, rows: Sequence[Row], floor: Row) -> str:
    """The table of one job on one dump."""
    lines = [
        f"### {name}, {dump.name}: {dump.keys:,} keys, {dump.size_bytes / 1e6:,.0f} MB, RDB {dump.rdb_version}",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"| --- | --- |{' ---: |' * (len(COLUMNS) - 2)}",
    ]
    own = rows[0] if rows and rows[0].tool == "rdbscope" and rows[0].measure.exit_status == 0 else None
    lines += [_line(row, own, floor, dump) for row in [*rows, floor]]
    return "\n".join(lines)


def _line(row: Row, own: Row | None, floor: Row, dump: Dump) -> str:
    label = row.label
    if row.dump != dump:
        label += f" ({row.dump.keys:,} keys, RDB {row.dump.rdb_version})"
    measure = row.measure
    if measure.exit_status != 0:
        return f"| {row.tool} | {label} | failed, exit status {measure.exit_status} | | | | | | | |"
    peak = measure.peak_rss_bytes
    cells = [
        row.tool,
        label,
        f"{measure.cpu_s:.2f}",
        f"{measure.wall_s:.2f}",
        f"{row.dump.size_bytes / 1e6 / measure.wall_s:,.0f}",
        f"{row.dump.keys / measure.wall_s:,.0f}",
        f"{row.cpu_s_per_gb:.2f}",
        f"{peak / 1e6:,.0f}" if peak else f"< {inherited_rss_bytes() / 1e6:.0f}",
        f"{row.cpu_s_per_gb / own.cpu_s_per_gb:.2f}" if own and own.cpu_s_per_gb else "",
        f"{row.cpu_s_per_gb / floor.cpu_s_per_gb:.1f}" if floor.cpu_s_per_gb else "",
    ]
    return f"| {' | '.join(cells)} |"


def instruction_counts(counts: Sequence[Instructions]) -> str:
    """The table of instruction counts of the parser alone."""
    lines = [
        "### Instructions of the parser alone (callgrind, sink that wants nothing)",
        "",
        "| dump | values unpacked | instructions | per key | per byte |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for c in counts:
        unpacked = "all" if c.deep else "as a load needs"
        per_key, per_byte = c.count / max(c.dump.keys, 1), c.count / c.dump.size_bytes
        lines.append(
            f"| {c.dump.name}, {c.dump.keys:,} keys | {unpacked} | {c.count:,} | {per_key:,.0f} | {per_byte:.2f} |"
        )
    return "\n".join(lines)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(names, platform.machine())


def _cpus() -> int:
    return os.cpu_count() or 1


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
