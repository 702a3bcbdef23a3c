"""`rdbscope check`: what is wrong with this keyspace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options, target
from rdbscope.errors import UsageError
from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope.checks.header import Check

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "markdown", "junit", "sarif")
_KEYS_HELP = "Every offending key instead of the roll-up; raw_hex are its bytes where name differs from them."
SEVERITIES = ("info", "low", "medium", "high")


@click.command()
@click.argument("what", nargs=-1, metavar="[ID]... [SNAPSHOT|DUMP]")
@options.conventions_option
@click.option("--param", "params", multiple=True, metavar="ID.NAME=VALUE", help="A parameter of a check. Repeatable.")
@click.option("--select", multiple=True, metavar="ID", help="Only this check. Repeatable.")
@click.option("--ignore", multiple=True, metavar="ID", help="Not this check. Repeatable.")
@click.option("--keys", "every_key", is_flag=True, help=_KEYS_HELP)
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 on findings of at least this severity.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Findings that are known: only new ones fail. Written where it does not exist.",
)
@click.option("--namespace", "namespaces", multiple=True, metavar="NAME", help="A known namespace. Repeatable.")
@click.option(
    "--cluster-nodes",
    "nodes_file",
    type=click.Path(path_type=Path),
    metavar="nodes.conf",
    help="Node file of the cluster: slots that no node holds. Default: rdbscope.toml.",
)
@click.option("--now", metavar="TIME", help="Clock for the age of the backup, ISO 8601. Default: the machine's.")
@click.option("--format", "format_name", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
)
@options.database_option
@options.salvage_option
@options.memory_option
@options.colour_option
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
    nodes_file: Path | None,
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
    from rdbscope.checks.configured import configured
    from rdbscope.checks.severity import Severity
    from rdbscope.reports import findings as report
    from rdbscope.reports.output import open_output
    from rdbscope.store import fetch

    wanted = configured(
        conventions=conventions_file,
        params=params,
        namespaces=namespaces,
        now_ms=parameters.time_of(now),
        nodes_file=nodes_file,
    )
    for warning in wanted.warnings():
        console.warning(warning)
    checks, source = _chosen(wanted.known, wanted.chosen, what, select, ignore)
    least = None if fail_on is None else Severity.of(fail_on)
    with target.opened(source, db=db, memory_limit=memory_limit, salvage=salvage) as (connection, chosen):
        chosen.need_keys()
        if chosen.damage is not None:
            console.warning(f"snapshot {chosen.snapshot_id} is not whole: {chosen.damage}")
        run.prepare(connection, chosen.snapshot_id, wanted.context)
        can, not_run = run.runnable(connection, checks, wanted.context)
        run.validate(connection, [one for one in can if one.check_id in wanted.own])
        if every_key:
            for check_id, reason in not_run.items():
                console.note(f"{check_id} could not run: {reason}")
            with open_output(output, max_rows=_MOST_ROWS, bulk=True) as out:
                report.write_keys(connection, can, wanted.context, out, format_name)
            if least is None and baseline is None:
                return ExitCode.OK
            # Only what can fail has to be summed up.
            checks = (
                checks if baseline is not None else [one for one in checks if least is None or one.severity >= least]
            )
        outcome = run.run(connection, chosen.snapshot_id, checks, wanted.context)
        name = fetch.scalar(connection, "SELECT source FROM current_snapshot")
    judgement = report.Judgement(
        outcome,
        {one.check_id: one for one in checks},
        name,
        least,
        outcome.findings if baseline is None else baselines.fresh(baseline, outcome.findings),
        baseline is not None,
    )
    if every_key or format_name not in ("table", "markdown"):
        for line in judgement.counts():
            console.note(line)
    if not every_key:
        with open_output(output) as out:
            report.write(judgement, out, format_name)
    return ExitCode.FINDINGS if judgement.failing else ExitCode.OK


# Rows of a table of keys; the other formats are made for many.
_MOST_ROWS = 1000
# Anything else is the number or name of a snapshot.
_LIKE_AN_ID = re.compile(r"[a-z]+(-[a-z]+)*")


def _chosen(
    known: Mapping[str, Check],
    configured: Sequence[Check],
    what: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> tuple[list[Check], str | None]:
    """The checks to run, and the snapshot or dump. Names that are given come before the configuration."""
    from rdbscope.checks.catalog import named

    wanted = [named(known, one) for one in select]
    sources = []
    for word in what:
        if word in known:
            wanted.append(known[word])
        elif target.is_dump(word) or target.is_folder(word) or not _LIKE_AN_ID.fullmatch(word):
            sources.append(word)
        else:
            wanted.append(named(known, word))
    if len(sources) > 1:
        raise UsageError(f"{len(sources)} snapshots", hint="check one at a time")
    unwanted = {named(known, one).check_id for one in ignore}
    ids = {one.check_id for one in wanted or configured} - unwanted
    return [one for name, one in known.items() if name in ids], sources[0] if sources else None
