"""The command line: one module per command, each thin: options in, public functions called, a format out."""

from __future__ import annotations

import click

from rdbscope import console, termination
from rdbscope.cli import options
from rdbscope.cli.check import check
from rdbscope.cli.completion import completion
from rdbscope.cli.configuration import configuration
from rdbscope.cli.conventions import conventions
from rdbscope.cli.diff import diff
from rdbscope.cli.explain import explain
from rdbscope.cli.export import export
from rdbscope.cli.info import info
from rdbscope.cli.key import key
from rdbscope.cli.load import load
from rdbscope.cli.nightly import nightly
from rdbscope.cli.query import query
from rdbscope.cli.report import report
from rdbscope.cli.snapshots import snapshots
from rdbscope.cli.top import top
from rdbscope.cli.tree import tree
from rdbscope.cli.trends import trends
from rdbscope.cli.verify import verify
from rdbscope.cli.whatif import whatif
from rdbscope.errors import OutputClosedError
from rdbscope.exit_codes import MEANINGS

COMMANDS = (
    load,
    check,
    explain,
    conventions,
    query,
    top,
    tree,
    key,
    diff,
    report,
    verify,
    whatif,
    export,
    trends,
    nightly,
    snapshots,
    configuration,
    info,
    completion,
)


class Group(click.Group):
    """The group of all commands; its help ends with the exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Prints the table of exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Prints the help where nothing is asked: that is no wrong use."""
        if not args:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; a broken pipe passes as our own error, because click would end with code 1.

        So does SIGTERM, for which click would print an empty line, as after the ^C of a terminal.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as problem:
            raise OutputClosedError("standard output: closed") from problem
        except KeyboardInterrupt as problem:
            if not termination.happened():
                raise
            raise click.Abort from problem

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of use, not of the alphabet."""
        return list(self.commands)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-q", "--quiet", is_flag=True, envvar="RDBSCOPE_QUIET", help="No notes and no progress on stderr.")
@click.option("--debug", is_flag=True, envvar="RDBSCOPE_DEBUG", help="Show the traceback of an error.")
@options.colour_option
@click.version_option(None, "-V", "--version", message="%(version)s", package_name="rdbscope")
def main(quiet: bool, debug: bool) -> None:
    """Answers offline: what is in this Redis or Valkey snapshot, what does it cost, what is wrong with it?

    Start with: rdbscope load dump.rdb
    """
    console.set_quiet(quiet)
    console.set_debug(debug)


for command in COMMANDS:
    main.add_command(command)
