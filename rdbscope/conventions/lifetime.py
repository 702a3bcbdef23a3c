"""Lifetimes as people write them: `None`, `60s`, `5 m`, `1h30m`, `7 days`."""

from __future__ import annotations

import re

_UNITS = {
    "ms": 0.001,
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hr": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 604800,
    "week": 604800,
    "mo": 2592000,
    "month": 2592000,
    "y": 31536000,
    "yr": 31536000,
    "year": 31536000,
}
_NO_EXPIRY = re.compile(
    "none|-+|–|—|no|never|n/a|na|∞|infinite|forever|permanent|persistent|persist|does not expire|null|0|-1"
    "|no ?(?:ttl|expiry|expiration|limit)"
)
_UNSAID = re.compile(r"|\?+|any|varies|variable|various|tbd|todo|dynamic|mixed|…|\.\.\.")
_QUALIFIER = re.compile(r"^(?:~|≈|<=?|≤|max\.?|up to|at most|about|approx\.?|ca\.?)\s*")
_REMARK = re.compile(r"\([^)]*\)")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_BETWEEN = re.compile(r"\s*(?:-|–|—|\bto\b|…|\.\.)\s*")
_AND = re.compile(r"\s*(?:,|\band\b|\+)?\s*")
# What people write, in seconds with the word for it; beyond the last it is days.
_LADDER = (
    (1, "1s"),
    (2, "2s"),
    (5, "5s"),
    (10, "10s"),
    (15, "15s"),
    (30, "30s"),
    (60, "60s"),
    (120, "2m"),
    (300, "5m"),
    (600, "10m"),
    (900, "15m"),
    (1800, "30m"),
    (3600, "1h"),
    (7200, "2h"),
    (10800, "3h"),
    (21600, "6h"),
    (43200, "12h"),
    (86400, "24h"),
    (172800, "2d"),
    (259200, "3d"),
    (432000, "5d"),
    (604800, "7d"),
    (1209600, "14d"),
    (2592000, "30d"),
    (5184000, "60d"),
    (7776000, "90d"),
    (15552000, "180d"),
    (31536000, "365d"),
)
_DAY_MS = 86_400_000


def parse(text: str) -> tuple[bool, int | None]:
    """Whether the cell says anything, and the seconds that it says; None for no expiry.

    Of a range the longer counts.

    Raises:
        ValueError: no lifetime can be made of it.
    """
    words = _REMARK.sub("", text).strip().lower()
    if not words and text.strip():
        words = text.strip().strip("()").lower()
    if _UNSAID.fullmatch(words):
        return False, None
    if _NO_EXPIRY.fullmatch(words):
        return True, None
    words = _QUALIFIER.sub("", words)
    whole = _seconds(words)
    if whole is None:
        whole = _range(words)
    if whole is None:
        raise ValueError(f"'{text}' is no lifetime; write None, 60s, 5m, 1h or 7d")
    return True, whole


def _range(words: str) -> int | None:
    ends = _BETWEEN.split(words)
    if len(ends) != 2:
        return None
    low, high = ends
    if low.isdigit():
        # `5-10m`: the unit stands once.
        low += re.sub(r"^[\d.\s]+", "", high)
    seconds = [_seconds(end) for end in (low, high)]
    return None if None in seconds else max(end for end in seconds if end is not None)


def _seconds(words: str) -> int | None:
    total, position, found = 0.0, 0, False
    while position < len(words):
        part = _PART.match(words, position)
        unit = _unit(part[2]) if part else None
        if part is None or unit is None or (not part[2] and (found or part.end() < len(words))):
            return None
        total += float(part[1]) * unit
        found = True
        between = _AND.match(words, part.end())
        position = between.end() if between else part.end()
    # A whole second at least: milliseconds are rounded up, as a limit from above has to be.
    return -int(-total // 1) if found and total > 0 and total < 1e18 else None


def _unit(word: str) -> float | None:
    if not word:
        return 1
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s") if word != "s" else word)


def rounded(milliseconds: int) -> str:
    """The shortest lifetime people write that is not below `milliseconds`."""
    for seconds, word in _LADDER:
        if milliseconds <= seconds * 1000:
            return word
    return f"{-(-milliseconds // _DAY_MS)}d"
