"""A folder of Parquet files in place of a database: every load writes files of its own, readers put them together.

`layout` says where what lies, `staging` keeps what is unfinished out of sight, `write` loads into a folder, `read`
opens one as a database, `files` is all that a reader can reach.
"""
