"""Findings as Parquet, with the types of the table `findings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.errors import UsageError
from rdbscope.reports.findings import record

if TYPE_CHECKING:
    from rdbscope.reports.findings import Judgement
    from rdbscope.reports.output import Output


def write_findings(judgement: Judgement, output: Output) -> None:
    """Writes one row per finding.

    Raises:
        UsageError: the output is a terminal.
    """
    if output.is_terminal:
        raise UsageError("Parquet is binary and the output is a terminal", hint="give a file with -o")
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, count, measure = pa.string(), pa.int64(), pa.float64()
    types = {
        "check_id": text,
        "severity": text,
        "db": count,
        "pattern": text,
        "keys": count,
        "memory_bytes": count,
        "saving_bytes": count,
        "worst_measured": measure,
        "threshold": measure,
        "unit": text,
        "message": text,
        "examples": pa.list_(text),
    }
    rows = [record(one) for one in judgement.outcome.findings]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(types)), output.stream, compression="zstd")
