//! How a pass is to be done.

use std::path::PathBuf;

use crate::conversion::Overrides;
use crate::rows::Filter;

/// Rows of a full batch: a row group of DuckDB. Sizes just beyond a multiple of it double the cost of the ingest.
pub const BATCH_ROWS: usize = 122_880;

/// Options of a pass.
#[derive(Debug, Clone)]
pub struct Options {
    pub salvage: bool,
    pub filter: Filter,
    /// What the caller says about the server that loads the dump.
    pub overrides: Overrides,
    /// Where facts go that outgrow memory.
    pub spool_folder: PathBuf,
    pub batch_rows: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            salvage: false,
            filter: Filter::default(),
            overrides: Overrides::default(),
            spool_folder: std::env::temp_dir(),
            batch_rows: BATCH_ROWS,
        }
    }
}
