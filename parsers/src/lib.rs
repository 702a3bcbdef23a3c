//! Streaming parser of Redis and Valkey snapshots: the native core of rdbscope.
//!
//! The flow: [`source`] (bytes and checksum) → [`rdb`] (frame, opcodes, records) → [`encodings`] (values as
//! [`events`]) → sinks that gather facts about each key.

pub mod aof;
#[cfg(feature = "python")]
pub mod arrow;
pub mod conversion;
pub mod duplicates;
pub mod encodings;
pub mod error;
pub mod events;
#[cfg(feature = "python")]
pub mod export;
pub mod fan_out;
pub mod kinds;
pub mod memory;
pub mod patterns;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "python")]
pub mod quick;
pub mod rdb;
pub mod replay;
pub mod rows;
#[cfg(feature = "python")]
pub mod scan;
pub mod source;
pub mod spool;
#[cfg(feature = "python")]
pub mod whatif;
