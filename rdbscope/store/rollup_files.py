"""The SQL that rolls a snapshot up after its rows are in."""

from __future__ import annotations

from pathlib import Path


def script(name: str) -> str:
    """The text of `rollup/<name>.sql`; every script takes the parameter `snapshot_id`."""
    return (Path(__file__).parent / "rollup" / f"{name}.sql").read_text("utf-8")
