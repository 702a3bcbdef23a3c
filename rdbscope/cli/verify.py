"""`rdbscope verify`: structure and checksum of dumps, without loading them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options
from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.verification import Verdict


@click.command()
@click.argument("sources", metavar="SOURCE…", nargs=-1, required=True)
@click.option("--deep", is_flag=True, help="Also unpack every compressed string.")
@options.log_options
@options.output_options
def verify(
    sources: tuple[str, ...],
    deep: bool,
    until: str | None,
    until_offset: int | None,
    replay_memory: str | None,
    format_name: str,
    output: Path | None,
    max_rows: int,
) -> int:
    """Checks that backups are whole.

    Every record is walked and the checksum compared; nothing is loaded.
    SOURCE as for load. Exits with 3 if any is damaged, unreadable or not there; the others are checked all the same.
    """
    from rdbscope.api import each_source
    from rdbscope.reports.output import open_output
    from rdbscope.verification import failed, verify_source

    read = options.read_options(until=until, until_offset=until_offset, replay_memory=replay_memory)
    verdicts: list[Verdict] = []
    for source, problem in each_source(sources):
        verdict = verify_source(source, deep=deep, options=read) if problem is None else failed(source, problem)
        verdicts.append(verdict)
        if verdict.problem is not None:
            console.error(verdict.problem)
        for warning in verdict.warnings:
            console.warning(f"{source}: {warning}")
    with open_output(output, max_rows=max_rows or None) as out:
        if format_name == "table":
            out.text("".join(f"{verdict.line()}\n" for verdict in verdicts))
        else:
            _write_rows(verdicts, out, format_name)
    return ExitCode.INPUT if any(verdict.problem is not None for verdict in verdicts) else ExitCode.OK


def _write_rows(verdicts: list[Verdict], out: Output, format_name: str) -> None:
    from rdbscope import reports
    from rdbscope.store import connect, result

    with connect.scratch() as connection:
        rows = [verdict.row() for verdict in verdicts]
        reports.write(result.of_rows(connection, list(rows[0]), [list(row.values()) for row in rows]), out, format_name)
