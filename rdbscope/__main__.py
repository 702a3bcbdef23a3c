"""The program: runs the command line and turns every ending into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from rdbscope import console, termination
from rdbscope.errors import InterruptedLoadError, OutputClosedError, RdbscopeError, one_line
from rdbscope.exit_codes import ExitCode


def main() -> None:
    """Entry point of the console script."""
    termination.install()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and returns the exit code; nothing is raised but SystemExit of the interpreter."""
    try:
        code = _command(list(arguments))
        sys.stdout.flush()
        return code
    except (BrokenPipeError, OutputClosedError):
        return _broken_pipe()
    except (KeyboardInterrupt, click.Abort):
        return _interrupted()
    except RdbscopeError as problem:
        console.failure(problem, problem.line())
        interrupted = isinstance(problem, InterruptedLoadError) or termination.happened()
        return _code_of_signal() if interrupted else problem.exit_code
    except click.ClickException as problem:
        _usage(problem)
        return ExitCode.USAGE
    except Exception as problem:
        # The first is what DuckDB makes of Ctrl-C while a query runs.
        if (isinstance(problem, RuntimeError) and str(problem) == "Query interrupted") or termination.happened():
            return _interrupted()
        if isinstance(problem, OSError) and problem.strerror:
            # What the system refuses is no fault of the program, and no reason for a report.
            console.failure(problem, f"{os.fsdecode(problem.filename or 'output')}: {problem.strerror}")
            return ExitCode.OUTPUT
        console.failure(
            problem,
            f"internal error: {type(problem).__name__}: {one_line(problem)}; "
            "please report it with the output of: rdbscope --debug …",
        )
        return ExitCode.INTERNAL


def _command(arguments: list[str]) -> int:
    from rdbscope.cli import main as group

    result = group.main(arguments, prog_name=console.PROGRAM, standalone_mode=False)
    return result if isinstance(result, int) else ExitCode.OK


def _usage(problem: click.ClickException) -> None:
    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        click.echo(problem.ctx.get_help() if problem.ctx else "", err=True)
        return
    path = problem.ctx.command_path if isinstance(problem, click.UsageError) and problem.ctx else console.PROGRAM
    console.error(f"{one_line(Exception(problem.format_message()))} (see: {path} --help)")


def _interrupted() -> int:
    console.error("interrupted")
    return _code_of_signal()


def _code_of_signal() -> int:
    return ExitCode.TERMINATED if termination.happened() else ExitCode.INTERRUPTED


def _broken_pipe() -> int:
    # What is still buffered cannot be written; the interpreter would complain about it at exit.
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return ExitCode.BROKEN_PIPE


if __name__ == "__main__":
    main()
