"""Thresholds of encodings from a redis.conf or from NAME=VALUE; no other line of the file is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from rdbscope.errors import UsageError, shorten

# Spelled `ziplist` before 7.0. Passwords and everything else stay unread.
THRESHOLD = re.compile(
    r"(?:hash|zset|set)-max-(?:listpack|ziplist|zipmap)-(?:entries|value)|set-max-intset-entries"
    r"|list-max-(?:ziplist|listpack)-size|list-max-ziplist-(?:entries|value)|list-compress-depth"
)
_UNITS = {"": 1, "k": 1000, "kb": 1024, "m": 1000**2, "mb": 1024**2, "g": 1000**3, "gb": 1024**3}
_DIGITS = 20
_NUMBER = re.compile(r"(-?\d+)([kmg]b?)?", re.IGNORECASE)


def thresholds_from_file(path: Path) -> dict[str, int]:
    """Thresholds that a configuration file sets.

    Raises:
        UsageError: the file cannot be read, or a threshold is no number.
    """
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror}") from problem
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if len(words) == 2 and THRESHOLD.fullmatch(words[0].lower()):
            found[words[0].lower()] = _value(words[1].strip("\"'"), f"{path}, line {number}: {words[0]}")
    return found


def thresholds_from_settings(settings: Iterable[str]) -> dict[str, int]:
    """Thresholds given as NAME=VALUE.

    Raises:
        UsageError: no such threshold, or no number.
    """
    found: dict[str, int] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not THRESHOLD.fullmatch(name):
            raise UsageError(f"--set {setting}: no such threshold", hint="for example hash-max-listpack-entries=512")
        found[name] = _value(value, f"--set {name}")
    return found


def _value(text: str, where: str) -> int:
    number = _NUMBER.fullmatch(text)
    if number is None or len(number[1]) > _DIGITS:
        raise UsageError(f"{where}: '{shorten(text)}' is no number of 64 bits")
    value = int(number[1]) * _UNITS[(number[2] or "").lower()]
    if not -(2**63) <= value < 2**63:
        raise UsageError(f"{where}: '{text}' is no number of 64 bits")
    return value
