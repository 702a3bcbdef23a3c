"""JSON lines for log shippers: one per node and night, appended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from rdbscope.errors import OutputError
from rdbscope.nightly.facts import Night, NodeNight


def append(night: Night, run_id: int, path: Path) -> None:
    """Adds the lines of the nodes that this run dealt with, in one write.

    Raises:
        OutputError: the file cannot be written.
    """
    lines = [json.dumps(line) + "\n" for line in _lines(night, run_id)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as log:
            log.write(_mended_end(log) + "".join(lines).encode())
    except OSError as problem:
        raise OutputError(f"{path}: {problem.strerror or problem}") from problem


def _mended_end(log: BinaryIO) -> bytes:
    """What ends the line before, where a full disk or a power cut tore it."""
    if log.seek(0, os.SEEK_END) == 0:
        return b""
    log.seek(-1, os.SEEK_END)
    return b"" if log.read(1) == b"\n" else b"\n"


def _lines(night: Night, run_id: int) -> Iterable[Mapping[str, object]]:
    for one in night.nodes:
        if one.row.run_id == run_id:
            yield line(night, one)


def line(night: Night, one: NodeNight) -> dict[str, object]:
    """One node as an object; what is unknown is null."""
    row, now, before = one.row, one.now, one.before
    return {
        "time": _time(night.now_ms),
        "night": night.night,
        "node": row.node,
        "cluster": row.cluster,
        "shard": row.shard,
        "role": row.role,
        "status": row.status,
        "message": row.message,
        "source": row.source,
        "snapshot_id": row.snapshot_id,
        "taken_at": None if row.taken_at_ms is None else _time(row.taken_at_ms),
        "counted": row.counted,
        "keys": now.keys if now else None,
        "keys_before": before.keys if before else None,
        "memory_bytes": now.memory_bytes if now else None,
        "memory_bytes_before": before.memory_bytes if before else None,
        "dump_bytes": now.source_bytes if now else None,
        "findings": {found.check_id: found.count for found in one.findings},
    }


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, tz=timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
