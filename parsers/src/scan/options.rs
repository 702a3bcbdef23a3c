//! How a pass is to be done.

use std::path::PathBuf;

use super::template_shares::TemplateShares;
use crate::aof::log::Until;
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
    /// Whether kinds are wanted, for which the first 4 KiB of every string are looked at.
    pub kinds: bool,
    /// What each key of a hash template is charged, by the id of the file, where a pass before this one counted it:
    /// figures then contain it. None leaves it out of them, to be added after the pass.
    pub template_shares: Option<TemplateShares>,
    /// Of a log.
    pub log: LogOptions,
}

/// Options of the pass over a log.
#[derive(Debug, Clone, Copy)]
pub struct LogOptions {
    pub until: Option<Until>,
    /// Bytes that the keys which the log touches may take in memory.
    pub memory_limit: u64,
    /// Unix milliseconds that stand for the time of loading where the log has no annotations.
    pub loaded_at_ms: i64,
    /// Whether a manifest names the files, and whether replication offsets stand in it.
    pub manifest: bool,
    pub manifest_offsets: bool,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { until: None, memory_limit: u64::MAX, loaded_at_ms: 0, manifest: false, manifest_offsets: false }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            salvage: false,
            filter: Filter::default(),
            overrides: Overrides::default(),
            spool_folder: std::env::temp_dir(),
            batch_rows: BATCH_ROWS,
            kinds: true,
            template_shares: None,
            log: LogOptions::default(),
        }
    }
}
