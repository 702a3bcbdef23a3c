"""Generated pages, README and tutorial say what the program does today."""

from __future__ import annotations

import re

import pytest

from docs.generate import ROOT, TRANSCRIPTS, checks, commands, tables, transcript
from rdbscope.cli import main as group


@pytest.mark.parametrize(("name", "text"), [("checks", checks), ("commands", commands), ("tables", tables)])
def test_reference_is_current(name: str, text: object) -> None:
    assert callable(text)
    assert (ROOT / "docs" / "reference" / f"{name}.md").read_text("utf-8") == text(), "run `make docs`"


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_what_commands_print_is_current(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert transcript(text) == text, "run `make docs`"


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for command in group.commands:
        assert re.search(rf"`(?:rdbscope )?{command}\b", text), command


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"
