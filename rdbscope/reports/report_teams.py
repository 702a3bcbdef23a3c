"""The parts of a report that belong to teams: figures of each, and its largest patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rdbscope.reports.report_facts import Column, Problem, Table
from rdbscope.reports.report_values import in_words
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

PREFIX = "owner_"
_TEAMS = 50
_PATTERNS = 15


def with_findings(owners: Table, problems: Sequence[Problem]) -> Table:
    """The table of owners with the findings of each."""
    counts = Counter(one.owner for one in problems)
    column = Column("findings", "count", "findings", "findings on patterns of the team")
    return replace(
        owners,
        columns=[*owners.columns, column],
        rows=[{**row, "findings": counts[row["owner"]]} for row in owners.rows],
    )


def parts(connection: Connection, owners: Table, patterns: Table, patterns_sql: str) -> dict[str, Table]:
    """A part per team: its figures in a line, and its largest patterns."""
    made = {}
    for number, row in enumerate(owners.rows[:_TEAMS], start=1):
        rows = fetch.records(
            connection,
            f"SELECT p.* FROM ({patterns_sql}) AS p INNER JOIN pattern_owners AS o ON o.pattern = p.pattern "
            f"WHERE o.owner = $owner ORDER BY p.share DESC, p.pattern LIMIT {_PATTERNS + 1}",
            {"owner": row["owner"]},
        )
        figures = ", ".join(
            (
                f"{in_words('count', row['keys'])} keys",
                in_words("bytes", row["size_bytes"]),
                f"{in_words('share', row['share'])} of all",
                f"{in_words('count', row['findings'])} findings",
            )
        )
        made[f"{PREFIX}{number}"] = Table(
            f"{PREFIX}{number}",
            f"Owned by {row['owner']}",
            f"{figures}.",
            patterns.columns,
            rows[:_PATTERNS],
            len(rows) > _PATTERNS,
        )
    return made
