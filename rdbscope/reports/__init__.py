"""Formats of row-producing commands: one file each, one function `write(result, output)`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import ResultSet

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "markdown")


class Writer(Protocol):
    """A module of this package."""

    def write(self, result: ResultSet, output: Output) -> None:
        """Writes every row of `result` to `output`."""


def write(result: ResultSet, output: Output, name: str) -> None:
    """Writes `result` in the format called `name`, one of FORMATS."""
    cast("Writer", import_module(f"rdbscope.reports.{name}")).write(result, output)
