"""One type for everything that checks find, whatever report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from rdbscope.checks.severity import Severity

Identity = tuple[str, int | None, str | None]


@dataclass(frozen=True)
class Finding:
    """The keys of one pattern in one database that one check flags.

    Attributes:
        check_id: the check, which is also the name of its file.
        severity: of the check.
        db: number of the server's database; None where the check is not about keys.
        pattern: of the names; the tag, slot, library … where the check is not about keys.
        keys: how many keys (slots, libraries …) are flagged.
        memory_bytes: of the flagged keys, None where unknown.
        saving_bytes: what fixing them would free, None where unknown.
        worst_measured: the measure that is furthest beyond the threshold.
        threshold: what it is compared with.
        unit: of both.
        message: one line about the worst.
        examples: at most three names as safe text, the largest first.
        is_new: whether the baseline does not know it; True without a baseline.
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
    is_new: bool = True

    @property
    def identity(self) -> Identity:
        """What stays the same from night to night; baselines and reports compare by it."""
        return self.check_id, self.db, self.pattern
