"""The keys of a dump as a result whose rows come and go batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from rdbscope.store.result import ResultSet, prepare

if TYPE_CHECKING:
    from rdbscope._native import Reader
    from rdbscope.store.connect import Connection

_BATCH = "rdbscope_batch"


class StreamedKeys(ResultSet):
    """Runs the same query on every batch of a reader, so that nothing is kept; its rows can be written once."""

    def __init__(self, connection: Connection, reader: Reader, columns: str) -> None:
        self._reader = reader
        self._batches = pa.RecordBatchReader.from_stream(reader)
        self._known_forms = 0
        connection.execute(
            "CREATE TEMP TABLE batch_forms (form_id INTEGER, type VARCHAR, encoding VARCHAR, kind VARCHAR, "
            "memory_exact BOOLEAN)"
        )
        connection.register(_BATCH, self._batches.schema.empty_table())
        sql = f"SELECT {columns} FROM {_BATCH} INNER JOIN batch_forms USING (form_id)"
        super().__init__(connection, sql, prepare(connection, sql).columns)

    def _each(self) -> Iterator[None]:
        for batch in self._batches:
            # A batch refers to forms that the reader knows by the time it hands the batch out.
            forms = self._reader.forms()
            for number in range(self._known_forms, len(forms)):
                self.connection.execute("INSERT INTO batch_forms VALUES (?, ?, ?, ?, ?)", [number, *forms[number]])
            self._known_forms = len(forms)
            self.connection.register(_BATCH, pa.Table.from_batches([batch]))
            yield

    def texts(self, limit: int | None = None) -> Iterator[list[tuple[str | None, ...]]]:
        """Batches of rows with every value as text."""
        left = limit
        for _ in self._each():
            for rows in super().texts(left):
                left = None if left is None else left - len(rows)
                yield rows
            if left == 0:
                return

    def lines(self, expression: str, *, bulk: bool) -> Iterator[bytes]:
        """The text of each row, batch by batch."""
        for _ in self._each():
            yield from super().lines(expression, bulk=True)

    def arrow(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        """Record batches with the types of the columns; `reader` only told the schema."""
        for _ in self._each():
            yield from super().arrow(self.arrow_reader())
