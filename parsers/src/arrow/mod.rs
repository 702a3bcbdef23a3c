//! Arrow batches: the key rows and the side tables, read by DuckDB through the Arrow C stream.

pub mod columns;
pub mod key_rows;
pub mod schema;
pub mod side_tables;
