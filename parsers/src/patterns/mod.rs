//! Key names: classes of segments, pattern mining, hash tags and slots.
//!
//! A name is split at `:` ([`segments`]), each segment is turned into a template ([`classes`]), and the templates
//! form a bounded tree ([`tree`]). After the pass, siblings that are one pattern are merged ([`merge`]).

mod affix;
mod branch;
mod classes;
mod merge;
mod nodes;
mod position;
mod random;
mod restore;
mod safe_name;
mod segments;
mod slot;
mod table;
mod template;
mod tree;

pub use safe_name::{holds_unsafe, is_plain, safe_name, unsafe_name};
pub use slot::{SLOTS, contains_either, crc16, hash_tag, slot};
pub use table::{Pattern, PatternTable, PrefixNode};
pub use tree::{MAX_DEPTH, MAX_LITERALS, MAX_NODES, MAX_PATTERNS, PatternMiner};
