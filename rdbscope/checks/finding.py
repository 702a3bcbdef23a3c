"""What a check found, rolled up by database and pattern."""

from __future__ import annotations

from dataclasses import dataclass

from rdbscope.checks.severity import Severity


@dataclass(frozen=True)
class Finding:
    """One row of the roll-up.

    Attributes:
        check_id: the check.
        severity: how bad it is.
        db: database, None where the subject is no key.
        pattern: pattern of the keys, None where the subject is no key.
        keys: offending keys, slots, groups …
        memory_bytes: their memory, None where unknown.
        saving_bytes: what fixing it would free, None where unknown.
        worst_measured: the worst value, in `unit`, with the `threshold` it is held against.
        message: the sentence of the worst one; of equally bad keys, the first of the dump.
        examples: up to three of the largest, of equal keys the first of the dump; safe text.
    """

    check_id: str
    severity: Severity
    db: int | None
    pattern: str | None
    keys: int
    memory_bytes: int | None
    saving_bytes: int | None
    worst_measured: float | None
    threshold: float | None
    unit: str | None
    message: str
    examples: tuple[str, ...]

    @property
    def identity(self) -> tuple[str, int | None, str | None]:
        """What makes it the same finding in another snapshot."""
        return self.check_id, self.db, self.pattern
