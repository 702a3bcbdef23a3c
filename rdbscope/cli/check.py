"""`rdbscope check`: what is wrong with this keyspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options, target
from rdbscope.errors import UsageError
from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope.checks.header import Check

FORMATS = ("table", "json", "jsonl", "csv", "markdown")
SEVERITIES = ("info", "low", "medium", "high")


@click.command()
@click.argument("what", nargs=-1, metavar="[ID]... [SNAPSHOT|DUMP]")
@click.option(
    "--conventions",
    "conventions_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Markdown table of patterns. Default: docs/db/redis-conventions.md where it is there.",
)
@click.option("--param", "params", multiple=True, metavar="ID.NAME=VALUE", help="A parameter of a check. Repeatable.")
@click.option("--select", multiple=True, metavar="ID", help="Only this check. Repeatable.")
@click.option("--ignore", multiple=True, metavar="ID", help="Not this check. Repeatable.")
@click.option("--keys", "every_key", is_flag=True, help="Every offending key instead of the roll-up.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 on findings of at least this severity.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Findings that are known: only new ones fail. Written where it does not exist.",
)
@click.option("--namespace", "namespaces", multiple=True, metavar="NAME", help="A known namespace. Repeatable.")
@click.option("--now", metavar="TIME", help="Clock for the age of the backup, ISO 8601. Default: the machine's.")
@click.option("--format", "format_name", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
)
@options.database_option
@options.salvage_option
@options.memory_option
def check(
    what: tuple[str, ...],
    conventions_file: Path | None,
    params: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    every_key: bool,
    fail_on: str | None,
    baseline: Path | None,
    namespaces: tuple[str, ...],
    now: str | None,
    format_name: str,
    output: Path | None,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> int:
    """Runs the checks on a snapshot (the newest) or a dump, and rolls the findings up by pattern.

    Exits with 0 whatever is found, unless --fail-on names a severity.
    """
    from rdbscope.checks import baseline as baselines
    from rdbscope.checks import parameters, run
    from rdbscope.checks.catalog import built_in
    from rdbscope.checks.severity import Severity
    from rdbscope.conventions.table import read
    from rdbscope.reports import findings as report
    from rdbscope.reports.output import open_output

    checks, source = _chosen(what, select, ignore)
    default = Path("docs/db/redis-conventions.md")
    file = conventions_file or (default if default.is_file() else None)
    context = run.Context(
        conventions=None if file is None else read(file),
        namespaces=namespaces or None,
        parameters=parameters.parse(params, built_in()),
        now_ms=parameters.time_of(now),
    )
    with target.opened(source, db=db, memory_limit=memory_limit, salvage=salvage) as (connection, chosen):
        if chosen.damage is not None:
            console.warning(f"snapshot {chosen.snapshot_id} is not whole: {chosen.damage}")
        if every_key:
            run.prepare(connection, chosen.snapshot_id, context)
            runnable = [one for one in checks if run.unavailable(connection, one, context) is None]
            with open_output(output, bulk=True) as out:
                report.write_keys(connection, runnable, out, format_name)
            if fail_on is None:
                return ExitCode.OK
        outcome = run.run(connection, chosen.snapshot_id, checks, context)
    fresh = outcome.findings
    if baseline is not None:
        fresh = baselines.fresh(baseline, outcome.findings)
    if not every_key:
        with open_output(output) as out:
            report.write(outcome, {one.check_id: one for one in checks}, out, format_name)
    if fail_on is not None:
        bad = [one for one in fresh if one.severity >= Severity.of(fail_on)]
        if bad:
            console.note(f"{len(bad)} findings of severity {fail_on} or above")
            return ExitCode.FINDINGS
    return ExitCode.OK


def _chosen(what: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[list[Check], str | None]:
    from rdbscope.checks.catalog import built_in, named

    known = built_in()
    wanted = {named(known, one).check_id for one in select}
    sources = []
    for word in what:
        if word in known:
            wanted.add(word)
        elif target.is_dump(word) or word.isdigit():
            sources.append(word)
        else:
            wanted.add(named(known, word).check_id)
    if len(sources) > 1:
        raise UsageError(f"{len(sources)} snapshots", hint="check one at a time")
    unwanted = {named(known, one).check_id for one in ignore}
    checks = [one for name, one in known.items() if (not wanted or name in wanted) and name not in unwanted]
    return checks, sources[0] if sources else None
