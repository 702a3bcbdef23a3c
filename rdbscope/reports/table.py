"""Table for people: columns aligned, numbers to the right, cut with … only where a terminal is too narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.console import note, safe_text, terminal_width

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import ResultSet

_NULL = "NULL"
_GAP = "  "
_NARROWEST = 8
_DIM, _BOLD, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[0m"


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as a table; says on stderr where rows were left out."""
    limit = output.max_rows
    rows = [row for batch in result.texts(None if limit is None else limit + 1) for row in batch]
    more = limit is not None and len(rows) > limit
    lines = layout(
        [safe_text(column.name) for column in result.columns],
        rows[:limit] if more else rows,
        [column.is_number for column in result.columns],
        width=terminal_width() if output.is_terminal else None,
        colour=output.colour,
    )
    output.text("".join(f"{line}\n" for line in lines))
    if more:
        note(f"more than {limit:,} rows; --max-rows 0 shows all, --format csv or jsonl is made for many")


def layout(
    header: list[str], rows: list[tuple[str | None, ...]], right: list[bool], *, width: int | None, colour: bool
) -> list[str]:
    """The lines of a table, at most `width` cells wide where it is given."""
    from rich.cells import cell_len, set_cell_size

    cells = [[_NULL if value is None else safe_text(value) for value in row] for row in rows]
    widths = [
        max(cell_len(name), *(cell_len(row[i]) for row in cells), 1) if cells else cell_len(name)
        for i, name in enumerate(header)
    ]
    _shrink(widths, width)

    def fitted(text: str, column: int) -> str:
        size = cell_len(text)
        if size > widths[column]:
            return set_cell_size(text, widths[column] - 1).rstrip() + "…"
        padding = " " * (widths[column] - size)
        return padding + text if right[column] else text + padding

    def joined(parts: list[str]) -> str:
        return _GAP.join(parts).rstrip()

    head = joined([fitted(name, i) for i, name in enumerate(header)])
    lines = [f"{_BOLD}{head}{_RESET}" if colour else head, joined(["─" * size for size in widths])]
    for row, values in zip(cells, rows, strict=True):
        parts = [fitted(text, i) for i, text in enumerate(row)]
        if colour:
            parts = [
                f"{_DIM}{part}{_RESET}" if value is None else part for part, value in zip(parts, values, strict=True)
            ]
        lines.append(joined(parts))
    return lines


def _shrink(widths: list[int], width: int | None) -> None:
    """Takes cells from the widest columns until the table fits, but leaves each readable."""
    if width is None:
        return
    available = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > available:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        others = sorted(widths, reverse=True)
        floor = max(_NARROWEST, others[1] if len(others) > 1 and others[1] < widths[widest] else widths[widest] - 1)
        widths[widest] = max(floor, widths[widest] - (sum(widths) - available))
