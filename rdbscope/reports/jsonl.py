"""JSON Lines: one object per row. Numbers and booleans are JSON's own; everything else is the text of the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdbscope.reports.escaping import escape_controls

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import Column, ResultSet

_FORM = "\\u%04x"


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as JSON Lines."""
    for chunk in objects(result, bulk=output.bulk):
        output.stream.write(chunk)


def objects(result: ResultSet, *, bulk: bool) -> Iterator[bytes]:
    """Pieces of the result, each a whole number of lines."""
    for chunk in result.lines(_line(result.columns), bulk=bulk):
        yield escape_controls(chunk, _FORM)


def _line(columns: list[Column]) -> str:
    names = unique([column.name for column in columns])
    parts = []
    for number, (column, name) in enumerate(zip(columns, names, strict=True)):
        key = ("{" if number == 0 else ",") + json.dumps(name, ensure_ascii=False) + ":"
        parts += ["'" + key.replace("'", "''") + "'", _value(number, column)]
    return f"concat({', '.join(parts)}, '}}', chr(10))"


def _value(number: int, column: Column) -> str:
    value, text = f"c{number}", f"CAST(c{number} AS VARCHAR)"
    if column.type in ("DOUBLE", "FLOAT"):
        # JSON has no word for infinity.
        return (
            f"CASE WHEN {value} IS NULL THEN 'null' WHEN isfinite({value}) THEN {text} ELSE '\"' || {text} || '\"' END"
        )
    if column.is_number or column.type == "BOOLEAN":
        return f"coalesce({text}, 'null')"
    if column.type == "JSON" or (column.is_nested and "DOUBLE" not in column.type and "FLOAT" not in column.type):
        return f"coalesce(CAST(to_json({value}) AS VARCHAR), 'null')"
    return f"coalesce(CAST(to_json({text}) AS VARCHAR), 'null')"


def unique(names: list[str]) -> list[str]:
    """Names with a number behind those that come again: an object cannot have one name twice."""
    seen: set[str] = set()
    out = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen:
            candidate, number = f"{name}_{number}", number + 1
        seen.add(candidate)
        out.append(candidate)
    return out
