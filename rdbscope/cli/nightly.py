"""`rdbscope nightly`: the scheduled job in one word."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import config, console
from rdbscope.cli import options

if TYPE_CHECKING:
    from rdbscope.errors import RdbscopeError
    from rdbscope.nightly.run import Job
    from rdbscope.nightly.settings import Settings

UNITS = ("systemd", "systemd-timer", "cron", "kubernetes")


def _set_variables(context: click.Context, parameter: click.Parameter, file: Path | None) -> None:
    """Sets what the file says before other options look at their variables."""
    from rdbscope.nightly.env_file import read

    if file is None or context.resilient_parsing:
        return
    said = read(file)
    for warning in said.warnings:
        console.warning(warning)
    os.environ.update(said.values)


@click.command()
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The configuration. Default: the nearest rdbscope.toml.",
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=_set_variables,
    help="Set the variables of this file first: one NAME=value a line, read as systemd reads an EnvironmentFile=.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--print", "unit_kind", type=click.Choice(UNITS), help="Print a unit that runs this job, and do nothing.")
@click.option("--now", metavar="TIME", help="Clock for the age of the dumps, ISO 8601. Default: the machine's.")
@options.database_option
@options.memory_option
def nightly(
    config_file: Path | None,
    dry_run: bool,
    unit_kind: str | None,
    now: str | None,
    db: str | None,
    memory_limit: str | None,
) -> int:
    """Runs the nightly job as [[nodes]], [nightly], [history], [webhook] and [mail] of rdbscope.toml say.

    Finds the newest dump of each node, loads and checks it, compares it with the one before, writes reports, metrics
    and log, sends messages, and thins the history. A second run does nothing; a run that was killed is continued. Exits
    with 3 where a dump is bad, with 4 where something could not be written or sent, and with 1 on findings of
    nightly.fail_on.
    """
    from rdbscope.checks import parameters
    from rdbscope.checks.configured import configured
    from rdbscope.cli.progress import together
    from rdbscope.nightly import run
    from rdbscope.nightly.settings import settings
    from rdbscope.store import connect

    if config_file is not None:
        config.use(config_file)
    said = settings(config.configuration())
    database = config.database(db)
    if unit_kind is not None:
        return _print(unit_kind, said, database)
    now_ms = parameters.time_of(now)
    checks = configured(now_ms=now_ms)
    for warning in checks.warnings():
        console.warning(warning)
    with together() as watch:
        job = run.Job(
            said,
            checks,
            database,
            time.time_ns() // 1_000_000 if now_ms is None else now_ms,
            options.memory_limit(memory_limit),
            watch,
            _failed,
        )
        if dry_run:
            return _say(job)
        with connect.patient(console.note):
            ended = run.run(job)
    console.note(ended.summary)
    return ended.exit_code


def _failed(problem: RdbscopeError) -> None:
    console.failure(problem, problem.line())


def _say(job: Job) -> int:
    from rdbscope.exit_codes import ExitCode
    from rdbscope.nightly.plan import not_fresh
    from rdbscope.nightly.run import planned

    found, steps = planned(job)
    for one in found.load:
        console.note(f"would load {one.source} of node {one.node.name}")
        late = not_fresh(one.moment, one.ahead_ms, job.now_ms, job.settings.fresh_within)
        if late:
            guess = ", as far as the time of the file tells" if one.taken_at_ms is None and one.moment else ""
            console.note(f"node {one.node.name} would be missing{guess}: {late}")
    for row in found.rows:
        console.note(f"node {row.node} would be {row.status}{f': {row.message}' if row.message else ''}")
    same = (*found.same, *found.carry)
    for row in same:
        if row.status != "loaded":
            console.note(f"node {row.node} would stay {row.status}{f': {row.message}' if row.message else ''}")
    loaded = sum(row.status == "loaded" for row in same)
    if loaded:
        console.note(
            "1 node would stay: its newest dump is loaded"
            if loaded == 1
            else f"{loaded} nodes would stay: their newest dumps are loaded"
        )
    console.note(f"then: {', '.join(steps)}" if steps else "nothing to do")
    return ExitCode.OK


def _print(kind: str, said: Settings, database: Path) -> int:
    from rdbscope.exit_codes import ExitCode
    from rdbscope.nightly.units import Surroundings, straight, unit

    where = Surroundings(_program(), straight(said.file), straight(database))
    click.echo(unit(kind, said, where), nl=False)
    return ExitCode.OK


def _program() -> tuple[str, ...]:
    """What starts this program: the script of the installation, else the interpreter with the module."""
    script = Path(sys.argv[0])
    if script.name != console.PROGRAM or not script.exists():
        found = shutil.which(console.PROGRAM, path=str(Path(sys.executable).parent))
        return (sys.executable, "-m", console.PROGRAM) if found is None else (found,)
    return (str(script.absolute()),)
