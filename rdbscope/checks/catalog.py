"""Which checks there are: the files of `queries/checks`, and those of the folders that users name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rdbscope import query_files
from rdbscope.checks.header import Check, CheckError, Value, parse_file, value_of
from rdbscope.errors import UsageError

Catalog = dict[str, Check]


def catalog(folders: Iterable[Path] = ()) -> Catalog:
    """Every check by id, in the order of ids.

    Raises:
        CheckError: a file is not as it has to be, or its id is taken.
        UsageError: a folder is not there.
    """
    found: Catalog = {}
    for folder in (query_files.folder("checks"), *folders):
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder of checks", hint="correct checks.folders in rdbscope.toml")
        for path in sorted(folder.glob("*.sql")):
            check = parse_file(path)
            if check.check_id in found:
                raise CheckError(path, 1, f"the id is taken by {found[check.check_id].path}")
            found[check.check_id] = check
    return dict(sorted(found.items()))


def choose(
    known: Mapping[str, Check], *, ids: Sequence[str] = (), select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Check]:
    """The checks that are named by `ids` or `select` (all where neither is given), without those of `ignore`.

    Raises:
        UsageError: an id that no check has; the hint names the nearest.
    """
    wanted = [*ids, *select]
    for name in (*wanted, *ignore):
        require(known, name)
    return [check for name, check in known.items() if (not wanted or name in wanted) and name not in ignore]


def require(known: Mapping[str, Check], name: str) -> Check:
    """The check called `name`.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    if name not in known:
        raise UsageError(f"no check '{name}'", hint=_nearest(name, known) or "see them with: rdbscope explain")
    return known[name]


def parameter_values(known: Mapping[str, Check], texts: Iterable[str]) -> dict[str, Value]:
    """Values of `ID.name=value` texts by `ID.name`.

    Raises:
        UsageError: an unknown check or parameter, or a value of another kind than the default.
    """
    values: dict[str, Value] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"parameter '{text}'", hint="write it like large-value.max_bytes=500000")
        values[name.strip()] = checked_value(known, name.strip(), value_of(value.strip()))
    return values


def checked_value(known: Mapping[str, Check], name: str, value: object) -> Value:
    """`value` for the parameter called `name`, which is `ID.parameter`.

    Raises:
        UsageError: an unknown check or parameter, or a value of another kind than the default.
    """
    check_id, _, parameter = name.partition(".")
    check = require(known, check_id)
    if parameter not in check.parameters:
        names = ", ".join(check.parameters) or "none"
        hint = _nearest(parameter, check.parameters) or f"its parameters: {names}"
        raise UsageError(f"{check_id} has no parameter '{parameter}'", hint=hint)
    default = check.parameters[parameter].default
    if isinstance(value, bool) or isinstance(default, (bool, str)):
        fits = type(value) is type(default)
    else:
        fits = isinstance(value, (int, float))
    if not fits or not isinstance(value, (bool, int, float, str)):
        raise UsageError(f"{name}: '{value}' is no value like {default}")
    return value


def _nearest(name: str, known: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else None
