"""All checks: the folder `queries/checks/` is the registry, and folders of the user's own add to it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from rdbscope.checks.header import Check, parse
from rdbscope.errors import UsageError
from rdbscope.query_files import folder


@cache
def built_in() -> dict[str, Check]:
    """The checks that come with rdbscope, by id."""
    found = {}
    for entry in sorted(folder("checks").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".sql"):
            check_id = entry.name.removesuffix(".sql")
            found[check_id] = parse(check_id, entry.read_text("utf-8"), f"queries/checks/{entry.name}")
    return found


def catalog(own: Iterable[Path] = ()) -> dict[str, Check]:
    """All checks by id; those of own folders come last.

    Raises:
        UsageError: a folder that is not there, a file that is no check, or an id that is taken.
    """
    found = dict(built_in())
    for place in own:
        for path in _files(place):
            if path.stem in found:
                raise UsageError(f"{path}:1: there is a check {path.stem} already", hint="give the file another name")
            found[path.stem] = parse(path.stem, _text(path), str(path))
    return found


def _files(place: Path) -> list[Path]:
    try:
        if place.is_dir():
            return sorted(place.glob("*.sql"))
        reason = "no such folder of checks"
    except OSError as problem:
        reason = f"cannot be looked into: {problem.strerror}"
    raise UsageError(f"{place}: {reason}", hint="correct checks.folders in rdbscope.toml")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}:1: cannot be read: {problem}") from problem


def named(known: Mapping[str, Check], check_id: str) -> Check:
    """The check of this id.

    Raises:
        UsageError: there is none; the nearest id is named.
    """
    if check_id in known:
        return known[check_id]
    near = difflib.get_close_matches(check_id, known, n=1)
    raise UsageError(
        f"no check {check_id!r}", hint=f"did you mean {near[0]}?" if near else "rdbscope explain lists them"
    )
