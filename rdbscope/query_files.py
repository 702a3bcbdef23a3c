"""The canned SQL of `queries/`: a header in a block comment, then one statement that runs by hand as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rdbscope.errors import RdbscopeError

_OPEN, _CLOSE = "/*---\n", "\n---*/\n"


@dataclass(frozen=True)
class QueryFile:
    """One file of `queries/`.

    Attributes:
        name: the file's name without `.sql`; also the name of the view.
        title: one line.
        description: one or two sentences.
        needs: views that the statement reads.
        columns: column name to its meaning, in the order of the result.
        columns_of: table or view whose words hold for the columns of the same name, or empty.
        sql: the statement, without header and without semicolon.
        limit: rows that a report shows of it, None for all.
    """

    name: str
    title: str
    description: str
    needs: tuple[str, ...]
    columns: dict[str, str] = field(hash=False)
    columns_of: str = ""
    sql: str = ""
    limit: int | None = None


def parse(name: str, text: str) -> QueryFile:
    """Parses the text of one file: the header is the subset of YAML with one level of nesting.

    Raises:
        RdbscopeError: the header is missing or has a line that is no `key: value`.
    """
    head, closed, sql = text.removeprefix(_OPEN).partition(_CLOSE)
    if not text.startswith(_OPEN) or not closed:
        raise RdbscopeError(f"queries/{name}.sql: no header")
    values: dict[str, str] = {}
    nested: dict[str, dict[str, str]] = {}
    section = ""
    for number, line in enumerate(head.splitlines(), start=2):
        key, colon, value = line.strip().partition(":")
        if not colon:
            raise RdbscopeError(f"queries/{name}.sql: line {number} is no 'key: value'")
        if line.startswith("  "):
            nested[section][key] = value.strip()
        elif value:
            values[key] = value.strip()
        else:
            section = key
            nested[section] = {}
    return QueryFile(
        name=name,
        title=values.get("title", ""),
        description=values.get("description", ""),
        needs=tuple(part.strip() for part in values.get("needs", "").split(",") if part.strip()),
        columns=nested.get("columns", {}),
        columns_of=values.get("columns_of", ""),
        sql=sql.strip().removesuffix(";"),
        limit=int(values["limit"]) if "limit" in values else None,
    )


def folder(name: str) -> Path:
    """A folder of `queries/` inside the installed package."""
    return Path(__file__).parent / "queries" / name


def load(folder_name: str, name: str) -> QueryFile:
    """One file of a folder of `queries/`."""
    return parse(f"{folder_name}/{name}", (folder(folder_name) / f"{name}.sql").read_text("utf-8"))


def views() -> list[QueryFile]:
    """The views, each after those that it needs."""
    waiting = {path.stem: parse(path.stem, path.read_text("utf-8")) for path in sorted(folder("views").glob("*.sql"))}
    ordered: dict[str, QueryFile] = {}
    while waiting:
        ready = [view for view in waiting.values() if all(need in ordered for need in view.needs)]
        if not ready:
            raise RdbscopeError(f"queries/views: {', '.join(waiting)} need each other")
        for view in ready:
            ordered[view.name] = waiting.pop(view.name)
    return list(ordered.values())
