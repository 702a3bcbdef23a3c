"""Numbers in words: bytes, shares and times for people; the macro human_bytes writes bytes the same way."""

from __future__ import annotations

from datetime import datetime, timezone

_UNITS = ("KiB", "MiB", "GiB", "TiB")
#: Heights of a sparkline; a series without any movement is drawn low, as nothing happens in it.
BLOCKS = "▁▂▃▄▅▆▇█"


def size(count: int | None) -> str:
    """Bytes with a binary unit; a dash where unknown."""
    if count is None:
        return "–"
    if abs(count) < 1024:
        return f"{count} B"
    value = float(count)
    for unit in _UNITS:
        value /= 1024
        if abs(value) < 1023.95 or unit == _UNITS[-1]:
            break
    return f"{value:.1f} {unit}"


def share(part: int, whole: int) -> str:
    """Percent without a lie at the ends: 0 and 100 only where nothing or everything is meant."""
    if whole <= 0:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99.9 < percent < 100:
        return ">99.9 %"
    return f"{percent:.1f} %" if 0 < percent < 100 else f"{percent:.0f} %"


def moment(at_ms: int | None) -> str:
    """Unix milliseconds as UTC to the second."""
    if at_ms is None:
        return "unknown"
    return datetime.fromtimestamp(at_ms / 1000, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def growth(before: int, after: int) -> float | None:
    """The difference as a part of what was before; None where there was nothing."""
    return (after - before) / before if before else None


def change(difference: int, part: float | None) -> str:
    """Bytes with their sign, and the part in percent where there is one."""
    if difference == 0:
        return "±0"
    sign = "+" if difference > 0 else "−"
    percent = "" if part is None else f", {100 * part:+.1f} %".replace("-", "−")
    return f"{sign}{size(abs(difference))}{percent}"
