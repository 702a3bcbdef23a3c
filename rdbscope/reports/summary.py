"""The summary at the end of a load: what is in it, where the bytes are, what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.reports.human import moment, share, size

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from rdbscope.store.facts import Row, SnapshotFacts

_SHOWN = 8
_CHECKSUMS = {
    "ok": "checksum ok",
    "mismatch": "CHECKSUM WRONG",
    "absent": "no checksum in this format",
    "disabled": "checksum switched off by the writer",
}


def write(facts: SnapshotFacts, console: Console) -> None:
    """Prints the summary; without colour it says the same."""
    _head(facts, console)
    if not facts.snapshot["keys"]:
        return
    _breakdown(console, "By type and encoding", facts.types[:_SHOWN], facts, rest=len(facts.types) - _SHOWN)
    _breakdown(
        console, "Largest patterns", facts.patterns[:_SHOWN], facts, detail="expiring", rest=facts.pattern_count - _SHOWN
    )
    _largest(facts, console)
    _expiry(facts, console)


def _head(facts: SnapshotFacts, console: Console) -> None:
    from rich.text import Text

    row = facts.snapshot
    whole = row["damage"] is None and row["checksum"] != "mismatch"
    console.print(
        Text.assemble(
            (f"Snapshot {row['snapshot_id']} ", "bold"),
            (row["name"], "bold"),
            "  ",
            ("whole" if whole else "NOT WHOLE", "green" if whole else "bold red"),
            f", {_CHECKSUMS[row['checksum']]}",
        )
    )
    server = f"{row['server']} {row['server_version']}" if row["server_version"] else "server unknown"
    lines = [
        f"{server}, RDB {row['rdb_version']}, taken {moment(row['taken_at_ms'])}",
        f"{row['keys']:,} keys" + _databases(facts),
        _bytes(facts),
    ]
    if row["damage"] is not None:
        lines.append(f"damage: {row['damage']}")
    if facts.anomalies:
        lines.append("anomalies: " + ", ".join(f"{kind} {count:,}" for kind, count in facts.anomalies))
    for line in lines:
        console.print(f"  {line}")


def _databases(facts: SnapshotFacts) -> str:
    if len(facts.databases) < 2:
        return ""
    shown = ", ".join(f"db{db} {keys:,}" for db, keys in facts.databases[:_SHOWN])
    more = len(facts.databases) - _SHOWN
    return f": {shown}" + (f" and {more} more databases" if more > 0 else "")


def _bytes(facts: SnapshotFacts) -> str:
    row = facts.snapshot
    parts = [f"{size(row['memory_bytes'])} memory"] if row["memory_bytes"] is not None else []
    if row["overhead_bytes"] is not None:
        parts.append(f"{size(row['overhead_bytes'])} overhead")
    parts += [f"{size(facts.value_bytes)} payload", f"{size(row['source_bytes'])} file"]
    if row["used_memory_bytes"] is not None:
        parts.append(f"{size(row['used_memory_bytes'])} used by the server when it saved")
    return ", ".join(parts)


def _table(title: str, first: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold", padding=(0, 1))
    table.add_column(first, overflow="ellipsis", no_wrap=True, ratio=None, min_width=20)
    return table


def _breakdown(
    console: Console, title: str, rows: list[Row], facts: SnapshotFacts, *, detail: str = "", rest: int = 0
) -> None:
    memory = facts.snapshot["memory_bytes"] is not None
    table = _table(title, "")
    names = ["keys", *(["memory"] if memory else []), "payload", "in file", "share", *([detail] if detail else [])]
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    whole = facts.snapshot["memory_bytes"] if memory else facts.value_bytes
    for row in rows:
        measure = row.memory_bytes if memory else row.value_bytes
        cells = [row.label, f"{row.keys:,}", *([size(row.memory_bytes)] if memory else [])]
        cells += [size(row.value_bytes), size(row.dump_bytes), share(measure or 0, whole or 0)]
        table.add_row(*cells, *([row.detail] if detail else []))
    console.print(table)
    if rest > 0:
        console.print(f"and {rest:,} more")


def _largest(facts: SnapshotFacts, console: Console) -> None:
    memory = facts.snapshot["memory_bytes"] is not None
    table = _table("Largest keys", "")
    for name in ("type", "elements", *(["memory"] if memory else []), "payload", "in file"):
        table.add_column(name, justify="left" if name == "type" else "right", no_wrap=True)
    for row in facts.largest[:5]:
        elements = "–" if row.keys is None else f"{row.keys:,}"
        cells = [row.label, row.detail, elements, *([size(row.memory_bytes)] if memory else [])]
        table.add_row(*cells, size(row.value_bytes), size(row.dump_bytes))
    console.print(table)


def _expiry(facts: SnapshotFacts, console: Console) -> None:
    keys, expiring = facts.snapshot["keys"], facts.snapshot["expiring_keys"]
    console.print(f"{share(expiring, keys)} of the keys expire", end="")
    classes = ", ".join(f"{label} {count:,}" for label, count in facts.ttl if label != "no expiry")
    console.print(f": {classes}" if classes else "")
