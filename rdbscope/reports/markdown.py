"""Markdown: a pipe table, numbers right-aligned; names are code so that no markup in them takes effect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rdbscope.console import safe_text

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import ResultSet

_PLAIN = re.compile(r"[\w .,:;/+%()–−±→×-]*")
# What Markdown would take for emphasis or a link, or whose blanks it would drop.
_MARKUP = re.compile(r"__|(?<!\w)_|_(?!\w)|://|www\.|^ | $|  ", re.IGNORECASE)


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as a Markdown table."""
    output.text("| " + " | ".join(cell(column.name) for column in result.columns) + " |\n")
    output.text("| " + " | ".join("---:" if column.is_number else "---" for column in result.columns) + " |\n")
    for batch in result.texts():
        output.text("".join("| " + " | ".join(cell(value) for value in row) + " |\n" for row in batch))


def cell(value: str | None) -> str:
    """One value: NULL in italics, plain words as they are, anything else as code."""
    if value is None:
        return "*NULL*"
    text = safe_text(value)
    if _PLAIN.fullmatch(text) and not _MARKUP.search(text):
        return text
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    # GitHub splits cells before it reads code, so a pipe needs its backslash inside of code too.
    padded = f" {text} " if text.strip() and (text[0] in "` " or text[-1] in "` ") else text
    return f"{fence}{padded}{fence}".replace("|", "\\|")
