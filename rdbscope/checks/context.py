"""All that checks are told from outside: what they may assume, what was changed, what is forgiven."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path

from rdbscope.checks.catalog import Catalog, checked_value, require
from rdbscope.checks.header import Value
from rdbscope.checks.settings import CheckSettings
from rdbscope.checks.suppress import Suppression
from rdbscope.conventions import table
from rdbscope.errors import UsageError


@dataclass(frozen=True)
class Context:
    """What a run of checks assumes.

    Attributes:
        now_ms: the clock, Unix milliseconds.
        conventions: rows of the conventions table, None where there is no table.
        namespaces: the known namespaces, None where nobody names them.
        roles: synonyms of cache, session, rate and lock.
        parameters: values by `ID.name` that differ from the defaults.
        suppressions: those that hold today.
        expired: those that do not hold any more.
    """

    now_ms: int
    conventions: tuple[table.Row, ...] | None = None
    namespaces: tuple[str, ...] | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()

    @property
    def today(self) -> date:
        """The day of the clock, in UTC."""
        return _day(self.now_ms)


def context(
    known: Catalog,
    settings: CheckSettings,
    *,
    conventions: Path | None = None,
    parameters: Mapping[str, Value] | None = None,
    now_ms: int | None = None,
) -> Context:
    """The context that the settings give; the other arguments come before them.

    Raises:
        ConventionsError: the table cannot be read.
        UsageError: a parameter or suppression of a check that there is not.
    """
    now_ms = int(time.time() * 1000) if now_ms is None else now_ms
    path = conventions or settings.conventions
    rows = None if path is None else tuple(table.read(path))
    return Context(
        now_ms=now_ms,
        conventions=rows,
        namespaces=_namespaces(settings, rows),
        roles={role: words for role, words in settings.roles.items() if words},
        parameters=_of_file(known, settings) | dict(parameters or {}),
        suppressions=tuple(one for one in _known(known, settings) if one.holds(_day(now_ms))),
        expired=tuple(one for one in settings.suppressions if not one.holds(_day(now_ms))),
    )


def _namespaces(settings: CheckSettings, rows: Iterable[table.Row] | None) -> tuple[str, ...] | None:
    return settings.namespaces or (tuple(table.namespaces(list(rows))) if rows is not None else ()) or None


def _of_file(known: Catalog, settings: CheckSettings) -> dict[str, Value]:
    try:
        return {name: checked_value(known, name, value) for name, value in settings.parameters.items()}
    except UsageError as problem:
        raise UsageError(f"{settings.file}: {problem.message}", hint=problem.hint) from problem


def _known(known: Catalog, settings: CheckSettings) -> tuple[Suppression, ...]:
    for suppression in settings.suppressions:
        try:
            require(known, suppression.check_id)
        except UsageError as problem:
            raise UsageError(f"{settings.file}: [[suppress]]: {problem.message}", hint=problem.hint) from problem
    return settings.suppressions


def _day(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / 1000, tz=timezone.utc).date()
