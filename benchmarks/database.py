"""What a database costs once it is there: its size, and the time of what people ask it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .dumps import Dump
from .measure import Measure, least, measure
from .peers import RDBSCOPE_LOAD_NO_CHECK, Tool

#: Commands that read a loaded snapshot, by the name that the table shows.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "all checks": ("check",),
    "report": ("report", "--format", "text"),
    "types": ("query", "SELECT type, count(*), sum(memory_bytes) FROM keys GROUP BY type ORDER BY 2 DESC"),
    "largest keys": ("top",),
    "prefix tree": ("tree",),
    "names by part": ("query", "SELECT count(*) FROM keys WHERE name LIKE '%42%'"),
    "start alone": ("query", "SELECT 1"),
}
#: Commands that read no database.
WITHOUT_DATABASE: dict[str, tuple[str, ...]] = {"help": ("--help",)}


@dataclass(frozen=True)
class Answers:
    """Size of the database of a dump, and what each question cost."""

    dump: Dump
    size_bytes: int
    rdbtools_csv_bytes: int | None
    measures: dict[str, Measure]


def ask(tool: Tool, dump: Dump, work: Path, repeat: int) -> Answers | None:
    """Loads the dump once and asks everything `repeat` times; None where the load failed."""
    folder = Path(tempfile.mkdtemp(prefix="database-", dir=work))
    try:
        if measure([*tool.program, *RDBSCOPE_LOAD_NO_CHECK.arguments(dump.path, folder)], folder).exit_status != 0:
            return None
        database = folder / "bench.duckdb"
        report = folder / "rdbtools.csv"
        export = ["export", str(dump.path), "--format", "rdbtools-csv", "-o", str(report)]
        exported = measure([*tool.program, *export], folder).exit_status == 0
        questions = {name: (*words, "--db", str(database)) for name, words in QUESTIONS.items()} | WITHOUT_DATABASE
        measures = {
            name: least([measure([*tool.program, *words], folder) for _ in range(repeat)])
            for name, words in questions.items()
        }
        size = report.stat().st_size if exported else None
        return Answers(dump, database.stat().st_size, size, measures)
    finally:
        shutil.rmtree(folder)


def table(answers: Answers) -> str:
    """The answers as Markdown."""
    keys = max(answers.dump.keys, 1)
    size = f"{answers.size_bytes / 1e6:,.0f} MB, {answers.size_bytes / keys:.1f} bytes per key"
    if answers.rdbtools_csv_bytes:
        size += f", {answers.size_bytes / answers.rdbtools_csv_bytes:.2f} of the CSV of rdbtools"
    lines = [f"### database, {answers.dump.name}: {size}", "", "| question | CPU s | wall s |", "| --- | ---: | ---: |"]
    for name, cost in answers.measures.items():
        failed = f" (exit status {cost.exit_status})" if cost.exit_status else ""
        lines.append(f"| {name}{failed} | {cost.cpu_s:.2f} | {cost.wall_s:.2f} |")
    return "\n".join(lines)
