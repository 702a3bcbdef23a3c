"""Everything out: the keys of a dump as a stream, or any table of the database."""

from rdbscope import reports

FORMATS = (*reports.FORMATS, "arrow", "rdbtools-csv")
