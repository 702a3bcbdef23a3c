"""The findings of a report: those that the load kept, else those of a run now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rdbscope.checks import run
from rdbscope.checks.configured import configured
from rdbscope.reports.report_facts import Problem
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


def problems(
    connection: Connection, snapshots: Sequence[int], nodes: Mapping[int, str]
) -> tuple[list[Problem], dict[str, list[str]]]:
    """Findings of all snapshots, the worst first, and the checks that could not run by reason.

    A snapshot without findings may have been loaded without checks: they run now.

    Args:
        connection: where the snapshots are.
        snapshots: their numbers.
        nodes: name of the node of each, for reports of several.

    Raises:
        UsageError: the configuration of the checks is not as it has to be.
    """
    wanted = configured()
    not_run: dict[str, list[str]] = {}
    rows: list[tuple[str, dict[str, object]]] = []
    for number in snapshots:
        stored = fetch.records(connection, _STORED, {"snapshot_id": number})
        if stored:
            run.prepare(connection, number, wanted.context)
            missing = run.runnable(connection, wanted.of_snapshots, wanted.context)[1]
        else:
            outcome = run.run(connection, number, wanted.of_snapshots, wanted.context)
            missing = outcome.not_run
            stored = [
                {name: getattr(one, name) for name in _COLUMNS} | {"severity": str(one.severity)}
                for one in outcome.findings
            ]
        run.release(connection)
        rows += [(nodes[number], row) for row in stored]
        for check_id, reason in missing.items():
            if check_id not in not_run.setdefault(reason, []):
                not_run[reason].append(check_id)
    several = len(snapshots) > 1
    found = []
    for node, row in rows:
        check = wanted.known.get(str(row["check_id"]))
        found.append(
            Problem(
                **{**row, "examples": tuple(row["examples"] or ())},  # type: ignore[arg-type]
                node=node if several else None,
                title=check.title if check else str(row["check_id"]),
                why=check.why if check else "",
                fix=check.fix if check else "",
                owner=None,
            )
        )
    order = ("high", "medium", "low", "info")
    found.sort(key=lambda one: (order.index(one.severity), one.check_id, -(one.memory_bytes or 0), one.pattern or ""))
    return found, not_run


_COLUMNS = (
    "check_id",
    "severity",
    "db",
    "pattern",
    "keys",
    "memory_bytes",
    "saving_bytes",
    "message",
    "examples",
)
_STORED = f"SELECT {', '.join(_COLUMNS)} FROM findings WHERE snapshot_id = $snapshot_id"
