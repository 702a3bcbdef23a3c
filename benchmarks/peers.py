"""The programs that are compared, where they are found, and the commands that do the same job."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Arguments from the dump and the folder of the run.
Arguments = Callable[[Path, Path], list[str]]


@dataclass(frozen=True)
class Tool:
    """A program that was found."""

    name: str
    program: tuple[str, ...]
    version: str
    #: The newest RDB version that it reads, None where that needs no regard.
    newest_rdb: int | None = None

    @property
    def needs_small_dump(self) -> bool:
        """Whether it gets a tenth of the dump, in a version that it reads."""
        return self.newest_rdb is not None and self.newest_rdb < 10


@dataclass(frozen=True)
class Task:
    """One command of a tool. The jobs name it by `label`."""

    tool: str
    label: str
    arguments: Arguments


RDBSCOPE_LOAD = Task("rdbscope", "load", lambda dump, out: ["load", str(dump), "--db", str(out / "bench.duckdb")])
RDBSCOPE_LOAD_NO_CHECK = Task(
    "rdbscope", "load --no-check", lambda dump, out: [*RDBSCOPE_LOAD.arguments(dump, out), "--no-check"]
)
RDBSCOPE_EXPORT = Task(
    "rdbscope",
    "export --format csv",
    lambda dump, out: ["export", str(dump), "--format", "csv", "-o", str(out / "keys.csv")],
)
RDBSCOPE_VERIFY = Task("rdbscope", "verify", lambda dump, _: ["verify", str(dump)])
RDBSCOPE_VERIFY_DEEP = Task("rdbscope", "verify --deep", lambda dump, _: ["verify", "--deep", str(dump)])
RDBSCOPE_TOP = Task("rdbscope", "top", lambda dump, _: ["top", str(dump)])
RDBSCOPE_TREE = Task("rdbscope", "tree", lambda dump, _: ["tree", str(dump)])

REPORTS = (
    Task("HDT3213/rdb", "-c memory", lambda dump, out: ["-c", "memory", "-o", str(out / "memory.csv"), str(dump)]),
    Task(
        "librdb",
        "print (no memory figure)",
        lambda dump, out: [
            str(dump),
            "-l",
            str(out / "log"),
            "print",
            "-k",
            "%d,%k,%t,%e,%i",
            "-o",
            str(out / "keys.csv"),
        ],
    ),
    Task("rdbtools", "-c memory", lambda dump, out: ["-c", "memory", "-f", str(out / "memory.csv"), str(dump)]),
)

#: Every job with its tasks, the first being what the others are compared with.
JOBS: dict[str, Sequence[Task]] = {
    "load": (RDBSCOPE_LOAD, RDBSCOPE_LOAD_NO_CHECK, *REPORTS),
    "export": (RDBSCOPE_EXPORT, *REPORTS),
    "verify": (RDBSCOPE_VERIFY, RDBSCOPE_VERIFY_DEEP, Task("redis-check-rdb", "", lambda dump, _: [str(dump)])),
    "top": (
        RDBSCOPE_TOP,
        Task(
            "HDT3213/rdb",
            "-c bigkey -n 20",
            lambda dump, out: ["-c", "bigkey", "-n", "20", "-o", str(out / "top.csv"), str(dump)],
        ),
        Task(
            "rdbtools",
            "-c memory -l 20",
            lambda dump, out: ["-c", "memory", "-l", "20", "-f", str(out / "top.csv"), str(dump)],
        ),
    ),
    "tree": (
        RDBSCOPE_TREE,
        Task(
            "HDT3213/rdb",
            "-c prefix -n 20 -prefix-sep :",
            lambda dump, out: ["-c", "prefix", "-n", "20", "-prefix-sep", ":", "-o", str(out / "tree.csv"), str(dump)],
        ),
    ),
}


def find_tools(rdbscope: str | None, rdbtools: str | None) -> dict[str, Tool]:
    """All tools that are there, by name; the peers on PATH. `rdbscope` and `rdbtools` name programs to use instead."""
    tools = {}
    program = _which(rdbscope or "rdbscope")
    own = (program,) if program else (sys.executable, "-m", "rdbscope")
    version = _first_line([*own, "--version"])
    if version:
        tools["rdbscope"] = Tool("rdbscope", own, version)
    # rdbtools and HDT3213/rdb both call their program rdb.
    for folder in os.get_exec_path():
        candidate = _which("rdb", folder)
        if candidate is None:
            continue
        if "dump_file" in _output([candidate, "--help"]):
            rdbtools = rdbtools or candidate
        elif "HDT3213/rdb" not in tools and "bigkey" in _output([candidate]):
            tools["HDT3213/rdb"] = Tool("HDT3213/rdb", (candidate,), _go_version(candidate))
    if rdbtools := _which(rdbtools or ""):
        python = Path(rdbtools).with_name("python")
        script = "from importlib.metadata import version; print(version('rdbtools'))"
        tools["rdbtools"] = Tool("rdbtools", (rdbtools,), _first_line([str(python), "-c", script]), newest_rdb=9)
    if cli := _which("rdb-cli"):
        usage = _output([cli])
        tools["librdb"] = Tool("librdb", (cli,), usage[usage.find("[") + 1 : usage.find("]")])
    if checker := _which("redis-check-rdb"):
        tools["redis-check-rdb"] = Tool("redis-check-rdb", (checker,), _first_line([checker, "--version"]))
    return tools


def _which(program: str, folder: str | None = None) -> str | None:
    """The absolute path of a program: every run has a folder of its own, where a relative one leads nowhere."""
    found = shutil.which(program, path=folder)
    return str(Path(found).absolute()) if found else None


def install_rdbtools(folder: Path) -> str:
    """Installs rdbtools from PyPI into a virtual environment of its own in `folder`; gives its program.

    It imports distutils, which Python 3.12 removed: the interpreter that runs this decides.

    Raises:
        subprocess.CalledProcessError: pip failed.
    """
    environment = folder / "rdbtools"
    program = environment / "bin" / "rdb"
    if not program.exists():
        venv.create(environment, with_pip=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "rdbtools==0.1.15", "python-lzf"], check=True)
    return str(program)


def _ask(command: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    """What the program answers; None where it cannot be started or does not end."""
    try:
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _output(command: Sequence[str]) -> str:
    done = _ask(command)
    return done.stdout + done.stderr if done else ""


def _first_line(command: Sequence[str]) -> str:
    done = _ask(command)
    return done.stdout.partition("\n")[0].strip() if done and done.returncode == 0 else ""


def _go_version(program: str) -> str:
    """The module version or commit that Go stamped into the binary, where there is one."""
    versions = {}
    for line in _output(["go", "version", "-m", program]).splitlines():
        fields = line.split()
        if fields[:1] == ["mod"] and len(fields) > 2:
            versions["module"] = fields[2]
        if len(fields) > 1 and fields[1].startswith("vcs.revision="):
            versions["commit"] = fields[1].partition("=")[2][:12]
    module = versions.get("module", "(devel)")
    return module if module != "(devel)" else versions.get("commit", "version unknown")
