"""What a report says, before any format: every format shows this, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What a value is, so that each format can write it: `key`, `pattern` and `name` are names from the dump, a `series` is
# a list of pairs: Unix milliseconds and bytes.
KINDS = ("text", "key", "pattern", "name", "count", "number", "bytes", "share", "ratio", "seconds", "time", "series")
NAME_KINDS = ("key", "pattern", "name")
NUMBER_KINDS = ("count", "number", "bytes", "share", "ratio", "seconds", "time")


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in JSON and SQL, its kind, its label for people, and what it means."""

    name: str
    kind: str
    label: str
    meaning: str

    @property
    def is_number(self) -> bool:
        """Whether people want it right-aligned."""
        return self.kind in NUMBER_KINDS


@dataclass(frozen=True)
class Table:
    """A part of the report.

    Attributes:
        table_id: name of the part; also the name of the SQL file.
        rows: values by column.
        more: whether the query has more rows than these.
        sql: the query, as it runs in `rdbscope query` or any DuckDB client; empty where the rows come from elsewhere.
    """

    table_id: str
    title: str
    description: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    more: bool = False
    sql: str = ""

    def filled(self) -> list[Column]:
        """The columns that have a value in some row: old servers leave whole columns unknown."""
        return [one for one in self.columns if any(row[one.name] is not None for row in self.rows)]


@dataclass(frozen=True)
class Figure:
    """A key figure, now and in the snapshots before; unknown is None."""

    name: str
    label: str
    kind: str
    value: int | None
    before: int | None


@dataclass(frozen=True)
class Problem:
    """A finding with what its check says: why it matters, and what to do."""

    check_id: str
    title: str
    severity: str
    node: str | None
    db: int | None
    pattern: str | None
    keys: int
    memory_bytes: int | None
    saving_bytes: int | None
    message: str
    examples: Sequence[str]
    why: str
    fix: str
    owner: str | None


@dataclass(frozen=True)
class ReportFacts:
    """Everything a report shows.

    Attributes:
        title: node or file.
        whole: whether every dump is whole.
        verdict: the first line: is this backup whole, and what is wrong.
        snapshots: rows of `nodes`, those that do not count among them.
        figures: sums over what counts, with those of the snapshots before where there are any.
        before: names of the snapshots before.
        memory: what the server's memory is made of, in bytes, in words; empty where it cannot be told.
        tables: the parts that have rows, in the order of the report.
        problems: findings, the worst first.
        problem_count: how many there are; `problems` can be cut.
        severities: findings by severity, the worst first.
        not_run: checks that could not run, by reason.
        owner: the team that the report is cut to.
        redacted: whether names are hashes.
        tool_version: of rdbscope.
    """

    title: str
    whole: bool
    verdict: str
    snapshots: Sequence[Mapping[str, Any]]
    figures: Sequence[Figure]
    before: Sequence[str]
    memory: Sequence[tuple[str, int]]
    tables: Mapping[str, Table]
    problems: Sequence[Problem]
    problem_count: int
    severities: Mapping[str, int]
    not_run: Mapping[str, Sequence[str]]
    owner: str | None
    redacted: bool
    tool_version: str
