"""Everything out: the keys of a dump as a stream, or any table of the database."""

FORMATS = ("csv", "rdbtools-csv", "jsonl", "json", "parquet")
