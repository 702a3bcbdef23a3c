//! The file frame: header, opcodes, key records, checksum.

pub mod codes;
pub mod facts;
pub mod function_names;
pub mod functions;
pub mod header;
pub mod lengths;
pub mod modules;
pub mod opcodes;
pub mod parser;
pub mod record;
pub mod script_keys;
pub mod strings;
pub mod templates;

pub use facts::FileFacts;
pub use parser::{Outcome, Parser};
pub use record::{KeyRecord, RecordSink};
