"""Where a key stands in a TOML file: parsers of TOML give values without their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

Step = str | int

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")


def line_of(text: str, path: Sequence[Step]) -> int | None:
    """The line, from 1, of the value at `path` (`("suppress", 0, "until")`), or of what holds it.

    Keys are found where people write them, at the start of a line; a key inside of an inline table has the line of the
    table. None where not even the first step is found.
    """
    wanted = tuple(path)
    best: tuple[int, int] | None = None
    counts: dict[tuple[str, ...], int] = {}
    here: tuple[Step, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        key = None if header else _KEY.match(line)
        if header:
            here = _header(header, counts)
            place = here
        elif key:
            place = (*here, *_parts(key[1]))
        else:
            continue
        depth = len(place)
        if wanted[:depth] == place and (best is None or depth > best[0]):
            best = (depth, number)
    return None if best is None else best[1]


def _header(found: re.Match[str], counts: dict[tuple[str, ...], int]) -> tuple[Step, ...]:
    names = _parts(found[2])
    if found[1] == "[[":
        counts[names] = counts.get(names, -1) + 1
    path: list[Step] = []
    for end, name in enumerate(names, start=1):
        path.append(name)
        if names[:end] in counts:
            path.append(counts[names[:end]])
    return tuple(path)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(first or second or third for first, second, third in _PART.findall(text))
