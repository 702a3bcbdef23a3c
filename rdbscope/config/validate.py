"""The configuration against its JSON Schema, with messages that name file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from rdbscope.config.formats import problem_of
from rdbscope.config.lines import Step, line_of
from rdbscope.errors import UsageError, shorten

SCHEMA_FILE = Path(__file__).with_name("schema.json")

_TYPES: dict[str, tuple[type, str]] = {
    "string": (str, "a text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
    "array": (list, "a list"),
    "object": (dict, "a table"),
}


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of rdbscope.toml (draft 2020-12), which editors read as well."""
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return found


def validate(values: Mapping[str, object], file: Path, text: str) -> None:
    """Holds `values`, parsed from `text` of `file`, against the schema.

    Raises:
        UsageError: the first problem, with its line and, for an unknown key, the nearest known one.
    """
    for path, problem in _problems(values, schema(), ()):
        line = line_of(text, path)
        where = str(file) if line is None else f"{file}:{line}"
        raise UsageError(f"{where}: {problem}")


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of the schema that `$ref` points to, or the part itself."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Mapping[str, Any] = schema()["$defs"][reference.rpartition("/")[2]]
    return found


def _problems(
    value: object, given: Mapping[str, Any], path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], str]]:
    node = resolved(given)
    expected = node["type"] if isinstance(node["type"], list) else [node["type"]]
    if not any(_is(value, name, node) for name in expected):
        yield path, f"{_named(path)} is {' or '.join(_words(name, node, path) for name in expected)}"
        return
    if isinstance(value, dict):
        yield from _table_problems(value, node, path)
    elif isinstance(value, list):
        if len(value) < node.get("minItems", 0):
            yield path, f"{_named(path)} is empty"
        for place, item in enumerate(value):
            yield from _problems(item, node["items"], (*path, place))
    elif isinstance(value, str) and len(value) < node.get("minLength", 0):
        yield path, f"{_named(path)} is empty"
    elif isinstance(value, int) and not node.get("minimum", value) <= value <= node.get("maximum", value):
        yield path, f"{_named(path)} is {value}; it must be {_range(node)}"
    if "enum" in node and value not in node["enum"]:
        yield path, f"{_named(path)} is {shorten(repr(value))}; it must be one of: {', '.join(node['enum'])}"
    if "format" in node and isinstance(value, str) and value and (problem := problem_of(node["format"], value)):
        yield path, f"{_named(path)} {problem}"


def _table_problems(
    value: Mapping[str, object], node: Mapping[str, Any], path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], str]]:
    known: Mapping[str, Any] = node.get("properties", {})
    others = node.get("additionalProperties", True)
    for name, item in value.items():
        if name in known:
            yield from _problems(item, known[name], (*path, name))
        elif others is False:
            yield (*path, name), _unknown(name, known, path)
        elif others is not True:
            yield from _problems(item, others, (*path, name))
    for name in node.get("required", ()):
        if name not in value:
            yield path, f"{_table(path)} needs '{name}': {known[name]['description']}"


def _is(value: object, name: str, node: Mapping[str, Any]) -> bool:
    if node.get("format") == "date":
        # A datetime is a date to isinstance, but does not compare with one.
        return isinstance(value, date) and not isinstance(value, datetime)
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[name][0])


def _words(name: str, node: Mapping[str, Any], path: tuple[Step, ...]) -> str:
    if node.get("format") == "date":
        return "a date such as 2027-01-31, without quotes"
    if name == "object":
        return f"a table: {_table(path)}"
    if name == "array":
        if resolved(node["items"])["type"] == "object":
            return f"a list of tables: [[{path[-1]}]]"
        return "a list of texts"
    return "a path" if node.get("format") in ("path", "glob") else _TYPES[name][1]


def _unknown(name: str, known: Mapping[str, Any], path: tuple[Step, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    what = f"{_table(path)} has no '{shorten(name)}'" if path else f"no such setting: '{shorten(name)}'"
    return f"{what}; did you mean '{near[0]}'?" if near else f"{what}; known: {', '.join(known)}"


def _table(path: tuple[Step, ...]) -> str:
    names = ".".join(str(step) for step in path if isinstance(step, str))
    return f"[[{names}]]" if any(isinstance(step, int) for step in path) else f"[{names}]"


def _named(path: tuple[Step, ...]) -> str:
    return "'" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") + "'"


def _range(node: Mapping[str, Any]) -> str:
    if "maximum" in node:
        return f"between {node['minimum']} and {node['maximum']}"
    return f"{node['minimum']} or more"
