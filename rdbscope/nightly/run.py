"""The nightly job: inventory, loads, checks, reports, metrics, log, messages, and the thinned history.

Every step that is behind a run is noted in the database, so that a run that was killed is continued by the next one,
and a second run after a finished one does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.api import Watch
from rdbscope.checks.configured import Configured
from rdbscope.checks.header import Check
from rdbscope.errors import OutputError, RdbscopeError, StoreError
from rdbscope.exit_codes import ExitCode
from rdbscope.history.prune import prune
from rdbscope.nightly import jsonlog, loads, mail, prometheus, record, reports, webhook
from rdbscope.nightly.facts import Night, gather
from rdbscope.nightly.inventory import inventory
from rdbscope.nightly.lock import locked
from rdbscope.nightly.plan import Plan, counted, plan
from rdbscope.nightly.settings import Settings
from rdbscope.store import connect

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

# Behind a run that has looked at every node and loaded what there was to load.
_LOADS = "loads"
# Outputs that cannot be written again without anybody seeing it.
_SENT = frozenset({"log", "webhook", "mail"})


@dataclass(frozen=True)
class Job:
    """What one call of the job works with.

    Attributes:
        settings: of rdbscope.toml.
        checks: that run, and what they are told.
        database: made where it does not exist.
        now_ms: the clock, Unix milliseconds.
        memory_limit: bytes for DuckDB, None for the default.
        watch: shows the progress of a load.
        failed: is told of each bad dump and of each output that could not be written or sent.
    """

    settings: Settings
    checks: Configured
    database: Path
    now_ms: int
    memory_limit: int | None
    watch: Watch
    failed: Callable[[RdbscopeError], None]

    @property
    def night(self) -> str:
        """The UTC date of the run."""
        return datetime.fromtimestamp(self.now_ms / 1000, tz=timezone.utc).strftime("%Y-%m-%d")

    def steps(self) -> list[str]:
        """What has to be behind a run before it is finished, in order."""
        wanted = self.settings
        there = {
            "checks": True,
            "reports": wanted.reports,
            "prometheus": wanted.prometheus,
            "log": wanted.log,
            "webhook": wanted.webhook,
            "mail": wanted.mail,
            "prune": True,
        }
        return [name for name, one in there.items() if one]


@dataclass(frozen=True)
class Ended:
    """How a call ended: its exit code and its last line."""

    exit_code: int
    summary: str


def planned(job: Job) -> tuple[Plan, list[str]]:
    """What a run would do now, and the steps that would follow.

    Raises:
        StoreError: the database cannot be read.
    """
    if not connect.exists(job.database):
        return _plan(job, {}), job.steps()
    with connect.reading(job.database, memory_limit=job.memory_limit) as connection:
        found = _plan(job, record.newest_rows(connection))
        last = record.last_run(connection)
    if last is None or (not found.empty and (not _unfinished(job, last) or _goes_on(job, last, found))):
        return found, job.steps()
    left = [name for name in job.steps() if name not in last.done]
    return found, left if found.empty else [f"what the run of {last.night} left", *job.steps()]


def run(job: Job) -> Ended:
    """Runs the job.

    Raises:
        DatabaseLockedError: another nightly job runs, or a load.
        StoreError: the database cannot be written.
        UsageError: a check is not as it has to be.
        InterruptedLoadError: Ctrl-C; the next run goes on from here.
    """
    with locked(job.database):
        with connect.writing(job.database, memory_limit=job.memory_limit) as connection:
            known = record.newest_rows(connection)
            found = _plan(job, known)
            last = record.last_run(connection)
            unfinished = last is not None and _unfinished(job, last)
            if found.empty and last is not None and not unfinished:
                return _nothing(last)
            earlier: int = ExitCode.OK
            if last is not None and unfinished and _goes_on(job, last, found):
                this = last if found.empty else _once_more(connection, last)
            else:
                if last is not None and unfinished:
                    earlier = _end_old(connection, job, last)
                this = record.begin(connection, job.night, job.now_ms)
            this = _load(connection, job, this, found, known)
            code, summary, done = _complete(connection, job, this)
            # The newest file of a node can hold old data; dropped at once, it would be loaded every night.
            keep = {row.snapshot_id for row in record.newest_rows(connection).values() if row.snapshot_id is not None}
        if "prune" not in done:
            # It opens the database itself, because it puts another file in its place.
            prune(job.database, job.settings.keep, keep=keep, memory_limit=job.memory_limit)
        with connect.writing(job.database, memory_limit=job.memory_limit) as connection:
            record.finish(connection, this, done | {"prune"}, code, summary)
    return Ended(max(code, earlier), f"nightly {this.night}: {summary}")


def _end_old(connection: Connection, job: Job, last: record.Run) -> int:
    """Brings a run of an earlier night to its end, by the clock of that night; what is too much is left to the new one.

    Returns:
        The exit code where something could not be written or sent, else 0: the rest is of that night.
    """
    at = last.started_at_ms
    then = replace(job, now_ms=at, checks=replace(job.checks, context=replace(job.checks.context, now_ms=at)))
    if _LOADS in last.done:
        code, summary, done = _complete(connection, then, last)
    else:
        # It cannot say how the night was, as it has not seen all of it; what it has loaded keeps its findings.
        _counted(connection, last)
        loads.check(connection, loads.unchecked(connection, job.settings), then.checks)
        code, summary, done = ExitCode.OK, "ended before all dumps were loaded", last.done
    record.finish(connection, last, done | {"prune"}, code, summary)
    return code if code == ExitCode.OUTPUT else ExitCode.OK


def _complete(connection: Connection, job: Job, this: record.Run) -> tuple[int, str, frozenset[str]]:
    """Checks what a run has loaded, and writes and sends what it has not yet.

    Returns:
        Exit code, last line, and the steps that are behind it now.
    """
    done = set(this.done)
    rows = _counted(connection, this)
    if "checks" not in done:
        loads.check(connection, [row.snapshot_id for row in rows if row.run_id == this.run_id], job.checks)
        done.add("checks")
        record.finish(connection, this, frozenset(done), None, None)
    night = gather(connection, this.night, rows, job.now_ms, _chosen(job))
    codes = [_code(job, night)]
    for step in job.steps():
        if step not in done and step != "prune":
            codes.append(_output(connection, job, this, night, step, max(codes)))
            if codes[-1] == ExitCode.OK:
                done.add(step)
            record.finish(connection, this, frozenset(done), None, None)
    return max(codes), night.summary(), frozenset(done)


def _plan(job: Job, known: dict[str, record.Row]) -> Plan:
    return plan(
        inventory(job.settings.nodes, job.now_ms),
        known,
        job.night,
        now_ms=job.now_ms,
        fresh_within=job.settings.fresh_within,
        salvage=job.settings.salvage,
    )


def _chosen(job: Job) -> dict[str, Check]:
    return {one.check_id: one for one in job.checks.chosen}


def _nothing(last: record.Run) -> Ended:
    state = {ExitCode.INPUT: "; it had a bad dump", ExitCode.FINDINGS: "; it had findings"}.get(
        ExitCode(last.exit_code or 0), ""
    )
    return Ended(
        last.exit_code or ExitCode.OK,
        f"nightly: nothing to do: no newer dump since the run of {last.night}{state}",
    )


def _unfinished(job: Job, last: record.Run) -> bool:
    return last.exit_code is None or any(name not in last.done for name in job.steps())


def _goes_on(job: Job, last: record.Run, found: Plan) -> bool:
    """Whether an unfinished run goes on, or is brought to its end before a new one begins.

    With dumps to load it goes on in its own night, until something has left that would be sent or logged twice.
    """
    return found.empty or (last.night == job.night and not last.done & _SENT)


def _once_more(connection: Connection, last: record.Run) -> record.Run:
    record.finish(connection, last, frozenset(), None, None)
    return replace(last, done=frozenset())


def _load(connection: Connection, job: Job, this: record.Run, found: Plan, known: dict[str, record.Row]) -> record.Run:
    for row in () if found.empty else (*found.carry, *found.rows):
        record.put(connection, replace(row, run_id=this.run_id))
    if not found.empty:
        record.forget_others(connection, this.night, [node.name for node in job.settings.nodes])
    for row in loads.load(
        connection,
        list(found.load),
        known,
        job.settings,
        database=job.database,
        night=this.night,
        now_ms=job.now_ms,
        watch=job.watch,
        failed=job.failed,
    ):
        record.put(connection, replace(row, run_id=this.run_id))
    done = this.done | {_LOADS}
    record.finish(connection, this, done, None, None)
    return replace(this, done=done)


def _counted(connection: Connection, this: record.Run) -> list[record.Row]:
    """The rows of a night, with what counts in sums noted: a run that was killed may not have come to it.

    A row that changes is one that this run has dealt with: the log has to say so.
    """
    before = record.rows_of(connection, this.night)
    after = [
        old if old == new else replace(new, run_id=this.run_id)
        for old, new in zip(before, counted(before), strict=True)
    ]
    for old, new in zip(before, after, strict=True):
        if old != new:
            record.put(connection, new)
    return after


def _code(job: Job, night: Night) -> int:
    if night.number("bad"):
        return ExitCode.INPUT
    return ExitCode.FINDINGS if night.fails(job.settings.fail_on) else ExitCode.OK


def _output(connection: Connection, job: Job, this: record.Run, night: Night, step: str, code: int) -> int:
    """Writes or sends one output; one that fails is told, and stops none of the others."""
    wanted = job.settings
    problems = night.problems(wanted.fail_on)
    known = _chosen(job)
    try:
        if step == "reports" and wanted.reports is not None:
            reports.write(connection, night, wanted, wanted.reports, this.run_id, known)
        elif step == "prometheus" and wanted.prometheus is not None:
            prometheus.write(night, wanted.prometheus)
        elif step == "log" and wanted.log is not None:
            jsonlog.append(night, this.run_id, wanted.log)
        elif step == "webhook" and wanted.webhook is not None:
            if problems or wanted.webhook.when == "always":
                webhook.post(wanted.webhook, night, problems, code)
        elif step == "mail" and wanted.mail is not None and (problems or wanted.mail.when == "always"):
            mail.send(wanted.mail, night, problems, reports.attachment(connection, night, wanted, known))
    except (OutputError, StoreError) as problem:
        job.failed(problem)
        return ExitCode.OUTPUT
    return ExitCode.OK
