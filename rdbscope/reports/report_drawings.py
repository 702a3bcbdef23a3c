"""Drawings of the HTML report as plain numbers: where each rectangle of the prefix tree and of the heat strip goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Any

from rdbscope.reports.human import share, size
from rdbscope.reports.report_facts import Table

_DEEPEST = 8
_HUES = 8
_LEVELS = 8
_COLUMNS = 64
# A box of less than this part of the whole is one that nobody can see or hit, even after going deeper.
_SMALLEST = 0.00002


@dataclass(frozen=True)
class Box:
    """A prefix in the icicle; `left` and `width` are percent of the drawing."""

    box_id: int
    parent_id: int
    depth: int
    left: float
    width: float
    hue: str
    name: str
    label: str


def icicle(table: Table) -> tuple[list[Box], int]:
    """Boxes of the prefix tree, each below its parent and never wider, and how many levels there are."""
    children: dict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    for one in table.rows:
        children[one["parent"]].append(one)
    tops = children[None]
    shares = [one["share"] or 0 for one in tops]
    sizes = sum(one["size_bytes"] or 0 for one in tops)
    whole = round(sizes / sum(shares)) if sum(shares) else sizes
    boxes = [Box(0, -1, 0, 0, 100, "all", "all keys", f"all keys – {size(whole)}")]
    # Colours begin where the tree first branches: one namespace over everything would be one colour.
    uncoloured = {0}
    waiting: list[tuple[Mapping[str, Any] | None, int, float, int, int]] = [(None, 0, 0.0, whole, 0)]
    while waiting:
        row, box_id, left, bytes_here, depth = waiting.pop()
        if depth == _DEEPEST or not whole:
            continue
        below = children[None if row is None else row["prefix"]]
        for number, child in enumerate(below):
            width = 100 * (child["size_bytes"] or 0) / whole
            if width < 100 * _SMALLEST:
                break
            parent = boxes[box_id]
            hue = f"c{number % _HUES}" if box_id in uncoloured else parent.hue
            if box_id in uncoloured and len(below) == 1:
                uncoloured.add(len(boxes))
            label = f"{child['prefix']} – {size(child['size_bytes'])}, {share(child['size_bytes'] or 0, whole)}"
            boxes.append(
                Box(
                    len(boxes),
                    box_id,
                    depth + 1,
                    left,
                    width,
                    hue,
                    _segment(child, row),
                    f"{label}, {child['keys']:,} keys",
                )
            )
            waiting.append((child, len(boxes) - 1, left, child["size_bytes"] or 0, depth + 1))
            left += width
            bytes_here -= child["size_bytes"] or 0
        hidden = (row["children"] if row is not None else len(below) + table.more) - len(below)
        if hidden > 0 and bytes_here > whole * _SMALLEST:
            text = f"{hidden:,} more" if row is not None else "more"
            boxes.append(
                Box(
                    len(boxes),
                    box_id,
                    depth + 1,
                    left,
                    100 * bytes_here / whole,
                    "more",
                    f"({text})",
                    f"({text}) – {size(bytes_here)}",
                )
            )
    return boxes, 1 + max(box.depth for box in boxes)


def _segment(child: Mapping[str, Any], parent: Mapping[str, Any] | None) -> str:
    name, above = str(child["prefix"]), "" if parent is None else str(parent["prefix"])
    return name[len(above) :] if name.startswith(above) and len(name) > len(above) else name


def heat(table: Table) -> tuple[list[tuple[str, str]], int]:
    """The heat strip as one SVG path per level, a cell for sixteen slots, and how many slots hold keys."""
    most = max((row["size_bytes"] or 0 for row in table.rows), default=0)
    used = sum(row["used_slots"] for row in table.rows)
    paths: dict[int, list[str]] = defaultdict(list)
    for row in table.rows:
        # By orders of magnitude: one huge key must not make all the others look alike.
        level = max(1, round(_LEVELS * log1p(row["size_bytes"] or 0) / log1p(most))) if most else 1
        down, across = divmod(row["from_slot"] // 16, _COLUMNS)
        paths[level].append(f"M{across} {down}h1v1h-1z")
    return [(f"h{level}", "".join(parts)) for level, parts in sorted(paths.items())], used


def bars(rows: Sequence[Mapping[str, Any]], column: str) -> list[float]:
    """Widths in percent of the largest value."""
    most = max((row[column] or 0 for row in rows), default=0)
    return [100 * (row[column] or 0) / most if most else 0 for row in rows]
