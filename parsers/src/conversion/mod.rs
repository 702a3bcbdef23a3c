//! What the loading server makes of the values of a dump: the encodings that `OBJECT ENCODING` tells after the load.

pub mod encoding;
mod hash;
mod list;
pub mod listpack_size;
mod set;
mod string;
pub mod target;
pub mod thresholds;
pub mod tracker;
pub mod writer;
mod zset;

pub use encoding::Encoding;
pub use target::{Allocator, Server, Target, Version};
pub use thresholds::Thresholds;
pub use tracker::Tracker;
pub use writer::Assumed;
