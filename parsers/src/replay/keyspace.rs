//! The keyspace.

use super::applied::Applied;
use super::context::{Context, Options};
use crate::conversion::Encoding;
use crate::events::ValueSink;
use crate::rdb::{KeyRecord, RecordSink};

/// What is known of a live key beyond what its record tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    /// What `OBJECT ENCODING` answers, where that is not what a reload of the record gives.
    pub encoding: Option<Encoding>,
    /// Whether something that cannot be replayed has touched the key.
    pub approximate: bool,
}

/// Databases in memory.
#[derive(Debug)]
pub struct Keyspace {
    context: Context,
}

impl Keyspace {
    pub fn new(options: &Options) -> Self {
        Self { context: Context::new(options) }
    }

    /// Applies one command; transactions are the caller's. `clock_ms` is the time of the last annotation, if any.
    pub fn apply(&mut self, argv: &[&[u8]], clock_ms: Option<i64>) -> Applied {
        if let Some(now_ms) = clock_ms {
            self.context.now_ms = now_ms;
        }
        if argv.is_empty() { Applied::Refused } else { Applied::Unknown }
    }

    /// Bytes that keys and values take here, about.
    pub fn held_bytes(&self) -> u64 {
        0
    }

    /// Every live key by database and name: `live` is told before each record what the record cannot tell.
    pub fn emit<S: RecordSink>(self, sink: &mut S, live: impl FnMut(&mut S, &KeyRecord, Live)) {
        let _ = (sink, live);
    }
}

impl ValueSink for Keyspace {}

impl RecordSink for Keyspace {
    fn key(&mut self, _: &KeyRecord) {}
    fn key_end(&mut self, _: &KeyRecord, _: u64) {}
    fn key_damaged(&mut self, _: &KeyRecord) {}
}
