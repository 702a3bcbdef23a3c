"""How bad a finding is."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """In ascending order, so that a threshold is a comparison."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @classmethod
    def of(cls, text: str) -> Severity:
        """The severity of this name.

        Raises:
            ValueError: there is none.
        """
        try:
            return cls[text.upper()]
        except KeyError:
            raise ValueError(f"no severity {text!r}: info, low, medium or high") from None

    def __str__(self) -> str:
        return self.name.lower()
