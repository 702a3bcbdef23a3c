"""Several results with the same columns as one, run one after the other: no two of them take memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rdbscope.store.result import ResultSet

if TYPE_CHECKING:
    import pyarrow as pa


class Chain(ResultSet):
    """The rows of every part, in the order of the parts.

    Args:
        parts: at least one result; all have the columns of the first.
    """

    def __init__(self, parts: Sequence[ResultSet]) -> None:
        super().__init__(parts[0].connection, "", parts[0].columns)
        self._parts = parts

    def texts(self, limit: int | None = None) -> Iterator[list[tuple[str | None, ...]]]:
        """Batches of rows; a part that lies behind the limit is not run."""
        left = limit
        for part in self._parts:
            if left == 0:
                return
            for batch in part.texts(left):
                left = None if left is None else left - len(batch)
                yield batch

    def lines(self, expression: str, *, bulk: bool) -> Iterator[bytes]:
        """The text that `expression` makes of each row, in large pieces of UTF-8."""
        for part in self._parts:
            yield from part.lines(expression, bulk=bulk)

    def arrow_reader(self) -> pa.RecordBatchReader:
        """An Arrow reader of all parts."""
        import pyarrow as pa

        first = self._parts[0].arrow_reader()

        def batches() -> Iterator[pa.RecordBatch]:
            yield from self._parts[0].arrow(first)
            for part in self._parts[1:]:
                yield from part.arrow(part.arrow_reader())

        return pa.RecordBatchReader.from_batches(first.schema, batches())
