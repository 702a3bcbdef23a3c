"""Gathers what a report shows: the SQL of `queries/reports/`, the findings, and the snapshots before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rdbscope.comparison import lineage
from rdbscope.errors import UsageError, shorten
from rdbscope.query_files import QueryFile, load
from rdbscope.reports import owners, report_growth, report_teams
from rdbscope.reports.redact import Redactor
from rdbscope.reports.report_facts import KINDS, NAME_KINDS, Column, Figure, Problem, ReportFacts, Table
from rdbscope.reports.report_problems import problems
from rdbscope.store import fetch
from rdbscope.store.result import query_errors

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

# In the order of the report.
TABLES = (
    "prefixes",
    "patterns",
    "types",
    "sizes",
    "ttls",
    "forecast",
    "largest_keys",
    "owners",
    "databases",
    "slot_bins",
    "largest_slots",
    "tags",
    "streams",
    "groups",
    "functions",
    "scripts",
    "aof_commands",
    "aof_keys",
    "anomalies",
)
# Of the whole file, not of keys: no team owns them.
_OF_THE_FILE = ("owners", "functions", "scripts", "aof_commands", "aof_keys", "anomalies")
_SNAPSHOTS = "(SELECT unnest(getvariable('snapshots')))"
_MOST_PROBLEMS = 200
_LONGEST = 120
# What `whole` says of a dump or log that a server loads without a question.
_USABLE = ("yes", "up to a torn end")


@dataclass(frozen=True)
class Wanted:
    """What the user asks of a report.

    Attributes:
        teams: `[owners]` of the configuration.
        owner: cut the report to this team.
        redact: names as hashes.
        limits: the maxmemory of nodes in bytes, by name.
    """

    teams: Mapping[str, str]
    owner: str | None = None
    redact: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)


def gather(connection: Connection, snapshots: Sequence[int], wanted: Wanted) -> ReportFacts:
    """The facts of one report over one or more snapshots.

    Raises:
        UsageError: no such owner, or a configuration that is not as it has to be.
        StoreError: the database cannot be read, or the memory does not suffice.
    """
    from rdbscope._native import __version__

    if not snapshots:
        raise UsageError("the database has no snapshot", hint="load a dump first, or name one")
    with query_errors():
        nodes = _rows(connection, "nodes", snapshots)
        if wanted.redact:
            # What comes behind the kind and the place of a damage can speak of names.
            nodes = [row | {"whole": row["whole"].partition(": ")[0]} for row in nodes]
            nodes = [row | {"scope": "in part, or for another server"} if row["scope"] else row for row in nodes]
        counted = [row["snapshot_id"] for row in nodes if row["counted"] == "yes"]
        earlier = {number: lineage.before(connection, number) for number in counted}
        before = [number for number in earlier.values() if number is not None] if all(earlier.values()) else []
        before = [number for number in before if number not in counted]
        owners.prepare(connection, [*counted, *before], wanted.teams)
        found, not_run = problems(connection, counted, {row["snapshot_id"]: row["node"] for row in nodes})
        team_of = dict(fetch.rows(connection, "SELECT pattern, owner FROM pattern_owners"))
        found = [replace(one, owner=_team(one, team_of, wanted)) for one in found]
        memory = _memory(connection, counted) if wanted.owner is None else []
        # Before the cut to an owner, which tells nothing of thinned snapshots.
        growth = _growth(connection, counted, {row["snapshot_id"]: row["node"] for row in nodes}, wanted)
        if wanted.owner is not None:
            owners.cut(connection, wanted.owner, wanted.teams)
            found = [one for one in found if one.owner == wanted.owner]
        tables = _tables(connection, counted, before, wanted, growth)
        if "owners" in tables:
            tables["owners"] = report_teams.with_findings(tables["owners"], found)
            patterns = load("reports", "patterns").sql.replace(_SNAPSHOTS, f"({_list(counted)})")
            tables |= report_teams.parts(connection, tables["owners"], tables["patterns"], patterns)
        figures = _figures(connection, counted, before, with_files=wanted.owner is None)
        names = fetch.rows(connection, f"SELECT name FROM snapshots WHERE snapshot_id IN ({_list(before) or 'NULL'})")
    severities = Counter(one.severity for one in found)
    facts = ReportFacts(
        title=nodes[0]["node"] if len(nodes) == 1 else f"{len(nodes)} nodes",
        whole=all(row["whole"] in _USABLE for row in nodes),
        verdict=_verdict(connection, nodes, severities),
        snapshots=nodes,
        figures=figures,
        before=[row[0] for row in names],
        memory=memory,
        tables=_with_nodes(nodes, tables, counted),
        problems=found[:_MOST_PROBLEMS],
        problem_count=len(found),
        severities={name: severities[name] for name in ("high", "medium", "low", "info") if severities[name]},
        not_run=not_run,
        owner=wanted.owner,
        redacted=wanted.redact,
        tool_version=__version__,
    )
    return _named(facts, Redactor() if wanted.redact else None)


def columns_of(query: QueryFile) -> list[Column]:
    """The columns that the header of a report's query declares: `kind | label | meaning`."""
    columns = []
    for name, text in query.columns.items():
        kind, label, meaning = (part.strip() for part in text.split("|", 2))
        if kind not in KINDS:
            raise ValueError(f"{query.name}: {name}: no kind {kind!r}")
        columns.append(Column(name, kind, label, meaning))
    return columns


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _rows(connection: Connection, name: str, snapshots: Sequence[int], limit: str = "") -> list[dict[str, Any]]:
    sql = load("reports", name).sql.replace(_SNAPSHOTS, f"({_list(snapshots)})")
    return fetch.records(connection, sql + limit)


