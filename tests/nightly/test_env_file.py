"""The file of variables that cron's line reads: what systemd makes of the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rdbscope.errors import UsageError
from rdbscope.nightly.env_file import read

# What stands behind `NAME=`, and what it means.
VALUES = {
    "https://hooks.example/T1?a=1&b=2": "https://hooks.example/T1?a=1&b=2",
    "pa$$w0rd two": "pa$$w0rd two",
    "  a;b #c $(x) `y` ": "a;b #c $(x) `y`",
    'it\'s "so"': 'it\'s "so"',
    "": "",
    "' a b '": " a b ",
    "'a\\b$c\"'": 'a\\b$c"',
    '"a \\" \\\\ \\$ \\` \\n"': 'a " \\ $ ` \\n',
    "a\\b\\\\c\\ ": "ab\\c ",
    "a\\\nb": "ab",
    '"a\\\nb\nc"': "ab\nc",
    "'a' \"b\" c d": "abc d",
    "'never closed": "never closed",
    "a\rOTHER=b": "a",
    "a=b=": "a=b=",
}


@pytest.mark.parametrize(("raw", "meant"), VALUES.items())
def test_a_value_is_what_systemd_reads(raw: str, meant: str, tmp_path: Path) -> None:
    file = tmp_path / "nightly.env"
    file.write_bytes(f"# a comment\n; another\n\n  VERSION_ID ={raw}\n".encode())
    assert read(file).values["VERSION_ID"] == (meant if raw != "'never closed" else meant + "\n")
    assert read(file).warnings == ()


@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="needs systemd-tmpfiles")
@pytest.mark.parametrize(("raw", "meant"), [(raw, meant) for raw, meant in VALUES.items() if "closed" not in raw])
def test_systemd_itself_agrees(raw: str, meant: str, tmp_path: Path) -> None:
    """One of its programs writes a variable of os-release, which is read by the same rules, into a file."""
    (tmp_path / "os-release").write_bytes(f"VERSION_ID={raw}\n".encode())
    (tmp_path / "t.conf").write_text(f"f+ {tmp_path}/out - - - - <%w>\n")
    changed = dict(os.environ, SYSTEMD_OS_RELEASE=str(tmp_path / "os-release"))
    subprocess.run(
        ["systemd-tmpfiles", "--create", str(tmp_path / "t.conf")], env=changed, capture_output=True, check=False
    )
    if not (tmp_path / "out").exists():
        pytest.skip("this systemd does not read SYSTEMD_OS_RELEASE")
    assert (tmp_path / "out").read_bytes() == f"<{meant}>".encode()


def test_what_says_nothing_is_told_by_its_line_alone(tmp_path: Path) -> None:
    file = tmp_path / "nightly.env"
    file.write_bytes(b"A=1\nexport B=s3cret\n s3cret\n\n=s3cret\nC=s3\x1bcret\nA='2\n'\nD=3")
    said = read(file)
    assert said.values == {"A": "2\n", "D": "3"}
    assert [warning.split(":")[1] for warning in said.warnings] == ["2", "3", "5", "6"]
    assert not [warning for warning in said.warnings if "s3cret" in warning or not warning.isprintable()]


@pytest.mark.parametrize("content", [b"A=\xff\n", None])
def test_a_file_that_cannot_be_read(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "nightly.env"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"nightly\.env: "):
        read(file)
