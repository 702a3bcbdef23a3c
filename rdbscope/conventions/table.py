"""Reading conventions tables as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rdbscope.errors import UsageError

_TYPES = {
    "string": "string",
    "str": "string",
    "counter": "string",
    "bitmap": "string",
    "hyperloglog": "string",
    "hash": "hash",
    "map": "hash",
    "list": "list",
    "set": "set",
    "sorted set": "zset",
    "sortedset": "zset",
    "zset": "zset",
    "geo": "zset",
    "stream": "stream",
    "array": "array",
    "any": None,
    "": None,
}
_NONE = ("none", "-", "–", "—", "no", "never", "persistent", "∞", "0")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b", re.I)
_COLUMNS = {
    "pattern": ("pattern", "key", "key pattern", "keys", "name"),
    "type": ("type", "data type", "datatype", "structure"),
    "ttl": ("ttl", "expiry", "expires", "lifetime", "expiration"),
    "purpose": ("purpose", "description", "use", "meaning", "comment", "notes"),
}


@dataclass(frozen=True)
class Convention:
    """One row.

    Attributes:
        pattern: `{x}` stands for one segment without a colon.
        type: as TYPE answers, None for any.
        ttl_seconds: the longest lifetime; None for a key that stays.
        ttl_known: whether the table has a TTL for it at all.
        file, line: where it stands.
    """

    pattern: str
    type: str | None
    ttl_seconds: int | None
    ttl_known: bool
    purpose: str
    file: str
    line: int

    @property
    def namespace(self) -> str | None:
        """The first segment, where it is literal and followed by another one."""
        first, colon, _ = self.pattern.partition(":")
        return first if colon and "{" not in first else None


def read(path: Path) -> list[Convention]:
    """All rows of all tables of a file that have a column of patterns.

    Raises:
        UsageError: no such file, no such table, or a broken row; the message names the line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: {getattr(problem, 'strerror', None) or problem}") from problem
    return parse(text, str(path))


def parse(text: str, file: str) -> list[Convention]:
    """Rows of a text; see `read`."""
    rows: list[Convention] = []
    header: dict[str, int] = {}
    width = 0
    in_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith(("```", "~~~")):
            in_code = not in_code
        if in_code or not stripped.startswith("|"):
            header = {}
            continue
        cells = _cells(stripped)
        if not header:
            header = _header(cells)
            width = len(cells)
        elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            if len(cells) != width:
                raise UsageError(f"{file}:{number}: {len(cells)} columns in a table of {width}")
            row = _row(cells, header, file, number)
            if row is not None:
                rows.append(row)
    if not rows:
        raise UsageError(f"{file}: no table with a column Pattern")
    return rows


def _cells(line: str) -> list[str]:
    inner = line.strip("|") if not line.endswith("\\|") else line.removeprefix("|")
    cells = re.split(r"(?<!\\)\|", inner)
    return [cell.replace("\\|", "|").strip() for cell in cells]


def _header(cells: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        plain = cell.strip("*_` ").lower()
        for column, names in _COLUMNS.items():
            if plain in names:
                places.setdefault(column, place)
    # A table without patterns is about something else.
    return places if "pattern" in places else {"": 0}


def _row(cells: list[str], header: dict[str, int], file: str, number: int) -> Convention | None:
    if "pattern" not in header:
        return None
    pattern = cells[header["pattern"]].strip("`").strip()
    if not pattern:
        raise UsageError(f"{file}:{number}: a row without a pattern")
    type_text = cells[header["type"]].strip("*_` ").lower() if "type" in header else ""
    plain = re.sub(r"\s*\(.*\)$", "", type_text)
    if plain not in _TYPES:
        raise UsageError(
            f"{file}:{number}: no type {type_text!r}", hint="String, Hash, List, Set, Sorted Set or Stream"
        )
    ttl_text = cells[header["ttl"]].strip("*_` ") if "ttl" in header else ""
    try:
        ttl = seconds(ttl_text) if ttl_text else None
    except ValueError:
        raise UsageError(f"{file}:{number}: no TTL {ttl_text!r}", hint="None, 60s, 5m, 1h or 7d") from None
    return Convention(
        pattern=pattern,
        type=_TYPES[plain],
        ttl_seconds=ttl,
        ttl_known=bool(ttl_text),
        purpose=cells[header["purpose"]] if "purpose" in header else "",
        file=file,
        line=number,
    )


def seconds(text: str) -> int | None:
    """Seconds of a duration such as `5m`, `7 days` or `1h 30m`; None for `None`.

    Raises:
        ValueError: it is no duration.
    """
    plain = text.strip().lower()
    if plain in _NONE:
        return None
    total, rest = 0.0, plain.lstrip("≤<= ").removeprefix("max").removeprefix("up to").strip()
    if rest.isdigit():
        return int(rest)
    if not _DURATION.match(rest) or _DURATION.sub("", rest).strip(" ,+and"):
        raise ValueError(text)
    for amount, unit in _DURATION.findall(rest):
        total += float(amount) * _UNITS[unit[0].lower()]
    return int(total)