def _tables(
    connection: Connection, snapshots: Sequence[int], before: Sequence[int], wanted: Wanted, growth: Table | None
) -> dict[str, Table]:
    tables = {}
    there = {row[0] for row in fetch.rows(connection, "SELECT table_name FROM duckdb_tables() WHERE NOT internal")}
    for name in TABLES:
        if not there.issuperset(load("reports", name).needs):
            continue
        if (name == "owners" and not wanted.teams) or (wanted.owner is not None and name in _OF_THE_FILE):
            continue
        query = load("reports", name)
        sql = query.sql.replace(_SNAPSHOTS, f"({_list(snapshots)})")
        limit = query.limit
        rows = fetch.records(connection, sql if limit is None else f"{sql}\nLIMIT {limit + 1}")
        more = limit is not None and len(rows) > limit
        # Neither the owners nor the cut to one of them is in the database.
        shown = "" if name == "owners" or wanted.owner is not None else sql
        if rows:
            tables[name] = Table(
                name, query.title, query.description, columns_of(query), rows[:limit] if more else rows, more, shown
            )
    moved = {} if growth is None else {"growth": growth}
    if len(snapshots) == 1 and len(before) == 1 and wanted.owner is None:
        changes = _changes(connection, before[0], snapshots[0])
        if changes.rows:
            moved = {"changes": changes} | moved
    first = {"prefixes": tables["prefixes"]} if "prefixes" in tables else {}
    return first | moved | tables


def _growth(
    connection: Connection, snapshots: Sequence[int], node_of: Mapping[int, str], wanted: Wanted
) -> Table | None:
    query = load("reports", "growth")
    return report_growth.growth(
        connection,
        query,
        columns_of(query),
        query.sql.replace(_SNAPSHOTS, f"({_list(snapshots)})"),
        node=node_of[snapshots[0]] if len(snapshots) == 1 else None,
        limits=wanted.limits,
        owner=wanted.owner,
    )


def _changes(connection: Connection, old_id: int, new_id: int) -> Table:
    """The patterns that changed most since the snapshot before, from the roll-ups."""
    from rdbscope.comparison import changes

    query = load("reports", "changes")
    changes.compare(connection, old_id, new_id, by_key=False)
    rows = fetch.records(connection, f"{query.sql} LIMIT {(query.limit or 0) + 1}")
    changes.forget(connection)
    more = len(rows) > (query.limit or 0)
    description = f"{query.description} Keys and reasons: rdbscope diff {old_id} {new_id}"
    return Table("changes", query.title, description, columns_of(query), rows[: query.limit], more)


def _with_nodes(nodes: Sequence[dict[str, Any]], tables: dict[str, Table], counted: Sequence[int]) -> dict[str, Table]:
    if len(nodes) == 1:
        return tables
    query = load("reports", "nodes")
    mean = sum(row["memory_bytes"] or 0 for row in nodes if row["counted"] == "yes") / len(counted)
    rows = [row | {"times_mean": (row["memory_bytes"] or 0) / mean if mean else None} for row in nodes]
    ratio = Column("times_mean", "ratio", "× mean", "memory divided by the mean of the nodes that count")
    sql = query.sql.replace(_SNAPSHOTS, f"({_list([row['snapshot_id'] for row in nodes])})")
    table = Table("nodes", query.title, query.description, [*columns_of(query), ratio], rows, False, sql)
    return {"nodes": table} | tables


def _figures(
    connection: Connection, snapshots: Sequence[int], before: Sequence[int], *, with_files: bool
) -> list[Figure]:
    now = _rows(connection, "figures", snapshots)[0]
    then = _rows(connection, "figures", before)[0] if before else {}
    labels = columns_of(load("reports", "figures"))
    if with_files:
        labels += _OF_FILES
        now |= fetch.records(connection, _FILES.format(snapshots=_list(snapshots)))[0]
        if before:
            then |= fetch.records(connection, _FILES.format(snapshots=_list(before)))[0]
    return [Figure(one.name, one.label, one.kind, now[one.name], then.get(one.name)) for one in labels]


