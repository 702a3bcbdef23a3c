"""Whether a file is in the database already: the same bytes, read with the same options, of the same node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rdbscope.options import ReadOptions
from rdbscope.store import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from rdbscope.store.load import Labels


@dataclass(frozen=True)
class Known:
    """The snapshot of the same file."""

    snapshot_id: int
    keys: int
    damage: str | None
    node: str | None
    cluster: str | None
    shard: str | None


def fingerprint(digest: str, options: ReadOptions) -> str:
    """What recognises the same file loaded with the same options."""
    changed = options.digest()
    return f"{digest} {changed}" if changed else digest


def find(connection: DuckDBPyConnection, value: str, node: str | None) -> Known | None:
    """The snapshot of the same file, or None.

    A file of another node is not the same: a replica that has just been given its data, a node made of a backup of
    another one, hold it byte for byte. Where one of both has no node, it is taken for the same.
    """
    row = fetch.first(
        connection,
        "SELECT snapshot_id, keys, damage, node, cluster, shard FROM snapshots "
        "WHERE source_fingerprint = $value AND ($node::VARCHAR IS NULL OR node IS NULL OR node = $node) "
        "ORDER BY node IS NOT DISTINCT FROM $node::VARCHAR DESC, snapshot_id DESC LIMIT 1",
        {"value": value, "node": node},
    )
    return None if row is None else Known(*row)


def adopt(connection: DuckDBPyConnection, known: Known, labels: Labels) -> bool:
    """Gives the snapshot the node of `labels` where it has none, so that it is in the history of that node."""
    if known.node is not None or labels.node is None:
        return False
    connection.execute(
        "UPDATE snapshots SET node = ?, cluster = ?, shard = ? WHERE snapshot_id = ?",
        [labels.node, labels.cluster, labels.shard, known.snapshot_id],
    )
    return True


def replacing(known: Known, labels: Labels) -> Labels:
    """The labels of a snapshot that is put in the place of `known`: its node, where none is said."""
    if labels.node is not None:
        return labels
    return replace(labels, node=known.node, cluster=known.cluster, shard=known.shard)
