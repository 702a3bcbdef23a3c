//! What commands depend on besides the keyspace: the server, its configuration, the clock.

use crate::conversion::{Target, Thresholds};

/// What the caller knows of the server that loads the log.
#[derive(Debug, Clone)]
pub struct Options {
    /// Family, version and thresholds.
    pub target: Target,
    /// Unix milliseconds that stand for the time of loading, where the log tells no time of its own.
    pub loaded_at_ms: i64,
    pub limits: Limits,
}

impl Options {
    pub fn new(target: Target, loaded_at_ms: i64) -> Self {
        Self { target, loaded_at_ms, limits: Limits::default() }
    }
}

/// Configuration that no dump depends on but commands do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `hll-sparse-max-bytes`.
    pub hll_sparse_max_bytes: u64,
    /// `stream-node-max-bytes`; 0 for no limit.
    pub stream_node_max_bytes: u64,
    /// `stream-node-max-entries`; 0 for no limit.
    pub stream_node_max_entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hll_sparse_max_bytes: 3000, stream_node_max_bytes: 4096, stream_node_max_entries: 100 }
    }
}

/// What one command sees of the world.
#[derive(Debug, Clone)]
pub struct Context {
    pub target: Target,
    pub limits: Limits,
    /// Unix milliseconds at which the command counts as run.
    pub now_ms: i64,
}

impl Context {
    pub fn new(options: &Options) -> Self {
        Self { target: options.target.clone(), limits: options.limits, now_ms: options.loaded_at_ms }
    }

    pub fn thresholds(&self) -> &Thresholds {
        &self.target.thresholds
    }
}
