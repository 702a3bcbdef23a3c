"""The servers of `[[nodes]]`: what they are called and how large they may become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rdbscope.config import Configuration
from rdbscope.errors import UsageError
from rdbscope.store.memory_limit import size_in_bytes


@dataclass(frozen=True)
class Node:
    """One `[[nodes]]`.

    Attributes:
        name: of the node in `snapshots`.
        dumps: path, glob or URL of its dumps.
        cluster: the cluster it belongs to, or None.
        shard: master and replica of one shard share it, or None.
        role: master or replica.
        maxmemory: bytes, or None.
    """

    name: str
    dumps: str
    cluster: str | None = None
    shard: str | None = None
    role: str = "master"
    maxmemory: int | None = None


def nodes(said: Configuration) -> list[Node]:
    """The nodes of the configuration, in the order of the file.

    Raises:
        UsageError: two of one name, or a size that is none.
    """
    found = [_node(entry) for entry in said.values.get("nodes", ())]
    seen: set[str] = set()
    for one in found:
        if one.name in seen:
            raise UsageError(f"{said.file}: two [[nodes]] are called '{one.name}'", hint="give each a name of its own")
        seen.add(one.name)
    return found


def _node(entry: Mapping[str, Any]) -> Node:
    cluster, role = entry.get("cluster"), entry.get("role", "master")
    shard = str(entry["shard"]) if "shard" in entry else None
    parts = [part for part in (cluster, shard) if part is not None]
    if role == "replica":
        parts.append(role)
    maxmemory = entry.get("maxmemory")
    return Node(
        name=entry.get("name") or "/".join(parts) or entry["dumps"],
        dumps=entry["dumps"],
        cluster=cluster,
        shard=shard,
        role=role,
        maxmemory=size_in_bytes(maxmemory) if isinstance(maxmemory, str) else maxmemory,
    )


def limits(said: Configuration) -> dict[str, int]:
    """The maxmemory of each node that has one, bytes by name."""
    return {one.name: one.maxmemory for one in nodes(said) if one.maxmemory}
