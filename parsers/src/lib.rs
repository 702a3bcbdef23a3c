//! Streaming parser of Redis and Valkey snapshots: the native core of rdbscope.
//!
//! The flow: [`source`] (bytes and checksum) → [`rdb`] (frame, opcodes, records) → [`encodings`] (values as
//! [`events`]) → sinks that gather facts about each key.

pub mod conversion;
pub mod encodings;
pub mod error;
pub mod events;
pub mod kinds;
pub mod memory;
pub mod patterns;
pub mod rdb;
pub mod source;
