"""Measures rdbscope and every peer that is installed on the same dumps, in turn: `python -m benchmarks.run`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from . import database, dumps, instructions, peers, table
from .dumps import Dump
from .measure import Measure, least, measure
from .peers import JOBS, Task, Tool
from .table import Row

#: Reads the dump and takes its checksum: what no reader can do without.
FLOOR = Task("floor", "read and CRC-64", lambda path, _: [str(path)])


def _small_counterpart(dump: Dump, examples: Path, work: Path) -> Dump | None:
    """A tenth of a generated dump in RDB 9, for tools that read nothing newer; None for a dump that was given."""
    full = dumps.FULL_KEYS.get(dump.name)
    if full is None:
        return None
    return dumps.make(examples, work, dump.name, max(dump.keys // 10, 1), rdb_version=9)


def _run(task: Task, dump: Dump, program: Sequence[str], work: Path) -> Measure:
    """One run in a fresh folder, which is removed with all that was written."""
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=work))
    try:
        result = measure([*program, *task.arguments(dump.path, folder)], folder)
        if result.exit_status != 0:
            last = (folder / "stderr").read_text(errors="replace").strip().splitlines()[-1:]
            click.echo(f"  exit status {result.exit_status}: {''.join(last)}", err=True)
        return result
    finally:
        shutil.rmtree(folder)


def _measure_dump(
    dump: Dump,
    small: Dump | None,
    tools: dict[str, Tool],
    tasks: Sequence[Task],
    examples: Path,
    work: Path,
    repeat: int,
) -> dict[tuple[str, str], Row]:
    """Runs every task `repeat` times, all in turn, so that a busy moment does not hit one program only."""
    commands: list[tuple[Task, Dump, tuple[str, ...]]] = [(FLOOR, dump, (str(examples / "floor"),))]
    for task in tasks:
        tool = tools.get(task.tool)
        target = small if tool and tool.needs_small_dump and dump.rdb_version > (tool.newest_rdb or 0) else dump
        if tool and target:
            commands.append((task, target, tool.program))
    runs: dict[tuple[str, str], list[Measure]] = {}
    for turn in range(repeat):
        for task, target, program in commands:
            click.echo(f"{dump.name} {turn + 1}/{repeat}: {task.tool} {task.label}", err=True)
            runs.setdefault((task.tool, task.label), []).append(_run(task, target, program, work))
    return {
        (task.tool, task.label): Row(task.tool, task.label, target, least(runs[task.tool, task.label]))
        for task, target, _ in commands
    }


@click.command()
@click.option("--work", type=click.Path(path_type=Path, file_okay=False), help="Folder for dumps and output.")
@click.option("--shape", "shapes", type=click.Choice(sorted(dumps.FULL_KEYS)), multiple=True, help="Only these dumps.")
@click.option(
    "--scale", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True, help="Size of the dumps."
)
@click.option(
    "--dump",
    "given",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Measure this dump instead.",
)
@click.option("--job", "jobs", type=click.Choice(sorted(JOBS)), multiple=True, help="Only these jobs.")
@click.option(
    "--repeat", type=click.IntRange(1), default=3, show_default=True, help="Runs of each command; the best counts."
)
@click.option("--rdbscope", help="The program to measure.  [default: rdbscope on PATH]")
@click.option("--rdbtools", help="The program rdb of rdbtools.  [default: on PATH]")
@click.option("--install-rdbtools", is_flag=True, help="Install rdbtools into its own environment in the work folder.")
@click.option("--no-peers", is_flag=True, help="Measure rdbscope and the floor only.")
@click.option("--no-instructions", is_flag=True, help="Skip the instruction counts.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the tables here too.")
def main(
    work: Path | None,
    shapes: tuple[str, ...],
    scale: float,
    given: tuple[Path, ...],
    jobs: tuple[str, ...],
    repeat: int,
    rdbscope: str | None,
    rdbtools: str | None,
    install_rdbtools: bool,
    no_peers: bool,
    no_instructions: bool,
    output: Path | None,
) -> None:
    """Measure rdbscope and the peers on PATH, and print tables.

    Nothing is asserted of times. The exit status is 1 where a command of rdbscope failed.
    """
    work = (work or Path(tempfile.gettempdir()) / "rdbscope-bench").resolve()
    work.mkdir(parents=True, exist_ok=True)
    examples = dumps.build_examples()
    if install_rdbtools:
        rdbtools = peers.install_rdbtools(work)
    tools = peers.find_tools(rdbscope, rdbtools)
    if no_peers:
        tools = {name: tool for name, tool in tools.items() if name == "rdbscope"}
    for missing in sorted({task.tool for tasks in JOBS.values() for task in tasks} - tools.keys()):
        click.echo(f"{missing} is not installed: left out", err=True)

    if given:
        targets = [dumps.take(examples, path) for path in given]
    else:
        sizes = {shape: round(dumps.FULL_KEYS[shape] * scale) for shape in shapes or dumps.FULL_KEYS}
        targets = [dumps.make(examples, work, shape, keys) for shape, keys in sizes.items()]

    selected = {name: JOBS[name] for name in jobs or JOBS}
    tasks = list({(task.tool, task.label): task for tasks in selected.values() for task in tasks}.values())
    parts = [table.machine(tools.values())]
    failed = False
    for dump in targets:
        needs_small = any(tool.needs_small_dump for tool in tools.values())
        small = _small_counterpart(dump, examples, work) if needs_small else None
        rows = _measure_dump(dump, small, tools, tasks, examples, work, repeat)
        failed |= any(row.tool == "rdbscope" and row.measure.exit_status != 0 for row in rows.values())
        for name, job_tasks in selected.items():
            found = [rows[task.tool, task.label] for task in job_tasks if (task.tool, task.label) in rows]
            parts.append(table.job(name, dump, found, rows[FLOOR.tool, FLOOR.label]))
        if "load" in selected and "rdbscope" in tools:
            click.echo(f"{dump.name}: questions to the database", err=True)
            answers = database.ask(tools["rdbscope"], dump, work, repeat)
            if answers is not None:
                parts.append(database.table(answers))
    if not no_instructions:
        fixed = [dumps.make(examples, work, shape, keys) for shape, keys in instructions.KEYS.items()]
        counts = [instructions.count(examples / "walk", dump, deep) for dump in fixed for deep in (False, True)]
        counted = [c for c in counts if c is not None]
        parts.append(
            table.instruction_counts(counted) if counted else "valgrind is not installed: no instruction counts."
        )

    text = "\n\n".join(parts) + "\n"
    click.echo(text, nl=False)
    if output is not None:
        output.write_text(text)
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
