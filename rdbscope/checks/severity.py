"""How bad a finding is: info, low, medium, high."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """Ordered, so that `--fail-on medium` is a comparison."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The severity as headers, tables and options spell it."""
        return self.name.lower()


WORDS = tuple(severity.word for severity in Severity)


def parse(word: str) -> Severity:
    """The severity that `word` names.

    Raises:
        ValueError: it names none.
    """
    if word not in WORDS:
        raise ValueError(f"no severity: {word}")
    return Severity[word.upper()]
