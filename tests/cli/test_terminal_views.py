"""What people look at in a terminal fits 80 and 200 columns, without colour, with names of any script."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.conftest import environment, program
from tests.reports.dumps import night

_VIEWS = (
    ("tree", "new.rdb"),
    ("top", "new.rdb"),
    ("key", "user:5", "new.rdb"),
    ("diff", "old.rdb", "new.rdb"),
    ("report", "new.rdb"),
)


def _on_a_terminal(folder: Path, arguments: tuple[str, ...], columns: int) -> str:
    """What the program writes to a terminal of this width."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {name: value for name, value in environment(TERM="xterm", NO_COLOR="1").items() if name != "COLUMNS"}
    with subprocess.Popen(program("-q", *arguments), cwd=folder, stdout=its, stderr=its, stdin=its, env=env):
        os.close(its)
        written = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("arguments", _VIEWS, ids=lambda arguments: str(arguments[0]))
@pytest.mark.parametrize("columns", [80, 200])
def test_a_view_fits(tmp_path: Path, arguments: tuple[str, ...], columns: int) -> None:
    (tmp_path / "old.rdb").write_bytes(night(1))
    (tmp_path / "new.rdb").write_bytes(night(2))
    text = _on_a_terminal(tmp_path, arguments, columns)
    assert max(cell_len(line) for line in text.splitlines()) <= columns
    assert "\x1b" not in text
    if arguments[0] in ("tree", "top"):
        assert "<script>alert" in text and "日本語" in text
    if arguments[0] == "tree":
        # Figures stand beside the names.
        starts = {cell_len(line[: line.index("B ")]) for line in text.splitlines()[1:] if " %" in line}
        assert len(starts) == 1 and max(starts) < 80
