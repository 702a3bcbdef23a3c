r"""CSV: a header, one line per row. NULL is empty, an empty string is `""`.

Text that a spreadsheet would run as a formula (it starts with = + - @) gets an apostrophe in front. So does text that
starts with an apostrophe itself: the first one of a cell is never the text's own, and taking it off gives the text
back. Control characters are written `\xNN`, line ends included, so a line is always a row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rdbscope.reports.escaping import escape_controls

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import Column, ResultSet

_FORM = "\\x%02x"
_FORMULA = re.compile(r"[=+\-@'\t\r]")
_QUOTED = re.compile(r'^$|[",\n\r]|^\s|\s$')


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as CSV."""
    output.stream.write(
        escape_controls((",".join(field(column.name) for column in result.columns) + "\n").encode(), _FORM)
    )
    for chunk in result.lines(line(result.columns), bulk=output.bulk):
        output.stream.write(escape_controls(chunk, _FORM))


def field(text: str) -> str:
    """One value as Python text; the SQL below does the same for millions."""
    text = text.replace("\n", "\\x0a")
    if _FORMULA.match(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def line(columns: list[Column]) -> str:
    """The SQL expression of one line."""
    return (
        f"concat_ws(',', {', '.join(_expression(number, column) for number, column in enumerate(columns))}) || chr(10)"
    )


def _expression(number: int, column: Column) -> str:
    value = f"CAST(c{number} AS VARCHAR)"
    if column.is_number or column.type in ("BOOLEAN", "DATE"):
        return f"coalesce({value}, '')"
    quoted = f"""'"' || replace(replace({value}, '"', '""'), chr(10), '\\x0a') || '"'"""
    formula = f"""'"''' || replace(replace({value}, '"', '""'), chr(10), '\\x0a') || '"'"""
    return (
        f"CASE WHEN c{number} IS NULL THEN '' "
        f"WHEN NOT regexp_matches({value}, '^$|[\",\\n\\r]|^[\\s=+\\-@'']|\\s$') THEN {value} "
        f"WHEN regexp_matches({value}, '^[=+\\-@''\\t\\r]') THEN {formula} "
        f"ELSE {quoted} END"
    )
