"""Names as hashes: the same name is the same hash within a report, and nobody can read it back."""

from __future__ import annotations

import hashlib
import os
import re
import secrets

VARIABLE = "RDBSCOPE_REDACT_KEY"
# What patterns say of a variable part is no name.
_VARIABLE_PART = re.compile(r"(\{(?:int|uuid|hex|date|ip|mac|email|token|\*)\})")


class Redactor:
    """Hashes names with a key: RDBSCOPE_REDACT_KEY, so that reports can be compared, else one of this run."""

    def __init__(self) -> None:
        given = os.environ.get(VARIABLE)
        self._key = hashlib.blake2b(given.encode()).digest() if given else secrets.token_bytes(32)

    def name(self, name: str) -> str:
        """A whole name as one hash."""
        return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6, key=self._key).hexdigest()

    def pattern(self, pattern: str) -> str:
        """A pattern or prefix, segment by segment, so that the tree keeps its shape."""
        return ":".join(self._segment(segment) for segment in pattern.split(":"))

    def _segment(self, segment: str) -> str:
        parts = _VARIABLE_PART.split(segment)
        return "".join(part if number % 2 else self.name(part)[:8] if part else "" for number, part in enumerate(parts))
