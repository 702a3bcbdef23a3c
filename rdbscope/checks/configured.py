"""Checks and their context as rdbscope.toml and the conventions table say, with what a command adds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope import cluster_nodes, config
from rdbscope.checks import parameters, run
from rdbscope.checks.catalog import catalog, named
from rdbscope.checks.header import Check
from rdbscope.checks.settings import CheckSettings, settings
from rdbscope.checks.suppress import Suppression
from rdbscope.conventions.table import read
from rdbscope.errors import UsageError

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


@dataclass(frozen=True)
class Configured:
    """What a command that runs checks has to know.

    Attributes:
        known: every check by id, the user's own among them.
        chosen: those that the configuration selects and does not ignore.
        own: ids of the user's own checks.
        context: what checks are told.
        expired: suppressions that do not hold any more.
        file: the configuration file, for messages.
    """

    known: dict[str, Check]
    chosen: list[Check]
    own: frozenset[str]
    context: run.Context
    expired: tuple[Suppression, ...]
    file: Path | None

    @property
    def of_snapshots(self) -> list[Check]:
        """The chosen checks whose findings belong to one snapshot; those on the inventory of nodes belong to none."""
        return [check for check in self.chosen if check.subject != "node"]

    def warnings(self) -> list[str]:
        """A sentence for each suppression that has ended, and for each failed node of the cluster."""
        ended = [
            f"{self.file}: the suppression of {one.check_id} for {one.key} ended on {one.until} ({one.reason})"
            for one in self.expired
        ]
        nodes = self.context.cluster_nodes
        return ended if nodes is None else ended + nodes.warnings()


def configured(
    *,
    conventions: Path | None = None,
    params: Sequence[str] = (),
    namespaces: Sequence[str] = (),
    now_ms: int | None = None,
    nodes_file: Path | None = None,
) -> Configured:
    """Reads the configuration; the arguments come before it.

    Args:
        conventions: a conventions table instead of the configured one.
        params: `ID.NAME=VALUE`.
        namespaces: known namespaces.
        now_ms: the clock, Unix milliseconds; the machine's where nothing is said.
        nodes_file: the node file of the cluster instead of the configured one.

    Raises:
        UsageError: a check, a table, a node file, a parameter or the file itself is not as it has to be.
    """
    said: CheckSettings = settings(config.configuration())
    known = catalog(said.folders)
    for name in (*said.select, *said.ignore, *(one.check_id for one in said.suppressions)):
        _of_file(said.file, known, name)
    table = conventions or said.conventions
    nodes = nodes_file or said.cluster_nodes
    given = parameters.parse([f"{name}={value}" for name, value in said.parameters.items()], known)
    today = _day(now_ms)
    context = run.Context(
        conventions=None if table is None else read(table),
        namespaces=tuple(namespaces) or said.namespaces or None,
        roles=said.roles,
        parameters=given | parameters.parse(params, known),
        now_ms=now_ms,
        suppressions=tuple(one for one in said.suppressions if one.holds(today)),
        cluster_nodes=None if nodes is None else cluster_nodes.read(nodes),
    )
    return Configured(
        known=known,
        chosen=[
            check
            for name, check in known.items()
            if (not said.select or name in said.select) and name not in said.ignore
        ],
        own=frozenset(known) - frozenset(catalog()),
        context=context,
        expired=tuple(one for one in said.suppressions if not one.holds(today)),
        file=said.file,
    )


def _of_file(file: Path | None, known: dict[str, Check], name: str) -> None:
    try:
        named(known, name)
    except UsageError as problem:
        raise UsageError(f"{file}: {problem.message}", hint=problem.hint) from problem


def _day(now_ms: int | None) -> date:
    seconds = time.time() if now_ms is None else now_ms / 1000
    return datetime.fromtimestamp(seconds, tz=timezone.utc).date()


def store_findings(connection: Connection, snapshot_id: int, wanted: Configured) -> run.Outcome:
    """Runs the configured checks on a snapshot and keeps what they find; the caller commits.

    Raises:
        UsageError: a check whose SQL fails.
        StoreError: the database cannot be written.
    """
    outcome = run.run(connection, snapshot_id, wanted.of_snapshots, wanted.context)
    run.store(connection, snapshot_id, outcome.findings)
    run.release(connection)
    return outcome
