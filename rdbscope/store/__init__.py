"""The DuckDB store: schema, connections, loading, queries. Nothing else imports duckdb."""
