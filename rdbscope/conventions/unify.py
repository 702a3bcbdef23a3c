"""Rows of the conventions beside patterns mined from a dump: all, some or none of the keys match."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from rdbscope.conventions.table import VARIABLE, Convention

# What a class of mined patterns can be made of; other classes may be any text without a colon.
_ALPHABETS = {
    "int": frozenset("0123456789+-"),
    "uuid": frozenset("0123456789abcdefABCDEF-"),
    "hex": frozenset("0123456789abcdefABCDEF"),
}
CLASS = re.compile(r"\{(int|uuid|hex|date|ip|mac|email|token|\*)\}")
_ANY = "*"
# Stands for a class while regular expressions of rows run over a pattern; a lone surrogate occurs in no UTF-8.
_MARK = "\ud800"


class Relation(Enum):
    """How many keys of a pattern match a row."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


def literalness(row: Convention) -> tuple[int, int]:
    """Sorts the most literal rows first: fewest segments that are nothing but a variable, then fewest variables."""
    segments = VARIABLE.sub(_MARK, row.pattern).split(":")
    return segments.count(_MARK), len(VARIABLE.findall(row.pattern))


def expression(row: Convention) -> str:
    """The regular expression that a name has to match as a whole."""
    literals = VARIABLE.split(row.pattern)
    return "[^:]+".join(re.escape(text) for text in literals)


def is_literal(row: Convention) -> bool:
    """Whether the row names a single key."""
    return not VARIABLE.search(row.pattern)


class MinedPattern:
    """A pattern of a dump, taken apart once for all rows.

    Args:
        text: the pattern as mined.
        regular: whether every `{*}` stands for one segment in every key: it may hold colons inside of braces or behind
            the last segment that is told apart, and it may be empty.
    """

    def __init__(self, text: str, *, regular: bool) -> None:
        self.regular = regular or "{*}" not in text
        self.classes = CLASS.findall(text)
        self.marked = CLASS.sub(_MARK, text)
        self.colons = self.marked.count(":")

    def relation(self, row: Convention) -> Relation:
        """How many keys of the pattern match the row."""
        if not self.classes:
            return Relation.ALL if _compiled(row.pattern).fullmatch(self.marked) else Relation.NONE
        if self.regular and VARIABLE.sub("", row.pattern).count(":") != self.colons:
            return Relation.NONE
        if self.regular and _compiled(row.pattern).fullmatch(self.marked):
            return Relation.ALL
        return Relation.SOME if self._may_match(row) else Relation.NONE

    def _may_match(self, row: Convention) -> bool:
        """Whether a name exists that is of the pattern and matches the row."""
        ours, theirs = self._symbols(), _row_symbols(row.pattern)
        # States are pairs of positions; both variable parts stand for one character or more.
        waiting, seen = [(0, 0)], {(0, 0)}
        while waiting:
            here, there = waiting.pop()
            if here == len(ours):
                if there == len(theirs):
                    return True
                continue
            steps = []
            if ours[here] == _ANY_SYMBOL:
                # It may stand for nothing at all where segments are empty.
                steps.append((here + 1, there))
            if there < len(theirs) and _meet(ours[here], theirs[there]):
                steps.append((here + 1, there + 1))
                if theirs[there] is None:
                    steps.append((here + 1, there))
                if len(ours[here]) > 1:
                    steps.append((here, there + 1))
            for step in steps:
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        return False

    def _symbols(self) -> list[str]:
        """Characters, and `class:<name>` for each variable part."""
        classes = iter(self.classes)
        return [f"class:{next(classes)}" if character == _MARK else character for character in self.marked]


_ANY_SYMBOL = f"class:{_ANY}"


def _meet(ours: str, theirs: str | None) -> bool:
    if len(ours) == 1:
        return ours == theirs or (theirs is None and ours != ":")
    name = ours.removeprefix("class:")
    if theirs is None or name == _ANY:
        return True
    alphabet = _ALPHABETS.get(name)
    return theirs in alphabet if alphabet is not None else theirs != ":"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("[^:]+".join(re.escape(text) for text in VARIABLE.split(pattern)), re.DOTALL)


@lru_cache(maxsize=4096)
def _row_symbols(pattern: str) -> list[str | None]:
    """Characters, and None for each variable."""
    return [None if character == _MARK else character for character in VARIABLE.sub(_MARK, pattern)]
