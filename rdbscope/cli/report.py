"""`rdbscope report`: all about a snapshot, or about the nodes of a cluster, for the person who gets it by mail."""

from __future__ import annotations

from pathlib import Path

import click

from rdbscope import config, console
from rdbscope.cli import options, targets
from rdbscope.errors import UsageError

FORMATS = ("text", "html", "markdown", "json", "csv")
_SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".csv": "csv"}


@click.command()
@click.argument("sources", metavar="[SNAPSHOT|DUMP]...", nargs=-1)
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), help="Default: what the name of the file says, else text."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
)
@click.option("--all-nodes", is_flag=True, help="The newest snapshot of every node in one report.")
@click.option("--owner", metavar="TEAM", help="Only what this team owns, as [owners] in rdbscope.toml says.")
@click.option("--redact", is_flag=True, help="Names of keys and patterns as hashes.")
@options.database_option
@options.salvage_option
@options.memory_option
@options.colour_option
def report(
    sources: tuple[str, ...],
    format_name: str | None,
    output: Path | None,
    all_nodes: bool,
    owner: str | None,
    redact: bool,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> None:
    """Writes a report: is the backup whole, what is wrong, where the bytes are, and what changed.

    Without arguments on the newest snapshot. Several snapshots or dumps, the nodes of a cluster, make one report; of a
    master and its replicas only one counts. No value of a key is ever in it.
    """
    from rdbscope.comparison import lineage
    from rdbscope.history.nodes import limits
    from rdbscope.reports import report_formats
    from rdbscope.reports.output import open_output
    from rdbscope.reports.report_gather import Wanted, gather
    from rdbscope.store import snapshots

    if all_nodes and sources:
        raise UsageError("--all-nodes and snapshots by name", hint="give one of them")
    teams = config.configuration().values.get("owners", {})
    wanted = Wanted(teams, owner, redact, limits(config.configuration()))
    chosen_format = format_name or _SUFFIXES.get(output.suffix.lower() if output else "", "text")
    with targets.opened(
        sources,
        db=db,
        memory_limit=memory_limit,
        salvage=salvage,
        unnamed=lineage.newest_of_each
        if all_nodes
        else lambda connection: [snapshots.choose(connection, None).snapshot_id],
    ) as (connection, numbers):
        facts = gather(connection, list(dict.fromkeys(numbers)), wanted)
    with open_output(output) as out:
        out.text(report_formats.render(facts, chosen_format, width=console.terminal_width(), colour=out.colour))
