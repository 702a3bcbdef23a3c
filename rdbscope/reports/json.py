"""JSON: one array of objects, one per row; values as in JSON Lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.reports import jsonl

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import ResultSet


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as one JSON array."""
    opened = False
    for chunk in jsonl.objects(result, bulk=output.bulk):
        if not chunk:
            continue
        output.stream.write(b",\n" if opened else b"[\n")
        # Line ends inside of values are escaped, so each one here ends a row.
        output.stream.write(chunk[:-1].replace(b"\n", b",\n"))
        opened = True
    output.stream.write(b"\n]\n" if opened else b"[]\n")
