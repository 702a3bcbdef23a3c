r"""A file of variables, read as systemd reads an `EnvironmentFile=`: nothing in it is evaluated.

Cron has no such file of its own, and a shell makes something else of `&`, `$`, `;` and blanks in a value. The rules are
those of systemd.exec(5): a value ends with its line, blanks around it left out; one that begins with a quote ends with
it; outside of single quotes a backslash takes what follows it literally, and joins two lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdbscope.errors import UsageError, one_line

_SINGLE = r"'[^']*(?:'|\Z)"
_DOUBLE = r'"(?:\\(?:.|\Z)|[^"\\])*(?:"|\Z)'
_BARE = r"(?:\\(?:.|\Z)|[^\\\n\r])*"
_VALUE = rf"(?:[ \t]*(?:{_SINGLE}|{_DOUBLE}))*{_BARE}"
_ENTRY = re.compile(rf"[ \t\n\r]*(?:[#;][^\n\r]*|([^=\n\r]*)(?:=({_VALUE}))?)(?:[\n\r]|\Z)", re.DOTALL)
_QUOTED = re.compile(rf"[ \t]*({_SINGLE}|{_DOUBLE})", re.DOTALL)
_BARE_PIECE = re.compile(r"\\.?|[^\\]", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What a double-quoted backslash makes literal; before anything else it stands for itself.
_ESCAPED = '"\\`$'


@dataclass(frozen=True)
class Variables:
    """What such a file says.

    Attributes:
        values: by name; of two the last.
        warnings: lines that say nothing, by their number: what stands in them may be a secret.
    """

    values: dict[str, str]
    warnings: tuple[str, ...]


def read(path: Path) -> Variables:
    """The variables of a file.

    Raises:
        UsageError: it cannot be read, or is no UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path}: is no UTF-8 (byte {problem.start:,})") from None
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {one_line(problem)}") from problem
    values: dict[str, str] = {}
    warnings = []
    for line, name, value in _entries(text):
        if value is None:
            warnings.append(f"{path}:{line}: no NAME=value; the line is left out")
        elif not _NAME.fullmatch(name):
            warnings.append(f"{path}:{line}: what stands before = is no name of a variable; the line is left out")
        elif any(one < " " and one not in "\t\n" for one in value) or "\x7f" in value:
            warnings.append(f"{path}:{line}: {name} has a control character; the line is left out")
        else:
            values[name] = value
    return Variables(values, tuple(warnings))


def _entries(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Line, from 1, name and value of each line that is no comment; None where there is no `=`."""
    position = 0
    while position < len(text):
        found = _ENTRY.match(text, position)
        assert found is not None, "any text matches"
        position = found.end()
        name, value = found.groups()
        if name or value is not None:
            line = len(re.findall(r"\r\n?|\n", text[: found.start(1)])) + 1
            yield line, name.rstrip(" \t"), None if value is None else _value(value)


def _value(raw: str) -> str:
    parts = []
    position = 0
    while (quoted := _QUOTED.match(raw, position)) is not None:
        parts.append(_unquoted(quoted[1]))
        position = quoted.end()
    pieces = _BARE_PIECE.findall(raw[position:].lstrip(" \t"))
    while pieces and pieces[-1] in (" ", "\t"):
        pieces.pop()
    parts += [piece[1:].strip("\n\r") if piece.startswith("\\") else piece for piece in pieces]
    return "".join(parts)


def _unquoted(quoted: str) -> str:
    quote, inner = quoted[0], quoted[1:]
    if quote == "'":
        return inner.removesuffix(quote)
    pieces = _BARE_PIECE.findall(inner)
    if pieces and pieces[-1] == quote:
        pieces.pop()
    return "".join(_in_double(piece) for piece in pieces)


def _in_double(piece: str) -> str:
    if not piece.startswith("\\"):
        return piece
    after = piece[1:]
    return after if after and after in _ESCAPED else "" if after in ("", "\n") else piece
