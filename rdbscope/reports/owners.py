"""Which team owns which pattern: `[owners]` in rdbscope.toml maps namespaces or globs to teams."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from typing import TYPE_CHECKING

from rdbscope.errors import UsageError
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

NOBODY = "(no owner)"
_GLOB = re.compile(r"[*?\[]")


def owner_of(pattern: str, rules: list[tuple[re.Pattern[str] | None, str, str]]) -> str:
    """The team of the first rule that fits: a namespace by itself, a glob on the whole pattern."""
    namespace = pattern.partition(":")[0]
    for glob, text, team in rules:
        if glob.match(pattern) is not None if glob is not None else text == namespace:
            return team
    return NOBODY


def compiled(teams: Mapping[str, str]) -> list[tuple[re.Pattern[str] | None, str, str]]:
    """The rules, globs ready to match."""
    return [(re.compile(translate(text)) if _GLOB.search(text) else None, text, team) for text, team in teams.items()]


def prepare(connection: Connection, snapshots: list[int], teams: Mapping[str, str]) -> None:
    """Writes the temporary table `pattern_owners` for the patterns of the snapshots."""
    listed = ", ".join(map(str, snapshots))
    rows = fetch.rows(connection, f"SELECT DISTINCT pattern FROM patterns WHERE snapshot_id IN ({listed})")
    rules = compiled(teams)
    patterns = [row[0] for row in rows]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pattern_owners AS "
        "SELECT unnest($patterns::VARCHAR[]) AS pattern, unnest($owners::VARCHAR[]) AS owner",
        {"patterns": patterns, "owners": [owner_of(pattern, rules) for pattern in patterns]},
    )


def cut(connection: Connection, owner: str, teams: Mapping[str, str]) -> None:
    """Lets the SQL of the report see the patterns and keys of one team only.

    Temporary views stand before the tables of the same names.

    Raises:
        UsageError: no team of this name.
    """
    if owner not in teams.values() and owner != NOBODY:
        known = ", ".join(sorted(set(teams.values()))) or "none: there is no [owners] in rdbscope.toml"
        raise UsageError(f"no owner '{owner}'", hint=f"known: {known}")
    database = '"' + str(fetch.scalar(connection, "SELECT current_database()")).replace('"', '""') + '"'
    connection.execute("SET VARIABLE owner = $owner", {"owner": owner})
    for name, sql in _VIEWS.items():
        kind = "TABLE" if name in _TABLES else "VIEW"
        connection.execute(f"CREATE TEMP {kind} {name} AS {sql.format(main=f'{database}.main')}")


_TABLES = ("owned_patterns", "prefix_nodes")
_VIEWS = {
    "owned_patterns": """
        SELECT m.snapshot_id, m.pattern_id AS key_pattern_id, p.pattern_id
        FROM {main}.pattern_merges AS m
        INNER JOIN {main}.patterns AS p ON p.snapshot_id = m.snapshot_id AND p.pattern_id = m.final_id
        INNER JOIN pattern_owners AS o ON o.pattern = p.pattern AND o.owner = getvariable('owner')
    """,
    "patterns": """
        SELECT * FROM {main}.patterns AS p
        SEMI JOIN owned_patterns AS o ON o.snapshot_id = p.snapshot_id AND o.pattern_id = p.pattern_id
    """,
    "pattern_forms": """
        SELECT * FROM {main}.pattern_forms AS p
        SEMI JOIN owned_patterns AS o ON o.snapshot_id = p.snapshot_id AND o.pattern_id = p.pattern_id
    """,
    "key_rows": """
        SELECT * FROM {main}.key_rows AS k
        SEMI JOIN owned_patterns AS o ON o.snapshot_id = k.snapshot_id AND o.key_pattern_id = k.pattern_id
    """,
    "prefix_nodes": """
        WITH RECURSIVE climb AS (
            SELECT snapshot_id, node_id, keys, expiring_keys, memory_bytes, value_bytes, dump_bytes FROM patterns
            UNION ALL
            SELECT c.snapshot_id, n.parent_id, c.keys, c.expiring_keys, c.memory_bytes, c.value_bytes, c.dump_bytes
            FROM climb AS c
            INNER JOIN {main}.prefix_nodes AS n ON n.snapshot_id = c.snapshot_id AND n.node_id = c.node_id
            WHERE n.parent_id IS NOT NULL
        )
        SELECT n.snapshot_id, n.node_id, n.parent_id, n.depth, n.segment, n.prefix, sum(c.keys)::BIGINT AS keys,
            sum(c.expiring_keys)::BIGINT AS expiring_keys, sum(c.memory_bytes)::BIGINT AS memory_bytes,
            sum(c.value_bytes)::BIGINT AS value_bytes, sum(c.dump_bytes)::BIGINT AS dump_bytes
        FROM climb AS c
        INNER JOIN {main}.prefix_nodes AS n ON n.snapshot_id = c.snapshot_id AND n.node_id = c.node_id
        GROUP BY ALL
    """,
}
