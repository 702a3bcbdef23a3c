"""Parquet (Zstandard), written with the types of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.errors import UsageError, one_line

if TYPE_CHECKING:
    from rdbscope.reports.output import Output
    from rdbscope.store.result import ResultSet


def write(result: ResultSet, output: Output) -> None:
    """Writes the result as a Parquet file.

    Raises:
        UsageError: the output is a terminal, or a column has a type that Parquet does not know.
    """
    if output.is_terminal:
        raise UsageError("Parquet is binary and the output is a terminal", hint="give a file with -o")
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader = result.arrow_reader()
    try:
        with pq.ParquetWriter(output.stream, reader.schema, compression="zstd") as writer:
            for batch in result.arrow(reader):
                writer.write_batch(batch)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as problem:
        raise UsageError(f"Parquet cannot hold this result: {one_line(problem)}", hint="cast the column") from problem
