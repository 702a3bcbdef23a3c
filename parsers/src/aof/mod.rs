//! Append-only logs: the commands that a server wrote behind its last snapshot, and the keyspace they lead to.

pub mod command_keys;
pub mod commands;
pub mod log;
pub mod manifest;
pub mod profile;
pub mod touched;
pub mod version;
mod word;
