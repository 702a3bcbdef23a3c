"""Arrow IPC file (Feather 2), written with the types of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.errors import UsageError

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import ResultSet


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as an Arrow IPC file.

    Raises:
        UsageError: the output is a terminal.
    """
    if output.is_terminal:
        raise UsageError("Arrow is binary and the output is a terminal", hint="give a file with -o")
    import pyarrow as pa

    reader = result.arrow_reader()
    with pa.ipc.new_file(output.stream, reader.schema) as writer:
        for batch in result.arrow(reader):
            writer.write_batch(batch)
