"""What stands behind a `format` of the schema: texts that have to be a path, a size, a duration or an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rdbscope.errors import UsageError, shorten

# Without spaces and what has a meaning in a header; the part after the @ may be missing, as for a user of the machine.
_ADDRESS = re.compile(r'(?:[^\s@<>()\[\]\\,;:"]+|"[^"\\]+")(?:@(?:[^\s@<>()\[\]\\,;:"]+|\[[0-9A-Za-z:.]+\]))?')


def problem_of(name: str, text: str) -> str | None:
    """What is wrong with a text of the format `name`, as the end of a sentence; None where it is sound."""
    check = _CHECKS.get(name)
    return None if check is None else check(text)


def _path(text: str) -> str | None:
    if "\0" in text:
        return "holds a NUL character, as no path does"
    try:
        Path(text).expanduser()
    except RuntimeError:
        return f"is {_quoted(text)}; there is no such user's home"
    return None


def _duration(text: str) -> str | None:
    from rdbscope.conventions import lifetime

    try:
        known, seconds = lifetime.parse(text)
    except ValueError:
        known, seconds = False, None
    return None if known and seconds is not None else f"is {_quoted(text)}; write it like 26h or 2d"


def _size(text: str) -> str | None:
    from rdbscope.store.memory_limit import size_in_bytes

    return _said(size_in_bytes, text)


def _memory(text: str) -> str | None:
    from rdbscope.store.memory_limit import parse_bytes

    return _said(parse_bytes, text)


def _said(parse: Callable[[str], int], text: str) -> str | None:
    try:
        parse(text)
    except UsageError as problem:
        return f"is wrong: {problem.line()}"
    return None


def _addresses(text: str) -> str | None:
    from email.message import EmailMessage
    from email.utils import getaddresses

    # Who gets the mail, and who is said to get it: the standard library has two parsers.
    found = [address for _, address in getaddresses([text])]
    try:
        mail = EmailMessage()
        mail["To"] = text
        mail.as_bytes()
        said = [one.addr_spec for one in mail["To"].addresses]
    except Exception:
        # At some texts the parser raises IndexError or AttributeError.
        said = []
    sound = found and found == said and text.isprintable() and all(_ADDRESS.fullmatch(one) for one in found)
    return None if sound else f"is {_quoted(text)}; write an address like ops@example.org"


def _address(text: str) -> str | None:
    from email.utils import getaddresses

    wrong = _addresses(text)
    return "is more than one address" if wrong is None and len(getaddresses([text])) > 1 else wrong


def _quoted(text: str) -> str:
    return shorten(repr(text))


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "path": _path,
    "glob": _path,
    "duration": _duration,
    "size": _size,
    "memory": _memory,
    "address": _address,
    "addresses": _addresses,
}
