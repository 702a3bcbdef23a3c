"""Values that users give to checks: parameters and the clock."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from rdbscope.checks.catalog import named
from rdbscope.checks.header import Check
from rdbscope.errors import UsageError

# No dump is older than Redis.
_FIRST_YEAR = 2009


def parse(given: Iterable[str], known: Mapping[str, Check]) -> dict[str, float]:
    """Values by `<check id>.<name>` from `ID.NAME=VALUE`.

    Raises:
        UsageError: a check, parameter or value that does not exist.
    """
    values: dict[str, float] = {}
    for text in given:
        name, equals, value = text.partition("=")
        check_id, dot, parameter = name.partition(".")
        if not equals or not dot:
            raise UsageError(f"--param {text}: written ID.NAME=VALUE")
        check = named(known, check_id)
        names = [one.name for one in check.params]
        if parameter not in names:
            near = difflib.get_close_matches(parameter, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names) or 'none'}"
            raise UsageError(f"check {check_id} has no parameter {parameter!r}", hint=hint)
        try:
            values[name] = float(value)
        except ValueError:
            raise UsageError(f"--param {text}: {value!r} is no number") from None
        if not math.isfinite(values[name]):
            raise UsageError(f"--param {text}: {value!r} is no finite number")
    return values


def time_of(text: str | None) -> int | None:
    """Unix milliseconds of an ISO 8601 time; without a zone it is UTC.

    Raises:
        UsageError: it is no time.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        moment = moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise UsageError(f"--now {text}: no ISO 8601 time", hint="such as 2026-11-24T04:00:00Z") from None
    if moment.year < _FIRST_YEAR:
        raise UsageError(f"--now {text}: before there was a Redis", hint="such as 2026-11-24T04:00:00Z")
    return int(moment.timestamp() * 1000)
