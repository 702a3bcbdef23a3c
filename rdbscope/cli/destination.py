"""Where `rdbscope load` loads to: a database, or a folder of Parquet files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rdbscope.api import load_one, write_one
from rdbscope.store.facts import SnapshotFacts, snapshot_facts
from rdbscope.store.jobs import on_connections
from rdbscope.store.memory_limit import shared_by

if TYPE_CHECKING:
    from rdbscope.checks.configured import Configured
    from rdbscope.cli.progress import Watch
    from rdbscope.options import ReadOptions
    from rdbscope.store.connect import Connection
    from rdbscope.store.jobs import Ready
    from rdbscope.store.load import Labels, LoadResult


@dataclass(frozen=True)
class Loaded:
    """What became of one source.

    Attributes:
        result: as the load tells it.
        name: what messages call the snapshot.
        facts: reads what the summary shows; not to be asked where it was there already.
    """

    result: LoadResult
    name: str
    facts: Callable[[], SnapshotFacts]


class Destination(Protocol):
    """What a load of one source is asked to do."""

    def load(self, source: str, watch: Watch) -> Loaded:
        """Loads one source now."""

    def ready(self, watch: Watch, at_once: int) -> Ready[Loaded]:
        """Makes loads ready that run beside each other, as many as `at_once`."""


@dataclass(frozen=True)
class IntoDatabase:
    """Loads into a database that is open for writing."""

    connection: Connection
    database: Path
    read: ReadOptions
    labels: Labels
    force: bool
    checks: Configured | None

    def load(self, source: str, watch: Watch) -> Loaded:
        """Loads one source under the next number."""
        return self._loaded(self._load(self.connection, source, None, watch))

    def ready(self, watch: Watch, at_once: int) -> Ready[Loaded]:
        """Loads on connections of their own; the memory of the database is one for all."""
        ready = on_connections(self.connection, lambda on, source, number: self._load(on, source, number, watch))

        def of_source(source: str) -> Callable[[], Loaded]:
            run = ready(source)
            return lambda: self._loaded(run())

        return of_source

    def _load(self, on: Connection, source: str, snapshot_id: int | None, watch: Watch) -> LoadResult:
        return load_one(
            on,
            source,
            self.read,
            database=self.database,
            labels=self.labels,
            force=self.force,
            checks=self.checks,
            watch=watch,
            snapshot_id=snapshot_id,
        )

    def _loaded(self, result: LoadResult) -> Loaded:
        number = result.snapshot_id
        return Loaded(result, f"snapshot {number}", lambda: snapshot_facts(self.connection, number))


@dataclass(frozen=True)
class IntoFolder:
    """Loads into a folder of Parquet files, each source for itself."""

    folder: Path
    read: ReadOptions
    labels: Labels
    force: bool
    checks: Configured | None
    memory_limit: int | None

    def load(self, source: str, watch: Watch) -> Loaded:
        """Loads one source with all of the memory."""
        return self._load(source, watch, self.memory_limit)

    def ready(self, watch: Watch, at_once: int) -> Ready[Loaded]:
        """Loads that share the memory."""
        limit = shared_by(at_once, self.memory_limit)
        return lambda source: lambda: self._load(source, watch, limit)

    def _load(self, source: str, watch: Watch, limit: int | None) -> Loaded:
        written = write_one(
            self.folder,
            source,
            self.read,
            labels=self.labels,
            force=self.force,
            checks=self.checks,
            watch=watch,
            memory_limit=limit,
        )

        def facts() -> SnapshotFacts:
            assert written.facts is not None
            # The number within the files is for joins; what people see is their name.
            return replace(written.facts, snapshot={**written.facts.snapshot, "snapshot_id": str(written.file)})

        return Loaded(written.result, str(written.file), facts)
