"""Options that several commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from rdbscope import console
from rdbscope.errors import UsageError, shorten
from rdbscope.options import ReadOptions
from rdbscope.reports import FORMATS

Function = TypeVar("Function", bound=Callable[..., Any])


class Number(click.IntRange):
    """A whole number of at most 63 bits: no server, no file and no database has a larger one."""

    def convert(
        self,
        value: Any,  # noqa: ANN401  as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """The number.

        Raises:
            click.BadParameter: none, or one out of range.
        """
        number = int(super().convert(value, param, ctx))
        if number >= 2**63:
            self.fail(f"{shorten(str(value))} is too large a number.", param, ctx)
        return number


def _all(*decorators: Callable[[Function], Function]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def database_option(function: Function) -> Function:
    """`--db`, also from RDBSCOPE_DB."""
    return click.option(
        "--db",
        metavar="FILE",
        envvar="RDBSCOPE_DB",
        help="The database; to read, also a folder of load --to-parquet. "
        "Default: rdbscope.toml, else rdbscope.duckdb in the current folder.",
    )(function)


def memory_option(function: Function) -> Function:
    """`--memory-limit` of DuckDB."""
    return click.option(
        "--memory-limit",
        metavar="SIZE",
        envvar="RDBSCOPE_MEMORY_LIMIT",
        help="Memory for DuckDB, such as 2GiB. Default: rdbscope.toml, else 512 MB or a quarter of the machine.",
    )(function)


def memory_limit(text: str | None) -> int | None:
    """Bytes of `--memory-limit`, else of the configuration; None for the default."""
    from rdbscope.config import configuration
    from rdbscope.store.memory_limit import parse_bytes

    said = configuration().values.get("memory_limit") if text is None else text
    return None if said is None else parse_bytes(said)


def _set_colour(context: click.Context, parameter: click.Parameter, choice: str | None) -> None:
    # The program's own comes first, and begins anew where it runs twice in one process.
    if choice is not None or context.parent is None:
        console.set_colour(choice or "auto")


def colour_option(function: Function) -> Function:
    """`--color`, before a command and behind it; the one behind it counts."""
    return click.option(
        "--color",
        type=click.Choice(console.COLOURS),
        expose_value=False,
        callback=_set_colour,
        help="Colour; auto follows the terminal, NO_COLOR and FORCE_COLOR.",
    )(function)


def output_options(function: Function) -> Function:
    """`--format`, `-o`, `--max-rows` and `--color` of every command that gives rows."""
    return _all(
        click.option("--format", "format_name", type=click.Choice(FORMATS), default="table", show_default=True),
        click.option(
            "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
        ),
        click.option(
            "--max-rows",
            type=click.IntRange(min=0),
            default=1000,
            show_default=True,
            help="Most rows of a table; 0 for all.",
        ),
        colour_option,
    )(function)


def salvage_option(function: Function) -> Function:
    """`--salvage`."""
    return click.option("--salvage", is_flag=True, help="Keep what is sound of a damaged dump.")(function)


def log_options(function: Function) -> Function:
    """Where to stop in an append-only log, and what its replay may take."""
    return _all(
        click.option(
            "--until",
            metavar="TIME",
            help="Of a log with timestamps, commands up to this moment: 2026-11-25T12:00:00Z or Unix seconds.",
        ),
        click.option(
            "--until-offset",
            type=Number(min=0),
            metavar="N",
            help="Of a log, commands up to this byte of its last file.",
        ),
        click.option(
            "--replay-memory",
            metavar="SIZE",
            help="Memory for the keys that a log touches, such as 4GiB. Default: half of the machine.",
        ),
    )(function)


def moment(text: str | None) -> int | None:
    """Unix seconds of `--until`; a time without zone is UTC.

    Raises:
        UsageError: not a moment.
    """
    from datetime import datetime, timezone

    if text is None:
        return None
    try:
        if text.isdecimal():
            time = datetime.fromtimestamp(int(text), tz=timezone.utc)
        else:
            time = datetime.fromisoformat(text.removesuffix("Z") + ("+00:00" if text.endswith("Z") else ""))
            time = time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)
        return int(time.astimezone(timezone.utc).timestamp())
    except (ValueError, OverflowError, OSError) as problem:
        raise UsageError(f"--until {shorten(text)}: no moment", hint="write it like 2026-11-25T12:00:00Z") from problem


def conventions_option(function: Function) -> Function:
    """`--conventions`."""
    return click.option(
        "--conventions",
        "conventions_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Markdown table of patterns. Default: rdbscope.toml, else docs/db/redis-conventions.md where it is there.",
    )(function)


def filter_options(function: Function) -> Function:
    """Filters on keys."""
    return _all(
        click.option("--match", multiple=True, metavar="GLOB", help="Only keys that match, as KEYS would. Repeatable."),
        click.option("--type", "types", multiple=True, metavar="TYPE", help="Only keys of this type. Repeatable."),
        click.option(
            "--db-number",
            "databases",
            multiple=True,
            type=Number(min=0),
            metavar="N",
            help="Only this database of the server. Repeatable.",
        ),
    )(function)


def model_options(function: Function) -> Function:
    """The server to model instead of the one that wrote the dump."""
    return _all(
        click.option(
            "--as", "as_server", metavar="SERVER", help="Encodings and memory of this server, such as valkey-9.1."
        ),
        click.option(
            "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A threshold that differs. Repeatable."
        ),
        click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path),
            metavar="redis.conf",
            help="Thresholds from there.",
        ),
        click.option("--allocator", type=click.Choice(["jemalloc", "jemalloc-16", "glibc"]), help="Default: jemalloc."),
        click.option("--cluster/--no-cluster", default=None, help="Cluster mode. Default: as the dump tells."),
    )(function)


def read_options(
    *,
    salvage: bool = False,
    match: tuple[str, ...] = (),
    types: tuple[str, ...] = (),
    databases: tuple[int, ...] = (),
    as_server: str | None = None,
    settings: tuple[str, ...] = (),
    config_file: Path | None = None,
    allocator: str | None = None,
    cluster: bool | None = None,
    until: str | None = None,
    until_offset: int | None = None,
    replay_memory: str | None = None,
) -> ReadOptions:
    """Options of a pass from the options of the command line.

    Raises:
        UsageError: a value that cannot be right.
    """
    from rdbscope.redis_conf import thresholds_from_file, thresholds_from_settings

    server, _, version = (as_server or "").partition("-")
    if as_server and (server not in ("redis", "valkey") or not version[:1].isdigit()):
        raise UsageError(f"--as {as_server}: no such server", hint="write it like redis-8.6 or valkey-9.1")
    thresholds = thresholds_from_file(config_file) if config_file is not None else {}
    return ReadOptions(
        salvage=salvage,
        match=tuple(glob.encode("utf-8", "surrogateescape") for glob in match),
        types=types,
        databases=databases,
        server=server or None,
        server_version=version or None,
        thresholds=thresholds | thresholds_from_settings(settings),
        allocator=allocator,
        cluster=cluster,
        until_seconds=moment(until),
        until_offset=until_offset,
        # The limit of the configuration is that of DuckDB.
        replay_limit=None if replay_memory is None else memory_limit(replay_memory),
    )