_OF_FILES = [
    Column("source_bytes", "bytes", "file", "bytes of the sources"),
    Column("used_memory_bytes", "bytes", "used by the server", "what the servers used when they saved"),
]
_FILES = """
SELECT sum(source_bytes)::BIGINT AS source_bytes, sum(used_memory_bytes)::BIGINT AS used_memory_bytes
FROM snapshots WHERE snapshot_id IN ({snapshots})
"""


def _memory(connection: Connection, snapshots: Sequence[int]) -> list[tuple[str, int]]:
    """What the used memory of the servers is made of; nothing where one of them does not tell, or keys are filtered."""
    parts = [0, 0, 0, 0]
    for used, keys, tables, text in fetch.rows(connection, _PARTS.format(snapshots=_list(snapshots))):
        config = json.loads(text)
        startup = config.get("startup_bytes")
        if not used or keys is None or tables is None or not startup or "filters" in config:
            return []
        parts = [part + more for part, more in zip(parts, (keys, tables, startup, used), strict=True)]
    keys, tables, startup, used = parts
    if not used:
        return []
    return [
        ("keys", keys),
        ("tables and entries that no key owns", tables),
        ("an empty server", startup),
        ("not accounted for: clients, buffers, histograms", used - keys - tables - startup),
        ("used by the server when it saved", used),
    ]


_PARTS = """
SELECT used_memory_bytes, memory_bytes, overhead_bytes, config FROM snapshots WHERE snapshot_id IN ({snapshots})
"""


def _verdict(connection: Connection, nodes: Sequence[dict[str, Any]], severities: Mapping[str, int]) -> str:
    what = "This backup is" if len(nodes) == 1 else f"All {len(nodes)} backups are"
    broken = [row for row in nodes if row["whole"] not in _USABLE]
    listed = _list([row["snapshot_id"] for row in nodes])
    sums = {row[0] for row in fetch.rows(connection, f"SELECT checksum FROM snapshots WHERE snapshot_id IN ({listed})")}
    if broken:
        one = broken[0]
        count = "This backup is" if len(nodes) == 1 else f"{len(broken)} of {len(nodes)} backups are"
        first = f"{count} NOT WHOLE: {'' if len(nodes) == 1 else one['node'] + ': '}{one['whole']}"
    elif torn := [row for row in nodes if row["whole"] != "yes"]:
        first = f"{what} whole" + (f", {len(torn)}" if len(nodes) > 1 else "") + " up to a torn end"
    elif sums <= {"ok"}:
        first = f"{what} whole, checksum ok"
    else:
        first = f"{what} whole as far as can be told without a checksum"
    scopes = {row["scope"] for row in nodes}
    if scopes != {""}:
        first += ". Loaded " + (scopes.pop() if len(scopes) == 1 else "in part, or for another server, on some nodes")
    counts = ", ".join(f"{severities[name]:,} {name}" for name in ("high", "medium", "low", "info") if severities[name])
    total = sum(severities.values())
    return f"{first}. " + (f"{total:,} finding{'s' if total != 1 else ''}: {counts}." if total else "No findings.")


def _team(one: Problem, team_of: Mapping[str, str], wanted: Wanted) -> str | None:
    return team_of.get(one.pattern, owners.NOBODY) if wanted.teams and one.pattern is not None else None


def _named(facts: ReportFacts, redactor: Redactor | None) -> ReportFacts:
    """The facts with names cut to a length that a report can bear, or as hashes."""

    def name(text: str, kind: str) -> str:
        if redactor is None:
            return shorten(text, _LONGEST)
        return redactor.pattern(shorten(text, _LONGEST)) if kind == "pattern" else redactor.name(text)

    def row(values: Mapping[str, Any], table: Table) -> dict[str, Any]:
        kinds = {one.name: one.kind for one in table.columns}
        return {
            key: name(value, kinds[key]) if kinds.get(key) in NAME_KINDS and value else value
            for key, value in values.items()
            if key in kinds
        }

    return replace(
        facts,
        tables={
            key: replace(table, rows=[row(values, table) for values in table.rows])
            for key, table in facts.tables.items()
        },
        problems=[
            replace(
                one,
                pattern=name(one.pattern, "pattern") if one.pattern else one.pattern,
                examples=[name(example, "key") for example in one.examples],
                # Messages speak of names.
                message=one.title if redactor else shorten(one.message, 4 * _LONGEST),
            )
            for one in facts.problems
        ],
    )
