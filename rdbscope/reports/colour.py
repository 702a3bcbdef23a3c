"""Colour of text for people, each with one meaning; without colour the text stays as it is."""

from __future__ import annotations

_RESET = "\x1b[0m"
_SEVERITIES = {"high": "\x1b[1;31m", "medium": "\x1b[1;33m", "low": "\x1b[1;36m", "info": "\x1b[1m"}


def bold(text: str, colour: bool) -> str:
    """A heading."""
    return f"\x1b[1m{text}{_RESET}" if colour else text


def severity(text: str, name: str, colour: bool) -> str:
    """A heading over findings of the severity called `name`."""
    return f"{_SEVERITIES[name]}{text}{_RESET}" if colour else text
