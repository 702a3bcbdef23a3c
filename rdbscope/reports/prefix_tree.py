"""The prefix tree as text with bars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rdbscope.console import safe_text
from rdbscope.reports.human import share, size

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 12
_FIGURES = 36


@dataclass(frozen=True)
class Node:
    """A prefix with its totals; `size_bytes` is memory where it is known, else payload."""

    node_id: int
    parent_id: int | None
    prefix: str
    segment: str
    keys: int
    size_bytes: int | None


def draw(nodes: list[Node], *, branches: int, width: int, colour: bool) -> str:
    """The tree as lines of at most `width` cells.

    Args:
        nodes: ordered by size, the largest first.
        branches: most children that are drawn of one prefix; the rest is one line.
        width: of the terminal.
        colour: whether bars are coloured.
    """
    from rich.cells import cell_len

    known = {node.node_id for node in nodes}
    children: dict[int | None, list[Node]] = defaultdict(list)
    for node in nodes:
        children[node.parent_id if node.parent_id in known else None].append(node)
    whole = sum(node.size_bytes or 0 for node in children[None])
    rows = list(_rows(children, None, "", branches))
    # Figures stand beside the names, not at the far side of a wide terminal.
    name_width = min(max(20, width - _FIGURES - _BAR), max([20, *(cell_len(label) for label, _, _ in rows)]))
    lines = [f"{'':{name_width}} {'keys':>12} {'bytes':>11} {'share':>8}"]
    lines += [_line(label, keys, total, whole, name_width, colour) for label, keys, total in rows]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _rows(
    children: dict[int | None, list[Node]], parent: int | None, indent: str, branches: int
) -> Iterator[tuple[str, int, int]]:
    """Label, keys and bytes of each line."""
    # At most 32 levels: the parser cuts names there.
    nodes = children[parent]
    shown, hidden = nodes[:branches], nodes[branches:]
    for number, node in enumerate(shown):
        last = number == len(shown) - 1 and not hidden
        name = node.segment + (":" if node.prefix.endswith(":") else "")
        label = indent + ("" if parent is None else "└ " if last else "├ ") + safe_text(name)
        yield label, node.keys, node.size_bytes or 0
        below = indent if parent is None else indent + ("  " if last else "│ ")
        yield from _rows(children, node.node_id, below, branches)
    if hidden:
        label = indent + ("" if parent is None else "└ ") + f"… {len(hidden):,} more"
        yield label, sum(node.keys for node in hidden), sum(node.size_bytes or 0 for node in hidden)


def _line(label: str, keys: int, total: int, whole: int, name_width: int, colour: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    if cell_len(label) > name_width:
        label = set_cell_size(label, name_width - 1).rstrip() + "…"
    padded = set_cell_size(label, name_width)
    bar = _bar(total / whole if whole else 0)
    drawn = f"\x1b[36m{bar}\x1b[0m" if colour and bar else bar
    return f"{padded} {keys:>12,} {size(total):>11} {share(total, whole):>8} {drawn}"


def _bar(part: float) -> str:
    eighths = round(part * _BAR * 8)
    if eighths == 0 and part > 0:
        eighths = 1
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
