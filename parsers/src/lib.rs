//! Streaming parser of Redis and Valkey snapshots: the native core of rdbscope.
//!
//! The flow: [`source`] (bytes and checksum) → [`rdb`] (frame, opcodes, records) → [`encodings`] (values as
//! events) → [`conversion`] (what the loading server makes of them) → [`patterns`] (names), [`kinds`] (values) → Arrow
//! batches.

pub mod kinds;
pub mod patterns;
