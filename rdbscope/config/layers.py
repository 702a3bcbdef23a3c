"""The values of the configuration files, validated and merged, each with the place it comes from."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rdbscope.config.lines import Step, line_of
from rdbscope.config.locate import files
from rdbscope.config.validate import resolved, schema, validate
from rdbscope.errors import UsageError, one_line


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: a file and the line in it, from 1."""

    file: Path
    line: int | None

    def __str__(self) -> str:
        return str(self.file) if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Configuration:
    """What the configuration files say.

    Attributes:
        values: the merged values; relative paths have been made to start at the folder of their file.
        origins: by path of the value (`("checks", "ignore")`), where it stands. A list is one value.
        files: the files that were read, the stronger last.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[tuple[str, ...], Origin] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    @property
    def file(self) -> Path | None:
        """The strongest of the files, for messages."""
        return self.files[-1] if self.files else None


def configuration() -> Configuration:
    """Reads every configuration file that holds here.

    Raises:
        UsageError: a file cannot be read, is no TOML, or says what the schema does not know.
    """
    values: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Origin] = {}
    read = files()
    for file in read:
        try:
            _add(file, values, origins)
        except RecursionError as problem:
            raise UsageError(f"{file}: cannot be read: nested too deeply") from problem
    return Configuration(values, origins, tuple(read))


def _add(file: Path, values: dict[str, Any], origins: dict[tuple[str, ...], Origin]) -> None:
    text, said = _parsed(file)
    validate(said, file, text)
    for name, value in said.items():
        node = schema()["properties"][name]
        _merge(values, {name: _placed(value, node, file.parent)}, origins, (), (file, text))


def _parsed(file: Path) -> tuple[str, dict[str, Any]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = file.read_text("utf-8")
        return text, tomllib.loads(text)
    except (OSError, ValueError) as problem:
        raise UsageError(f"{file}: cannot be read: {one_line(problem)}") from problem


def _placed(value: object, given: Mapping[str, Any], folder: Path) -> object:
    """The value with its relative paths below `folder`, so that it means the same from everywhere."""
    node = resolved(given)
    if isinstance(value, dict):
        known = node.get("properties", {})
        return {name: _placed(item, known[name], folder) if name in known else item for name, item in value.items()}
    if isinstance(value, list):
        return [_placed(item, node["items"], folder) for item in value]
    if isinstance(value, str) and node.get("format") in ("path", "glob") and "://" not in value:
        below = Path(value).expanduser()
        if node["format"] == "glob" and glob.has_magic(value) and not os.path.exists(folder / below):  # noqa: PTH110  any name
            # Only what stands in the file is a pattern.
            folder = Path(glob.escape(str(folder)))
        return str(folder / below)
    return value


def _merge(
    into: dict[str, Any],
    added: Mapping[str, Any],
    origins: dict[tuple[str, ...], Origin],
    path: tuple[str, ...],
    source: tuple[Path, str],
) -> None:
    """Tables are merged name by name; everything else is replaced."""
    for name, value in added.items():
        place: tuple[str, ...] = (*path, name)
        if isinstance(value, dict):
            below = into.setdefault(name, {})
            _merge(below, value, origins, place, source)
        else:
            into[name] = value
            steps: tuple[Step, ...] = (*place, 0) if value and isinstance(value, list) else place
            origins[place] = Origin(source[0], line_of(source[1], steps))
