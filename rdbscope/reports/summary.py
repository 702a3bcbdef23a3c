"""The summary of a load: what is in it, where the bytes are, what is odd. Without colour it says the same."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.reports.colour import bold
from rdbscope.reports.human import moment, share, size
from rdbscope.reports.table import layout
from rdbscope.store.facts import TORN_ENDS

if TYPE_CHECKING:
    from rdbscope.store.facts import Row, SnapshotFacts

_SHOWN = 8
_KEYS_SHOWN = 5
_INDENT = "  "
_CHECKSUMS = {
    "ok": "checksum ok",
    "mismatch": "CHECKSUM WRONG",
    "absent": "no checksum in this format",
    "disabled": "checksum switched off by the writer",
}


def text(facts: SnapshotFacts, *, width: int, colour: bool) -> str:
    """The summary as lines of at most `width` cells."""
    lines = _head(facts, width, colour)
    if facts.snapshot["keys"]:
        lines += ["", *_breakdown("By type and encoding", facts.types, len(facts.types), facts, width, colour)]
        lines += [
            "",
            *_breakdown("Largest patterns", facts.patterns, facts.pattern_count, facts, width, colour, ttl=True),
        ]
        lines += ["", *_largest(facts, width, colour)]
        lines += ["", *_wrapped(_expiry(facts), width, first="")]
    if facts.findings:
        lines += ["", *_wrapped(_findings(facts), width, first="")]
    return "".join(f"{line}\n" for line in lines)


def _findings(facts: SnapshotFacts) -> str:
    counts = ", ".join(f"{found:,} {severity}" for severity, _, found in facts.findings)
    return f"Findings, the age of the dump aside: {counts}; rdbscope check shows them"


def _head(facts: SnapshotFacts, width: int, colour: bool) -> list[str]:
    row = facts.snapshot
    whole = row["damage"] is None and row["checksum"] != "mismatch"
    torn = not TORN_ENDS.isdisjoint(kind for kind, _ in facts.anomalies)
    verdict = "NOT WHOLE" if not whole else "whole up to a torn end" if torn else "whole"
    if colour:
        verdict = f"\x1b[{'32' if whole else '1;31'}m{verdict}\x1b[0m"
    title = bold(f"Snapshot {row['snapshot_id']}: {safe_text(row['name'])}", colour)
    server = f"{row['server']} {row['server_version']}" if row["server_version"] else "server unknown"
    details = [
        f"{safe_text(server)}, {_format(facts)}, taken {moment(row['taken_at_ms'])}",
        f"{row['keys']:,} keys{_databases(facts)}",
        _bytes(facts),
        *_reconciliation(facts),
    ]
    if row["scope"] is not None:
        details.append(f"loaded: {safe_text(row['scope'])}")
    if (until := json.loads(row["config"]).get("until")) is not None:
        details.append(f"commands up to {safe_text(until)}")
    if row["damage"] is not None:
        details.append(f"damage: {safe_text(row['damage'])}")
    if facts.anomalies:
        details.append("anomalies: " + ", ".join(f"{kind} {count:,}" for kind, count in facts.anomalies))
    lines = [f"{title} — {verdict}, {_CHECKSUMS[row['checksum']]}"]
    for detail in details:
        lines += _wrapped(detail, width, first=_INDENT)
    return lines


def _format(facts: SnapshotFacts) -> str:
    row = facts.snapshot
    dump = None if row["rdb_version"] is None else f"RDB {row['rdb_version']}"
    commands = json.loads(row["config"]).get("log", {}).get("commands")
    log = None if commands is None else f"{commands:,} commands of a log"
    return " and ".join(part for part in (dump, log) if part is not None)


def _databases(facts: SnapshotFacts) -> str:
    if len(facts.databases) < 2:
        return ""
    shown = ", ".join(f"db{db} {keys:,}" for db, keys in facts.databases[:_SHOWN])
    more = len(facts.databases) - _SHOWN
    return f": {shown}" + (f" and {more} more databases" if more > 0 else "")


def _bytes(facts: SnapshotFacts) -> str:
    row = facts.snapshot
    parts = []
    if row["memory_bytes"] is not None:
        estimated = " (estimated)" if row["model"] == "estimate" else ""
        parts.append(f"{size(row['memory_bytes'])} memory{estimated}")
    parts += [f"{size(facts.value_bytes)} payload", f"{size(row['source_bytes'])} file"]
    if row["used_memory_bytes"] is not None:
        parts.append(f"{size(row['used_memory_bytes'])} used by the server when it saved")
    return ", ".join(parts)


def _reconciliation(facts: SnapshotFacts) -> list[str]:
    """What is known beside what the server said it used: a line of plausibility, no more."""
    row = facts.snapshot
    config = json.loads(row["config"])
    lines = []
    if row["model"] == "estimate":
        lines.append(
            f"memory is an estimate: {safe_text(str(config.get('doubt') or 'a version that was not verified'))}"
        )
    keys, tables, startup = row["memory_bytes"], row["overhead_bytes"], config.get("startup_bytes")
    # With filters, or keys of modules that have no figure, the sum says nothing about the server.
    if not row["used_memory_bytes"] or not keys or tables is None or not startup or "filters" in config:
        return lines
    known = keys + tables + startup
    lines.append(
        f"accounted for: keys {size(keys)} + tables {size(tables)} + empty server {size(startup)} = "
        f"{known / row['used_memory_bytes']:.0%} of used memory; clients, buffers and histograms are left out"
    )
    return lines


def _breakdown(
    title: str, rows: list[Row], count: int, facts: SnapshotFacts, width: int, colour: bool, *, ttl: bool = False
) -> list[str]:
    memory = facts.snapshot["memory_bytes"] is not None
    whole = facts.snapshot["memory_bytes"] if memory else facts.value_bytes
    header = [
        title,
        "keys",
        *(["memory"] if memory else []),
        "payload",
        "in file",
        "share",
        *(["expire"] if ttl else []),
    ]
    cells: list[tuple[str | None, ...]] = []
    for row in rows[:_SHOWN]:
        measure = row.memory_bytes if memory else row.value_bytes
        cells.append(
            (
                row.label,
                f"{row.keys:,}",
                *([size(row.memory_bytes)] if memory else []),
                size(row.value_bytes),
                size(row.dump_bytes),
                share(measure or 0, whole or 0),
                *([row.detail] if ttl else []),
            )
        )
    lines = _table(header, cells, [False, *[True] * (len(header) - 1)], width, colour)
    return lines + ([f"{_INDENT}and {count - _SHOWN:,} more"] if count > _SHOWN else [])


def _largest(facts: SnapshotFacts, width: int, colour: bool) -> list[str]:
    memory = facts.snapshot["memory_bytes"] is not None
    header = ["Largest keys", "type", "elements", *(["memory"] if memory else []), "payload", "in file"]
    cells: list[tuple[str | None, ...]] = [
        (
            row.label,
            row.detail,
            "–" if row.keys is None else f"{row.keys:,}",
            *([size(row.memory_bytes)] if memory else []),
            size(row.value_bytes),
            size(row.dump_bytes),
        )
        for row in facts.largest[:_KEYS_SHOWN]
    ]
    return _table(header, cells, [False, False, *[True] * (len(header) - 2)], width, colour)


def _table(
    header: list[str], cells: list[tuple[str | None, ...]], right: list[bool], width: int, colour: bool
) -> list[str]:
    lines = layout(header, cells, right, width=width - len(_INDENT), colour=colour)
    return [f"{_INDENT}{line}" for line in lines]


def _expiry(facts: SnapshotFacts) -> str:
    keys, expiring = facts.snapshot["keys"], facts.snapshot["expiring_keys"]
    classes = ", ".join(f"{label} {count:,}" for label, count in facts.ttl if label != "no expiry")
    return f"{share(expiring, keys)} of the keys expire" + (f": {classes}" if classes else "")


def _wrapped(line: str, width: int, *, first: str) -> list[str]:
    return textwrap.wrap(line, max(40, width), initial_indent=first, subsequent_indent=_INDENT * 2) or [""]
