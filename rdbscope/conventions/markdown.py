"""Tables of a Markdown file, with the line of each row. Code blocks and comments are passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Table:
    """One table: its header, and its rows as lines and cells."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def tables(text: str) -> Iterator[Table]:
    """The tables of a document in order."""
    lines = list(_visible(text))
    position = 0
    while position + 1 < len(lines):
        (number, head), (after, rule) = lines[position], lines[position + 1]
        if "|" in head and "-" in rule and _RULE.match(rule) and after == number + 1 and _cells_fit(head, rule):
            rows = []
            position += 2
            while position < len(lines) and "|" in lines[position][1]:
                rows.append((lines[position][0], cells(lines[position][1])))
                position += 1
            yield Table(cells(head), rows)
        else:
            position += 1


def _cells_fit(head: str, rule: str) -> bool:
    return len(cells(head)) == len(cells(rule))


def _visible(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without code blocks and comments."""
    fence, in_comment = "", False
    for number, line in enumerate(text.splitlines(), start=1):
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if found and not in_comment:
            fence = found[1]
            continue
        shown, in_comment = _without_comment(line, in_comment)
        yield number, shown


def _without_comment(line: str, inside: bool) -> tuple[str, bool]:
    """A comment counts from a line's beginning or behind the last cell: `<!--` inside of a cell may be a name."""
    if inside:
        _, end, rest = line.partition("-->")
        return (rest, False) if end else ("", True)
    start = re.search(r"(?:^|\|)\s*(<!--)", line)
    if start is None or "|" in line[start.end(1) :].partition("-->")[2]:
        return line, False
    before, comment = line[: start.start(1)], line[start.start(1) :]
    return before, "-->" not in comment


def cells(line: str) -> list[str]:
    """The cells of a row, each stripped; a pipe behind a backslash belongs to its cell."""
    inner = line.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.replace("\\|", "|").strip() for cell in _PIPE.split(inner)]


def code_spans(cell: str) -> tuple[list[str], str]:
    """The contents of the code spans of a cell, and the text around them."""
    spans, around, position = [], [], 0
    while True:
        opening = re.compile(r"`+").search(cell, position)
        if opening is None:
            break
        closing = re.compile(rf"(?<!`){opening[0]}(?!`)").search(cell, opening.end())
        if closing is None:
            around.append(cell[position : opening.end()])
            position = opening.end()
            continue
        around.append(cell[position : opening.start()])
        content = cell[opening.end() : closing.start()]
        if content.startswith(" ") and content.endswith(" ") and content.strip():
            content = content[1:-1]
        spans.append(content)
        position = closing.end()
    return spans, "".join(around) + cell[position:]


def plain(cell: str) -> str:
    """A cell as text: code spans opened, emphasis taken off, escapes resolved."""
    spans, around = code_spans(cell)
    if spans and not around.strip():
        return spans[0]
    text = cell.replace("`", "").strip()
    for mark in ("**", "__", "*", "_"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)]
    return re.sub(r"\\([_*`<>{}\[\]#~-])", r"\1", text).strip()


def code(text: str) -> str:
    """`text` as a code span that may stand in a cell, whatever is in it."""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    padded = text.strip() and (text[0] in " `" or text[-1] in " `")
    inner = f" {text} " if padded else text
    return f"{fence}{inner}{fence}".replace("|", "\\|")
