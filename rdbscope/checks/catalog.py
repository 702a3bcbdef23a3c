"""All checks: the folder `queries/checks/` is the registry, and folders of the user's own add to it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rdbscope.checks.header import Check, parse
from rdbscope.errors import RdbscopeError, UsageError
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
        RdbscopeError: a file is no check, or its id is taken.
    """
    found = dict(built_in())
    for place in own:
        for path in sorted(place.glob("*.sql")):
            if path.stem in found:
                raise RdbscopeError(f"{path}: there is a check {path.stem} already", hint="give the file another name")
            found[path.stem] = parse(path.stem, path.read_text("utf-8"), str(path))
    return found


def named(known: dict[str, Check], check_id: str) -> Check:
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
