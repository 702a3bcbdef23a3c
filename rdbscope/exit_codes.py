"""Exit codes of every command: one place, printed by `rdbscope --help` and by the reference."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a scheduler may rely on; with several sources the highest wins."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    OUTPUT = 4
    INTERNAL = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "fine (also a salvaged load, with a warning)",
    ExitCode.FINDINGS: "findings at or above --fail-on, growth above --fail-on-growth",
    ExitCode.USAGE: "usage: options, SQL or configuration",
    ExitCode.INPUT: "input damaged or unreadable",
    ExitCode.OUTPUT: "database or output: locked, wrong version, disk full",
    ExitCode.INTERNAL: "internal error",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
    ExitCode.BROKEN_PIPE: "the reader of the output went away",
    ExitCode.TERMINATED: "terminated (SIGTERM)",
}
