"""Where output goes: stdout carries data and nothing else, stderr notes, warnings, progress and errors."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

PROGRAM = "rdbscope"
COLOURS = ("auto", "always", "never")
_colour = "auto"
_quiet = False
_debug = False


def set_quiet(quiet: bool) -> None:
    """With `quiet`, notes are dropped; warnings and errors stay."""
    global _quiet  # noqa: PLW0603  one policy per process, set once by the command line
    _quiet = quiet


def is_quiet() -> bool:
    """Whether notes and progress are off."""
    return _quiet


def note(text: str) -> None:
    """A remark that the user may ignore."""
    if not _quiet:
        _line("note", text)


def warning(text: str) -> None:
    """Something the user has to know although the command went on."""
    _line("warning", text)


def error(text: str) -> None:
    """The one line that a failed command ends with."""
    _line("error", text)


def set_debug(debug: bool) -> None:
    """With `debug`, `failure` shows where an error comes from."""
    global _debug  # noqa: PLW0603  as above
    _debug = debug


def failure(problem: Exception, text: str) -> None:
    """An exception as its one line; with --debug after its traceback."""
    if _debug:
        import traceback

        traceback.print_exception(problem)
    error(text)


def _line(level: str, text: str) -> None:
    # stdout first, so that data and messages keep their order when both go to one place.
    sys.stdout.flush()
    sys.stderr.write(f"{PROGRAM}: {level}: {safe_text(text)}\n")
    sys.stderr.flush()


def safe_text(text: str) -> str:
    r"""Text without control characters: each becomes `\xNN` (or `\uNNNN`), lone surrogates included.

    Key names from the parser are safe already; file names, SQL results and messages of libraries are not.
    """
    if text.isprintable():
        return text
    return "".join(character if _harmless(character) else _escape(character) for character in text)


def _harmless(character: str) -> bool:
    return character.isprintable() or character == " "


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def set_colour(choice: str) -> None:
    """One of COLOURS for everything that is printed from now on."""
    global _colour  # noqa: PLW0603  as above
    _colour = choice


def wants_colour(stream: TextIO | None) -> bool:
    """Whether `stream` gets colour: --color decides, else NO_COLOR, else FORCE_COLOR, else whether it is a terminal.

    A file that is written in place of standard output is None: it gets colour only where that is asked for.
    """
    if _colour != "auto" or stream is None:
        return _colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Columns to lay tables out for: COLUMNS, else the terminal, else 100."""
    return shutil.get_terminal_size((100, 24)).columns


def rich_console(stream: TextIO) -> Console:
    """A rich console on `stream` that follows the colour policy and never interprets markup in data."""
    from rich.console import Console

    colour = wants_colour(stream)
    return Console(
        file=stream,
        width=terminal_width(),
        force_terminal=colour,
        no_color=not colour,
        color_system="auto" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
