"""The table of snapshots: finding, choosing, writing and dropping them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from rdbscope.console import safe_text
from rdbscope.errors import UsageError, shorten
from rdbscope.options import ReadOptions
from rdbscope.sources import OpenSource
from rdbscope.store import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Every table whose rows belong to one snapshot.
TABLES = (
    "key_rows",
    "forms",
    "pattern_merges",
    "patterns",
    "pattern_forms",
    "prefix_nodes",
    "key_facts",
    "stream_group_rows",
    "stream_consumer_rows",
    "functions",
    "scripts",
    "aux",
    "module_aux",
    "declared_counts",
    "anomalies",
    "templates",
    "kept_largest_keys",
    "slot_rows",
    "aof_parts",
    "aof_commands",
    "aof_keys",
    "aof_events",
    "findings",
    "snapshots",
)
# Times outside of this are no times: a hand-made `ctime` must not overflow the arithmetic of the views.
_LAST_MS = 253_402_300_799_999
# Of a number of a snapshot, a BIGINT; what is longer can only be a name.
_DIGITS = 18


@dataclass(frozen=True)
class Snapshot:
    """A row of `snapshots`, as far as commands need it to choose one."""

    snapshot_id: int
    name: str
    keys: int
    damage: str | None
    detail: str

    @property
    def has_keys(self) -> bool:
        """Whether its key rows are there: of a thinned snapshot only roll-ups are."""
        return self.detail == "keys"

    def need_keys(self) -> Snapshot:
        """The snapshot itself, where its key rows are there.

        Raises:
            UsageError: it was thinned to its roll-ups.
        """
        if not self.has_keys:
            raise UsageError(
                f"snapshot {self.snapshot_id} ({self.name}) was thinned: its single keys are gone",
                hint="report, trends, tree and query largest_keys read what stays; for the keys load the dump again",
            )
        return self


def next_id(connection: DuckDBPyConnection) -> int:
    """A number for a snapshot; the newest snapshot has the highest."""
    return int(fetch.scalar(connection, "SELECT nextval('snapshot_ids')"))


def choose(connection: DuckDBPyConnection, wanted: str | None) -> Snapshot:
    """The snapshot that the user means: a number, a name, or the newest where nothing is said.

    Raises:
        UsageError: there is no such snapshot.
    """
    if wanted is None:
        found = _first(connection, "ORDER BY snapshot_id DESC", [])
    elif wanted.isdecimal() and len(wanted) <= _DIGITS:
        found = _first(connection, "WHERE snapshot_id = ?", [int(wanted)])
    else:
        found = _first(connection, "WHERE name = ? ORDER BY snapshot_id DESC", [wanted])
    if found is None:
        what = "the database has no snapshot" if wanted is None else f"no snapshot '{shorten(wanted)}'"
        raise UsageError(what, hint="see them with: rdbscope snapshots list")
    return found


def _first(connection: DuckDBPyConnection, where: str, parameters: list[object]) -> Snapshot | None:
    row = fetch.first(
        connection, f"SELECT snapshot_id, name, keys, damage, detail FROM snapshots {where} LIMIT 1", parameters
    )
    return None if row is None else Snapshot(*row)


def delete(connection: DuckDBPyConnection, snapshot_id: int) -> None:
    """Deletes every row of a snapshot; the caller commits. The space is used again by the next load."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE snapshot_id = ?", [snapshot_id])


def damage_text(facts: dict[str, Any]) -> str | None:
    """The damage that salvage met, as one sentence; None for a whole dump."""
    damage = facts["damage"]
    if damage is None:
        return None
    lost = facts["damaged_keys"]
    costs = f"; {lost:,} damaged key{'s' if lost != 1 else ''} left out" if lost else ""
    return f"{damage['kind']} at byte {damage['offset']:,}: {damage['message']}{costs}"


def insert(
    connection: DuckDBPyConnection,
    snapshot_id: int,
    facts: dict[str, Any],
    source: OpenSource,
    options: ReadOptions,
    *,
    fingerprint: str,
    labels: Mapping[str, str | None],
    keys: int,
    damage: str | None,
) -> None:
    """Writes the row of a snapshot, with the sums of its key groups."""
    from rdbscope._native import __version__

    columns: dict[str, object] = {
        "snapshot_id": snapshot_id,
        **labels,
        # Files may have names that are no text.
        "name": safe_text(labels["name"] or PurePosixPath(source.name).name),
        "taken_at_ms": taken_at_ms(facts, source),
        "source": safe_text(source.name),
        "source_kind": source.kind.value,
        "source_bytes": source.stored_bytes,
        "source_fingerprint": fingerprint,
        "server": facts["server"],
        "server_version": facts["server_version"],
        "rdb_version": facts["rdb_version"],
        "used_memory_bytes": facts["used_memory_bytes"],
        "eviction_hint": facts["eviction_hint"],
        "keys": keys,
        "overhead_bytes": facts["overhead_bytes"],
        "checksum": facts["checksum"] or "absent",
        "damage": damage,
        "model": facts["model"],
        "detail": "keys",
        "scope": options.scope(),
        "config": json.dumps(_config(facts, options), sort_keys=True),
        "tool_version": __version__,
    }
    connection.execute(
        f"INSERT INTO snapshots BY NAME SELECT {', '.join(f'${column} AS {column}' for column in columns)}, "
        "now() AS loaded_at, coalesce(sum(expiring_keys), 0)::BIGINT AS expiring_keys, "
        "sum(memory_bytes)::BIGINT AS memory_bytes FROM key_groups",
        columns,
    )


def taken_at_ms(facts: dict[str, Any], source: OpenSource) -> int | None:
    """When the snapshot was taken, Unix milliseconds: as the dump tells, else the time of the file; None if unknown.

    A log holds what was there at its last time annotation, not only what was there when its base was written.
    """
    log = facts["log"]
    return (_time(log["last_at_ms"]) if log else None) or _time(facts["ctime_ms"]) or _time(source.modified_at_ms)


def _time(milliseconds: int | None) -> int | None:
    return milliseconds if milliseconds is not None and 0 < milliseconds <= _LAST_MS else None


def _config(facts: dict[str, Any], options: ReadOptions) -> dict[str, object]:
    config: dict[str, object] = {
        "server": facts["assumed_server"],
        "version": facts["assumed_version"],
        **facts["config"],
        "startup_bytes": facts["startup_bytes"],
    }
    if facts["doubt"] is not None:
        config["doubt"] = facts["doubt"]
    if facts["log"] is not None:
        config["log"] = facts["log"]
    if options.filtered:
        config["filters"] = {
            "match": [safe_text(glob.decode("utf-8", "backslashreplace")) for glob in options.match],
            "types": list(options.types),
            "databases": list(options.databases),
        }
    if options.until is not None and facts["log"] is not None:
        config["until"] = options.until
    return config


def drop(connection: DuckDBPyConnection, snapshot_ids: list[int]) -> None:
    """Deletes snapshots in one transaction."""
    connection.execute("BEGIN")
    try:
        for snapshot_id in snapshot_ids:
            delete(connection, snapshot_id)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
