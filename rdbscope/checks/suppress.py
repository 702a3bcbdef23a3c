"""Suppressions: findings that a team has decided to live with, each with a reason and mostly with an end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Suppression:
    """One `[[suppress]]` of rdbscope.toml.

    Attributes:
        check_id: the check.
        key: a glob as KEYS takes it, on the name as rdbscope shows it.
        reason: why it is no problem.
        until: the last day that it holds; None for ever.
    """

    check_id: str
    key: str
    reason: str
    until: date | None = None

    def holds(self, today: date) -> bool:
        """Whether it counts on that day."""
        return self.until is None or today <= self.until


def condition(suppressions: Sequence[Suppression], check_id: str) -> str:
    """The SQL that says whether a row of the check is suppressed; its column is `name`."""
    globs = [suppression.key for suppression in suppressions if suppression.check_id == check_id]
    if not globs:
        return "false"
    quoted = ["'" + regex(glob).replace("'", "''") + "'" for glob in globs]
    return " OR ".join(f"regexp_full_match(coalesce(name, ''), {text}, 's')" for text in quoted)


def regex(glob: str) -> str:
    r"""The regular expression of a glob with `*`, `?`, `[abc]`, `[^a-z]` and `\` before a character meant as it is."""
    parts = []
    position = 0
    while position < len(glob):
        character = glob[position]
        position += 1
        if character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        elif character == "[":
            end = glob.find("]", position + 1)
            end = len(glob) if end < 0 else end
            parts.append(_class(glob[position:end]))
            position = end + 1
        else:
            if character == "\\" and position < len(glob):
                character = glob[position]
                position += 1
            parts.append(re.escape(character))
    return "".join(parts)


def _class(text: str) -> str:
    negated = text.startswith("^")
    members = re.sub(r"([\\\[\]^&~])", r"\\\1", text.removeprefix("^"))
    if not members:
        # An empty class matches nothing, a negated empty one everything.
        return "." if negated else r"[^\x{0}-\x{10FFFF}]"
    return f"[{'^' if negated else ''}{members}]"
